import Table from 'cli-table3';
import { cleanText } from '../clean.js';
import { type Colour, paint, type Terminal } from './terminal.js';
import { pad, truncate, widthOf } from './width.js';

export interface Column<Row> {
  header: string;
  /** The cell's text; it is cleaned here. */
  cell: (row: Row) => string;
  align?: 'left' | 'right';
  colour?: (row: Row) => Colour | null;
  /** May be cut to this width on a narrow terminal; columns without it keep their width as long as they can. */
  min?: number;
  /** Says little below this width: those that give way are left out, the last one first, until there is so much. */
  good?: number;
  /** Is cut before the others are, and left out before they say little. */
  givesWay?: true;
}

const GAP = '  ';

/** No box: one rule under the head says enough, and narrow terminals have no cells to spare. */
const OPEN = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: GAP,
};

/**
 * A table in plain columns. On a terminal it fits into the width and has one rule under its head; elsewhere it is as wide
 * as it is. A column in which no row has anything is left out. Ends without a line end.
 */
export function renderTable<Row>(all: readonly Column<Row>[], rows: readonly Row[], terminal: Terminal): string {
  const filled = all.filter((column) => rows.length === 0 || rows.some((row) => column.cell(row) !== ''));
  const columns = leaveOut(filled, rows, terminal.width);
  const cells = rows.map((row) => columns.map((column) => cleanText(column.cell(row))));
  const natural = columns.map((column) => naturalWidth(column, rows));
  const widths = fitWidths(natural, columns, terminal.width - GAP.length * (columns.length - 1));
  const head = columns.map((column, index) =>
    paint(terminal, 'dim', fit(column.header, widths[index] ?? 0, column.align)),
  );
  const rule = widths.map((width) => paint(terminal, 'dim', (terminal.unicode ? '─' : '-').repeat(width)));
  const table = new Table({ chars: OPEN, style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 } });
  table.push(head, ...(terminal.boxes ? [rule] : []));
  for (const [at, line] of cells.entries()) {
    const fitted = line.map((text, index) => fit(text, widths[index] ?? 0, columns[index]?.align));
    table.push(fitted.map((text, index) => paintCell(text, columns[index], rows[at], terminal)));
  }
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

function naturalWidth<Row>(column: Column<Row>, rows: readonly Row[]): number {
  return rows.reduce((widest, row) => Math.max(widest, widthOf(cleanText(column.cell(row)))), widthOf(column.header));
}

function leaveOut<Row>(all: readonly Column<Row>[], rows: readonly Row[], room: number): readonly Column<Row>[] {
  const needs = ({ min, good }: Column<Row>, natural: number) => Math.min(natural, good ?? min ?? natural);
  let columns = all;
  let needed = all.reduce((sum, column) => sum + GAP.length + needs(column, naturalWidth(column, rows)), -GAP.length);
  while (needed > room && columns.some(({ good }) => good !== undefined)) {
    const last = columns.findLast(({ givesWay }) => givesWay);
    if (!last) break;
    columns = columns.filter((column) => column !== last);
    needed -= GAP.length + needs(last, naturalWidth(last, rows));
  }
  return columns;
}

/**
 * Takes width from the widest of the columns that give way, then of those that may shrink, first down to where they still
 * say something, then of all, down to two.
 */
function fitWidths<Row>(natural: readonly number[], columns: readonly Column<Row>[], room: number): number[] {
  const widths = [...natural];
  const floors = columns.map(({ min, good, givesWay }, index) => {
    const full = natural[index] ?? 2;
    return [givesWay ? (min ?? full) : full, good ?? min ?? full, min ?? full, 2];
  });
  for (const phase of [0, 1, 2, 3]) {
    while (widths.reduce((sum, width) => sum + width, 0) > room) {
      const widest = indexOfWidest(widths, (index) => floors[index]?.[phase] ?? 2);
      if (widest === null) break;
      widths[widest] = (widths[widest] ?? 0) - 1;
    }
  }
  return widths;
}

function indexOfWidest(widths: readonly number[], floor: (index: number) => number): number | null {
  let found: number | null = null;
  for (const [index, width] of widths.entries()) {
    if (width > floor(index) && (found === null || width > (widths[found] ?? 0))) found = index;
  }
  return found;
}

function fit(text: string, width: number, align?: Column<never>['align']): string {
  return pad(truncate(text, width), width, align);
}

function paintCell<Row>(text: string, column: Column<Row> | undefined, row: Row | undefined, terminal: Terminal) {
  const colour = row === undefined ? null : (column?.colour?.(row) ?? null);
  return colour ? paint(terminal, colour, text) : text;
}

import { isSimple } from '../../base/text.js';
import type { Cell, Row } from '../draw/lines.js';

/** Begin and end of what a terminal is to show at once; terminals that do not know them ignore them. */
const BEGIN = '\u001b[?2026h';
const END = '\u001b[?2026l';

/** Writes frames to a terminal: only what changed since the last one, cell by cell. */
export interface Painter {
  /** Bytes written; 0 when the frame is the one that is shown. */
  paint(frame: readonly Row[]): number;
  /** Forgets what is shown: the next frame is written whole, on a cleared screen. */
  reset(): void;
}

/** A painter that has shown nothing yet. */
export function createPainter(write: (text: string) => void): Painter {
  let shown: readonly Row[] | null = null;
  return {
    paint(frame) {
      const body = shown?.length === frame.length ? changes(shown, frame) : whole(frame);
      shown = frame;
      if (body === '') return 0;
      const text = BEGIN + body + END;
      write(text);
      return Buffer.byteLength(text);
    },
    reset() {
      shown = null;
    },
  };
}

function whole(frame: readonly Row[]): string {
  return `\u001b[0m\u001b[2J${frame.map((row, y) => writeCells(row, y)).join('')}`;
}

function changes(before: readonly Row[], after: readonly Row[]): string {
  return after
    .map((row, y) => {
      const old = before[y];
      return old === row || old === undefined ? '' : writeCells(changedCells(old, row), y);
    })
    .join('');
}

/**
 * The cells of a row that do not stand the same at the same place of the older one. After text of doubtful width, old or
 * new, all of them: a terminal that takes it for wider than we do has drawn over them.
 */
function changedCells(before: Row, after: Row): Cell[] {
  const old = new Map(before.map((cell) => [cell.x, cell]));
  const fresh = new Map(after.map((cell) => [cell.x, cell]));
  const doubtful = before.find((cell) => !isSimple(cell.text) && !isSame(fresh.get(cell.x), cell));
  let all = false;
  return after.filter((cell) => {
    const same = isSame(old.get(cell.x), cell);
    all ||= doubtful !== undefined && cell.x >= doubtful.x;
    const changed = all || !same;
    all ||= changed && !isSimple(cell.text);
    return changed;
  });
}

function isSame(one: Cell | undefined, other: Cell): boolean {
  return one !== undefined && one.text === other.text && one.sgr === other.sgr;
}

/** Each run of cells is addressed once. Text of doubtful width is written on a cleared place, and what follows addressed anew. */
function writeCells(cells: readonly Cell[], y: number): string {
  let out = '';
  let at = -1;
  let sgr = '';
  for (const cell of cells) {
    const simple = isSimple(cell.text);
    if (cell.x !== at) out += `\u001b[${y + 1};${cell.x + 1}H`;
    if (cell.sgr !== sgr) out += cell.sgr === '' ? '\u001b[0m' : `\u001b[0;${cell.sgr}m`;
    sgr = cell.sgr;
    out += simple ? cell.text : `\u001b[${cell.width}X${cell.text}`;
    at = simple ? cell.x + cell.width : -1;
  }
  return sgr === '' ? out : `${out}\u001b[0m`;
}

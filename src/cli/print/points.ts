import type { Point, QueryAnswer, Series } from '../../protocol/index.js';
import { measuredFigure } from '../../view/index.js';
import { cleanText } from '../clean.js';
import { paint, type Terminal } from './terminal.js';
import { shownTime } from './times.js';
import { pad, widthOf } from './width.js';

/** More series than this make a table too wide: each point gets a line of its own. */
const MAX_COLUMNS = 6;

/** A line of a table: a time, and what each series had then. */
export interface PointLine {
  t: string;
  values: (number | null)[];
}

/**
 * The lines of an answer from the first to the last in which anything was measured, and how many before and after them
 * were left out.
 */
export function measuredLines(answer: QueryAnswer): { lines: PointLine[]; before: number; after: number } {
  const lines = pointsByTime(answer.series);
  const isEmpty = ({ values }: PointLine) => values.every((value) => value === null);
  const first = lines.findIndex((line) => !isEmpty(line));
  if (first === -1) return { lines: [], before: lines.length, after: 0 };
  const last = lines.findLastIndex((line) => !isEmpty(line));
  return { lines: lines.slice(first, last + 1), before: first, after: lines.length - 1 - last };
}

/**
 * An answer as a table: a column for each series, or a line for each point where there are too many or the terminal is too
 * narrow. Local times on a terminal, else ISO. `lines`: those to be shown, all of them when they are not given.
 */
export function queryTable(
  answer: QueryAnswer,
  terminal: Terminal,
  lines: readonly PointLine[] = pointsByTime(answer.series),
): string {
  const time = (iso: string) => shownTime(iso, terminal);
  if (answer.series.length <= MAX_COLUMNS) {
    const cells = lines.map(({ t, values }) => [time(t), ...values.map(measuredFigure)]);
    for (const heads of [oneHead(answer), stackedHeads(answer)]) {
      const table = columnsOf(heads, cells, terminal, 1);
      if (table.width <= terminal.width) return table.text;
    }
  }
  const shown = new Set(lines.map(({ t }) => t));
  const head = ['TIME', 'METRIC', 'AGENT', 'UNIT', 'VALUE'];
  const cells = answer.series.flatMap(({ metric, agent, unit, points }) =>
    points
      .filter(({ t }) => shown.has(t))
      .map(({ t, v }) => [time(t), metric, cleanText(agent ?? ''), unit, measuredFigure(v)]),
  );
  return columnsOf([head], cells, terminal, head.length - 1).text;
}

function oneHead({ series }: QueryAnswer): string[][] {
  return [['TIME', ...series.map((one) => `${titleOf(one)} (${one.unit})`)]];
}

/** Metric, agent and unit below each other: narrower by what they take side by side. */
function stackedHeads({ series }: QueryAnswer): string[][] {
  const heads = [
    ['TIME', ...series.map(({ metric }) => metric)],
    ['', ...series.map(({ agent }) => cleanText(agent ?? ''))],
    ['', ...series.map(({ unit }) => `(${unit})`)],
  ];
  return heads.filter((head) => head.some((cell) => cell !== ''));
}

/**
 * Columns of thousands of lines, for which the tables of other commands take too long. Figures, from the column `figures`
 * on, stand on the right.
 */
function columnsOf(
  heads: string[][],
  lines: string[][],
  terminal: Terminal,
  figures: number,
): { text: string; width: number } {
  const widths = (heads[0] ?? []).map((_, at) => {
    const title = Math.max(...heads.map((head) => widthOf(head[at] ?? '')));
    return lines.reduce((width, line) => Math.max(width, widthOf(line[at] ?? '')), title);
  });
  const row = (cells: string[]) =>
    cells.map((cell, at) => pad(cell, widths[at] ?? 0, at < figures ? 'left' : 'right')).join('  ');
  const width = widths.reduce((sum, one) => sum + one + 2, -2);
  return { width, text: [...heads.map((head) => paint(terminal, 'dim', row(head))), ...lines.map(row)].join('\n') };
}

/** An answer as CSV (RFC 4180): one line per point; what was not measured is empty. */
export function queryCsv(answer: QueryAnswer): string {
  const lines = answer.series.flatMap(({ metric, agent, unit, points }) =>
    points.map(({ t, v }) => [t, metric, agent ?? '', v === null ? '' : String(v), unit].map(csvField).join(',')),
  );
  return ['time,metric,agent,value,unit', ...lines].join('\r\n');
}

/** An answer as NDJSON: one object per point. */
export function* queryLines(
  answer: QueryAnswer,
): Generator<Point & { metric: string; agent: string | null; unit: string }> {
  for (const { metric, agent, unit, points } of answer.series) {
    for (const { t, v } of points) yield { t, metric, agent, v, unit };
  }
}

/** What a series is called. */
export function titleOf({ metric, agent }: Series): string {
  return agent === null ? metric : cleanText(`${metric} ${agent}`);
}

/** Series may have points at different times (raw samples): the times of all, each with the values of all. */
function pointsByTime(series: readonly Series[]): PointLine[] {
  const rows = new Map<string, (number | null)[]>();
  for (const [at, { points }] of series.entries()) {
    for (const { t, v } of points) {
      const values = rows.get(t) ?? series.map(() => null);
      values[at] = v;
      rows.set(t, values);
    }
  }
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([t, values]) => ({ t, values }));
}

/** Names of directories may hold anything: neither a terminal nor a spreadsheet must take one for a command. */
function csvField(field: string): string {
  const text = cleanText(field);
  const safe = /^\s*[=+\-@]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

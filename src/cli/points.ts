import type { Point, QueryAnswer, Series } from '../protocol/index.js';
import { UNKNOWN } from './ages.js';
import { cleanText } from './clean.js';
import { paint, type Terminal } from './terminal.js';
import { widthOf } from './width.js';

/** More series than this make a table too wide: each point gets a line of its own. */
const MAX_COLUMNS = 6;

/** An answer as a table: a column for each series, or a line for each point. Local times on a terminal, else ISO. */
export function queryTable(answer: QueryAnswer, terminal: Terminal): string {
  const time = (iso: string) => (terminal.boxes ? localMoment(iso) : iso);
  if (answer.series.length <= MAX_COLUMNS) {
    const rows = pointsByTime(answer.series);
    const head = ['TIME', ...answer.series.map((series) => `${titleOf(series)} (${series.unit})`)];
    const lines = rows.map(({ t, values }) => [time(t), ...values.map(shownValue)]);
    return columnsOf(head, lines, terminal);
  }
  const head = ['TIME', 'METRIC', 'AGENT', 'UNIT', 'VALUE'];
  const lines = answer.series.flatMap(({ metric, agent, unit, points }) =>
    points.map(({ t, v }) => [time(t), metric, cleanText(agent ?? ''), unit, shownValue(v)]),
  );
  return columnsOf(head, lines, terminal);
}

/** Columns of thousands of lines, for which the tables of other commands take too long. Figures stand on the right. */
function columnsOf(head: string[], lines: string[][], terminal: Terminal): string {
  const widths = head.map((title, at) =>
    lines.reduce((width, line) => Math.max(width, line[at]?.length ?? 0), widthOf(title)),
  );
  const figures = head.length - (head[1] === 'METRIC' ? 1 : head.length - 1);
  const row = (cells: string[]) =>
    cells.map((cell, at) => (at < figures ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  ');
  return [paint(terminal, 'dim', row(head)), ...lines.map(row)].join('\n');
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

/** A value as people read it, six digits at most; a gap has its own sign. */
export function shownValue(value: number | null): string {
  if (value === null) return UNKNOWN;
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
}

/** `11-23 06:00` of this machine's time. */
export function localMoment(iso: string): string {
  const date = new Date(iso);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Series may have points at different times (raw samples): the times of all, each with the values of all. */
function pointsByTime(series: readonly Series[]): { t: string; values: (number | null)[] }[] {
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

/** Names of directories may hold anything; a spreadsheet must not take one for a formula. */
function csvField(text: string): string {
  const safe = /^[=+\-@]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

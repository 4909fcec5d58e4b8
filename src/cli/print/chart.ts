import asciichart from 'asciichart';
import type { QueryAnswer, Series } from '../../protocol/index.js';
import { dayTime, measuredFigure } from '../../view/index.js';
import { titleOf } from './points.js';
import { paint, type Terminal } from './terminal.js';
import { pad } from './width.js';

const HEIGHT = 10;
const NARROWEST = 20;
/** Without a terminal a chart is as wide as this. */
const USUAL_WIDTH = 80;

/** A chart for each series: values on the left, times below, the unit in its title. Gaps stay empty. */
export function queryChart(answer: QueryAnswer, terminal: Terminal): string {
  const width = Number.isFinite(terminal.width) ? terminal.width : USUAL_WIDTH;
  return answer.series.map((series) => chart(series, width, terminal)).join('\n\n');
}

function chart(series: Series, width: number, terminal: Terminal): string {
  const title = paint(terminal, 'bold', `${titleOf(series)} (${series.unit})`);
  const known = series.points.flatMap(({ v }) => v ?? []);
  if (known.length === 0) return `${title}\n  nothing was measured`;
  const labels = [Math.min(...known), Math.max(...known)].map((value) => measuredFigure(value).length);
  const label = Math.max(8, ...labels);
  const values = squeeze(series, Math.max(NARROWEST, width - label - 3));
  const plot = asciichart.plot(bridged(values), {
    height: flat(known) ? 1 : HEIGHT,
    format: (value: number) => pad(measuredFigure(value), label, 'right'),
  });
  const body = plot.split('\n').map((line) => withGaps(line, values, label));
  return [title, ...body.map((line) => inAscii(line, terminal)), axis(series, values.length, label)].join('\n');
}

/** At most so many values: each the mean of the points that fall together; null where none was measured. */
function squeeze({ points }: Series, columns: number): (number | null)[] {
  const count = Math.min(points.length, columns);
  return Array.from({ length: count }, (_, at) => {
    const from = Math.floor((at * points.length) / count);
    const to = Math.max(from + 1, Math.floor(((at + 1) * points.length) / count));
    const known = points.slice(from, to).flatMap(({ v }) => v ?? []);
    return known.length > 0 ? known.reduce((sum, v) => sum + v, 0) / known.length : null;
  });
}

/** The library cannot draw gaps: they are bridged for it, and rubbed out of what it drew. */
function bridged(values: (number | null)[]): number[] {
  let last = values.find((value) => value !== null) ?? 0;
  const whole = values.map((value) => {
    last = value ?? last;
    return last;
  });
  // A single value has no line to be drawn.
  return whole.length === 1 ? [...whole, ...whole] : whole;
}

function withGaps(line: string, values: (number | null)[], label: number): string {
  // The label, one space, the axis; from there one column for each step between two values.
  const start = label + 2;
  return Array.from(line, (char, at) => {
    const step = at - start;
    const gap = step >= 0 && values.length > 1 && (values[step] === null || values[step + 1] === null);
    return gap ? ' ' : char;
  })
    .join('')
    .trimEnd();
}

function axis({ points }: Series, columns: number, label: number): string {
  const first = dayTime(points[0]?.t ?? '');
  const last = dayTime(points.at(-1)?.t ?? '');
  const room = Math.max(1, columns - first.length - last.length);
  return `${' '.repeat(label + 2)}${first}${columns < first.length + last.length + 1 ? '  ' : ' '.repeat(room)}${last}`;
}

function flat(values: number[]): boolean {
  return Math.max(...values) === Math.min(...values);
}

const ASCII: Record<string, string> = {
  '┼': '+',
  '┤': '|',
  '─': '-',
  '│': '|',
  '╭': '.',
  '╮': '.',
  '╰': "'",
  '╯': "'",
  '╶': '-',
  '╴': '-',
};

function inAscii(line: string, terminal: Terminal): string {
  return terminal.unicode ? line : line.replaceAll(/[^ -~]/g, (char) => ASCII[char] ?? char);
}

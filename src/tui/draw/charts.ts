import type { Series } from '../../protocol/index.js';
import { clockTime, dayTime } from '../../view/index.js';

const BARS = '▁▂▃▄▅▆▇█';

/** Values in `width` buckets, each the mean of what was measured in it; null where nothing was. */
export function resample(values: readonly (number | null)[], width: number): (number | null)[] {
  if (values.length <= width) return [...values];
  return Array.from({ length: width }, (_, bucket) => {
    const from = Math.floor((bucket * values.length) / width);
    const to = Math.max(from + 1, Math.floor(((bucket + 1) * values.length) / width));
    return mean(values.slice(from, to));
  });
}

/** A line of little bars, newest at the right; a blank where nothing was measured. `floor`: what the lowest bar means. */
export function sparkline(values: readonly (number | null)[], width: number, floor: number | null = null): string {
  const shown = resample(values, width);
  const known = shown.filter((value) => value !== null);
  const low = floor ?? Math.min(...known);
  const high = Math.max(...known, low);
  const bars = shown.map((value) => {
    if (value === null) return ' ';
    const level = high === low ? (high === 0 ? 0 : 3) : Math.round(((value - low) / (high - low)) * 7);
    return BARS[Math.max(0, Math.min(7, level))] ?? ' ';
  });
  return bars.join('').padStart(width);
}

/** A bar of `width` columns, `share` of it filled. */
export function bar(share: number, width: number): string {
  return '█'.repeat(Math.max(0, Math.min(width, Math.round(share * width))));
}

/** Smallest, mean, largest and last value; null without any. */
export function stats(series: Series): { min: number; avg: number; max: number; last: number } | null {
  const known = series.points.flatMap(({ v }) => (v === null ? [] : [v]));
  const [first] = known;
  if (first === undefined) return null;
  let [min, max, sum] = [first, first, 0];
  for (const value of known) {
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
  }
  return { min, max, avg: sum / known.length, last: known.at(-1) ?? first };
}

/** A line chart with axes. `label` writes a value for the axis; gaps stay gaps. */
export function lineChart(series: Series, width: number, height: number, label: (value: number) => string): string[] {
  const known = stats(series);
  if (!known || width < 16 || height < 4) return [];
  const [low, high] = known.min === known.max ? around(known.min, series.unit) : [known.min, known.max];
  const plotHeight = height - 2;
  const marks = [high, (high + low) / 2, low].map(label);
  const axis = Math.min(14, Math.max(...marks.map((mark) => mark.length)));
  const plotWidth = width - axis - 2;
  const plot = braille(series, { width: plotWidth, height: plotHeight, low, high });
  const rows = plot.map((row, y) => {
    const mark =
      y === 0
        ? marks[0]
        : y === plotHeight - 1
          ? marks[2]
          : y === Math.floor(plotHeight / 2) && plotHeight > 4
            ? marks[1]
            : '';
    return `${(mark ?? '').slice(0, axis).padStart(axis)} ${mark ? '┤' : '│'}${row}`;
  });
  return [
    ...rows,
    `${' '.repeat(axis)} ╰${'─'.repeat(plotWidth)}`,
    `${' '.repeat(axis + 2)}${timeAxis(series, plotWidth)}`,
  ];
}

/** Characters that a line is drawn in, and the values of their lowest and highest dot. */
interface Plot {
  width: number;
  height: number;
  low: number;
  high: number;
}

/** Points as dots of braille characters, two by four in each. */
function braille(series: Series, { width, height, low, high }: Plot): string[] {
  const dots = Array.from({ length: height }, () => new Uint8Array(width));
  const [first, last] = ends(series);
  const range = Math.max(1, last - first);
  const place = (t: string, v: number): [number, number] => [
    Math.round(((Date.parse(t) - first) / range) * (width * 2 - 1)),
    Math.round((1 - (v - low) / (high - low)) * (height * 4 - 1)),
  ];
  const dot = (x: number, y: number) => {
    const row = dots[y >> 2];
    if (row) row[x >> 1] = (row[x >> 1] ?? 0) | (DOTS[(y & 3) * 2 + (x & 1)] ?? 0);
  };
  let before: [number, number] | null = null;
  for (const { t, v } of series.points) {
    if (v === null) {
      before = null;
      continue;
    }
    const at = place(t, v);
    segment(before ?? at, at, dot);
    before = at;
  }
  return dots.map((row) => [...row].map((bits) => (bits === 0 ? ' ' : String.fromCharCode(0x2800 + bits))).join(''));
}

/** Bits of the eight dots of a braille character, row by row. */
const DOTS = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80];

function segment([x0, y0]: [number, number], [x1, y1]: [number, number], dot: (x: number, y: number) => void): void {
  const steps = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0), 1);
  for (let step = 0; step <= steps; step++) {
    dot(Math.round(x0 + ((x1 - x0) * step) / steps), Math.round(y0 + ((y1 - y0) * step) / steps));
  }
}

function timeAxis(series: Series, width: number): string {
  const [first, last] = ends(series);
  const write = last - first > 86_400_000 ? (t: number) => dayTime(t) : (t: number) => clockTime(t).slice(0, 5);
  const [left, middle, right] = [write(first), write((first + last) / 2), write(last)];
  if (width < left.length * 3 + 4) return left + right.padStart(Math.max(0, width - left.length));
  const half = Math.floor(width / 2);
  const start = left + middle.padStart(half - left.length + Math.ceil(middle.length / 2));
  return start + right.padStart(width - start.length);
}

/** When a series begins and ends, milliseconds since the epoch. */
function ends({ points }: Series): [first: number, last: number] {
  return [Date.parse(points[0]?.t ?? '') || 0, Date.parse(points.at(-1)?.t ?? '') || 0];
}

/** A range for a line that never moves; a share has its own. */
function around(value: number, unit: string): [number, number] {
  if (unit === 'ratio') return [0, 1];
  return value === 0 ? [0, 1] : [value - Math.abs(value) / 2, value + Math.abs(value) / 2];
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

import type { Point, Series } from '../../protocol/index.js';
import { type Breaks, createBreakReader, isBroken } from '../store/breaks.js';
import type { PlainQuery } from './params.js';
import { MAX_POINTS } from './plan.js';
import { percentile } from './percentiles.js';
import type { Question } from './question.js';
import type { Metric } from '../store/registry.js';
import { increase } from '../store/rollup.js';
import { tableOf } from '../store/schema.js';
import { MAX_ANSWER_POINTS, type Source, tooMuch, unitOf } from './points.js';

/** Samples as they are, each a point. Of several agents taken together, those of one time are one point. */
export function rawSeries(question: Question, sources: readonly Source[]): Series[] {
  const { query, metrics } = question;
  const read = rawReader(question);
  return sources.flatMap(({ agent, keys }) => {
    const byKey = keys.map((key) => read(key));
    const samples = byKey.flat();
    const times = keys.length > 1 ? [] : samples.map((row) => isoOf(row[0] ?? 0));
    const join = (metric: Metric, at: number) =>
      query.agg === 'last' && metric.kind === 'counter'
        ? summedUp(byKey, at, metric)
        : together(samples, at, metric, query);
    return metrics.map((metric, at) => ({
      metric: metric.name,
      unit: unitOf(metric, query),
      agent,
      points: keys.length > 1 ? join(metric, at) : alone(columnOf(samples, at), times, metric, query),
    }));
  });
}

type Row = (number | null)[];

/** Rows of one agent: t, then a value per metric; for a rate what it has grown by in a second since the row before. */
function rawReader({ db, query, scope, metrics }: Question): (key: number) => Row[] {
  const names = metrics.map(({ name }) => name).join(', ');
  const table = tableOf(scope, 'raw');
  const page = db
    .prepare(`SELECT t, ${names} FROM ${table} WHERE agent = ? AND t >= ? AND t < ? ORDER BY t LIMIT ?`)
    .raw();
  let points = 0;
  const rows = (key: number, from: number): Row[] => {
    const found = page.all(key, from, query.until, MAX_POINTS + 1) as Row[];
    points += found.length * metrics.length;
    if (found.length > MAX_POINTS || points > MAX_ANSWER_POINTS) throw tooMuch('raw');
    return found;
  };
  if (query.agg !== 'rate') return (key) => rows(key, query.since);
  const breaksOf = createBreakReader(db, scope, metrics);
  const before = db.prepare(`SELECT max(t) FROM ${table} WHERE agent = ? AND t < ?`).pluck();
  return (key) => {
    const from = (before.get(key, query.since) as number | null) ?? query.since;
    return ratesOf(rows(key, from), breaksOf(key)).filter(([t]) => (t ?? 0) >= query.since);
  };
}

function ratesOf(rows: Row[], breaks: Breaks | null): Row[] {
  const known: { t: number; value: number }[] = [];
  return rows.map(([time, ...values]) => {
    const t = time ?? 0;
    const rates = values.map((value, at) => {
      const held = known[at];
      if (value === null) return null;
      known[at] = { t, value };
      return held && !isBroken(breaks, at, held.t, t) ? increase(held.value, value) / ((t - held.t) / 1000) : null;
    });
    return [t, ...rates];
  });
}

function columnOf(rows: Row[], at: number): (number | null)[] {
  return rows.map((row) => row[at + 1] ?? null);
}

function alone(values: (number | null)[], times: string[], { scale }: Metric, { agg }: PlainQuery): Point[] {
  return values.map((value, index) => ({
    t: times[index] as string,
    v: value === null ? null : agg === 'count' ? 1 : value / scale,
  }));
}

function together(rows: Row[], at: number, metric: Metric, { agg }: PlainQuery): Point[] {
  const byTime = new Map<number, number[]>();
  for (const row of rows) {
    const t = row[0] ?? 0;
    const values = byTime.get(t) ?? [];
    byTime.set(t, values);
    const value = row[at + 1];
    if (value !== null && value !== undefined) values.push(value);
  }
  return [...byTime]
    .sort(([a], [b]) => a - b)
    .map(([t, values]) => {
      const joined = values.length === 0 ? null : join(values, agg);
      return { t: isoOf(t), v: joined === null || agg === 'count' ? joined : joined / metric.scale };
    });
}

/** The counters of several agents as one: at each time the sum of what each of them showed last. */
function summedUp(byKey: readonly Row[][], at: number, { scale }: Metric): Point[] {
  const changes = new Map<number, { sum: number; known: boolean }>();
  for (const rows of byKey) {
    let held = 0;
    for (const row of rows) {
      const t = row[0] ?? 0;
      const value = row[at + 1];
      const change = changes.get(t) ?? { sum: 0, known: false };
      changes.set(t, change);
      if (value === null || value === undefined) continue;
      change.sum += value - held;
      change.known = true;
      held = value;
    }
  }
  let sum = 0;
  return [...changes]
    .sort(([a], [b]) => a - b)
    .map(([t, change]) => {
      sum += change.sum;
      return { t: isoOf(t), v: change.known ? sum / scale : null };
    });
}

/** Values of one time as one. Rates of several agents add up. */
function join(values: number[], agg: PlainQuery['agg']): number | null {
  const sum = values.reduce((total, value) => total + value, 0);
  switch (agg) {
    case 'avg':
    case 'last':
      return sum / values.length;
    case 'sum':
    case 'rate':
      return sum;
    case 'min':
      return Math.min(...values);
    case 'max':
      return Math.max(...values);
    case 'count':
      return values.length;
    default:
      return percentile(values, Number(agg.slice(1)) / 100);
  }
}

function isoOf(t: number): string {
  return new Date(t).toISOString();
}

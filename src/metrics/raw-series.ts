import type { Point, Series } from '../protocol/index.js';
import type { Database } from './database.js';
import type { Query } from './params.js';
import { MAX_POINTS } from './plan.js';
import { percentile } from './percentiles.js';
import type { Metric, MetricScope } from './registry.js';
import { increase } from './rollup.js';
import { tableOf } from './schema.js';
import { MAX_ANSWER_POINTS, type Source, tooMuch, unitOf } from './points.js';

/** Samples as they are, each a point. Of several agents taken together, those of one time are one point. */
export function rawSeries(
  db: Database,
  query: Query,
  scope: MetricScope,
  metrics: readonly Metric[],
  sources: readonly Source[],
): Series[] {
  const read = rawReader(db, query, scope, metrics);
  return sources.flatMap(({ agent, keys }) => {
    const samples = keys.flatMap((key) => read(key));
    const times = keys.length > 1 ? [] : samples.map((row) => isoOf(row[0] ?? 0));
    return metrics.map((metric, at) => ({
      metric: metric.name,
      unit: unitOf(metric, query),
      agent,
      points: keys.length > 1 ? together(samples, at, metric, query) : alone(samples, times, at, metric, query),
    }));
  });
}

type Row = (number | null)[];

/** Rows of one agent: t, then a value per metric; for a rate what it has grown by in a second since the row before. */
function rawReader(db: Database, query: Query, scope: MetricScope, metrics: readonly Metric[]): (key: number) => Row[] {
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
  const before = db.prepare(`SELECT max(t) FROM ${table} WHERE agent = ? AND t < ?`).pluck();
  return (key) => {
    const from = (before.get(key, query.since) as number | null) ?? query.since;
    return ratesOf(rows(key, from)).filter(([t]) => (t ?? 0) >= query.since);
  };
}

function ratesOf(rows: Row[]): Row[] {
  const known: { t: number; value: number }[] = [];
  return rows.map(([time, ...values]) => {
    const t = time ?? 0;
    const rates = values.map((value, at) => {
      const held = known[at];
      if (value === null) return null;
      known[at] = { t, value };
      return held ? increase(held.value, value) / ((t - held.t) / 1000) : null;
    });
    return [t, ...rates];
  });
}

function alone(rows: Row[], times: string[], at: number, { scale }: Metric, { agg }: Query): Point[] {
  return rows.map((row, index) => {
    const value = row[at + 1] ?? null;
    return { t: times[index] as string, v: value === null ? null : agg === 'count' ? 1 : value / scale };
  });
}

function together(rows: Row[], at: number, metric: Metric, { agg }: Query): Point[] {
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

/** Values of one time as one. Rates of several agents add up. */
function join(values: number[], agg: Query['agg']): number | null {
  const sum = values.reduce((total, value) => total + value, 0);
  switch (agg) {
    case 'avg':
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
    case 'last':
      return values.at(-1) ?? null;
    default:
      return percentile(values, Number(agg.slice(1)) / 100);
  }
}

function isoOf(t: number): string {
  return new Date(t).toISOString();
}

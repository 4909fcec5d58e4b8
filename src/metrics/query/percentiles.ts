import type { Series } from '../../protocol/index.js';
import type { Question } from './question.js';
import { decodeValue } from '../store/registry.js';
import { tableOf } from '../store/schema.js';
import { bucketTimes, type Source, unitOf } from './points.js';

const SHARES: Record<string, number> = { p50: 0.5, p95: 0.95, p99: 0.99 };

/** Percentiles of the raw samples in each bucket. */
export function percentileSeries({ db, query, plan, scope, metrics }: Question, sources: readonly Source[]): Series[] {
  const names = metrics.map(({ name }) => name).join(', ');
  const rows = db
    .prepare(`SELECT t, ${names} FROM ${tableOf(scope, 'raw')} WHERE agent = ? AND t >= ? AND t < ?`)
    .raw();
  const times = bucketTimes(plan);
  return sources.flatMap(({ agent, keys }) => {
    const samples = metrics.map(() => times.map((): number[] => []));
    for (const key of keys) {
      for (const row of rows.all(key, plan.start, plan.end) as (number | null)[][]) {
        const bucket = Math.floor(((row[0] ?? 0) - plan.start) / plan.stepMs);
        for (let at = 0; at < metrics.length; at += 1) {
          const value = row[at + 1];
          if (value !== null && value !== undefined) samples[at]?.[bucket]?.push(value);
        }
      }
    }
    return metrics.map((metric, at) => ({
      metric: metric.name,
      unit: unitOf(metric, query),
      agent,
      points: times.map((t, bucket) => ({
        t,
        v: decodeValue(metric, percentile(samples[at]?.[bucket] ?? [], SHARES[query.agg] ?? 0.5)),
      })),
    }));
  });
}

/** The value below which that share of the samples lies, interpolated between its neighbours; null of none. */
export function percentile(samples: number[], share: number): number | null {
  if (samples.length === 0) return null;
  const sorted = Float64Array.from(samples).sort();
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? 0;
  const above = sorted[Math.ceil(place)] ?? below;
  return below + (above - below) * (place - Math.floor(place));
}

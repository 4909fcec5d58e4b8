import type { MetricScope } from '../../protocol/index.js';
import type { Database } from './database.js';
import type { Metric } from './registry.js';

/**
 * When counters of one agent changed their source, by metric, in the order they were asked for; oldest first. Before and
 * after such a moment two things were counted: what lies between is not growth.
 */
export type Breaks = readonly (readonly number[])[];

/** Reads the breaks of one agent; null: there are none. A database that no server of now has opened has none either. */
export function createBreakReader(
  db: Database,
  scope: MetricScope,
  metrics: readonly Metric[],
): (key: number) => Breaks | null {
  if (scope === 'system' || !hasTable(db)) return () => null;
  const rows = db.prepare('SELECT metric, t FROM breaks WHERE agent = ? ORDER BY t');
  return (key) => {
    const found = rows.all(key) as { metric: string; t: number }[];
    if (found.length === 0) return null;
    return metrics.map(({ name }) => found.filter(({ metric }) => metric === name).map(({ t }) => t));
  };
}

/** True when a metric changed its source after `before`, and by `t`. */
export function isBroken(breaks: Breaks | null, metric: number, before: number, t: number): boolean {
  return breaks?.[metric]?.some((at) => at > before && at <= t) ?? false;
}

function hasTable(db: Database): boolean {
  return db.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'breaks'").get() !== undefined;
}

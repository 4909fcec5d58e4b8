import type { MetricRow } from '../protocol/index.js';
import { type Metric, metricsOf } from './registry.js';
import type { Values } from './store.js';

/** The identity of a sample in the old columns: grows with time, the same in the views of the database. */
export function rowId(t: number, key: number): number {
  return (t - 1_600_000_000_000) * 4096 + key;
}

/** Makes a figure of what is stored. */
type Decode = (metric: Metric, stored: number | null) => number | null;

/**
 * A sample of an agent in the old columns and ours. `id`: the row's identity, where it is asked for. `decode`: the values
 * are as they are stored.
 */
export function agentRow(agent: string, t: number, values: Values, id?: number, decode?: Decode): MetricRow {
  const head: MetricRow = id === undefined ? {} : { id };
  head.agent_id = agent;
  head.timestamp = new Date(t).toISOString();
  return fill(head, 'agent', values, decode);
}

/** A sample of the system in the old columns and ours; `id` and `decode` as for an agent's. */
export function systemRow(t: number, values: Values, id?: number, decode?: Decode): MetricRow {
  const head: MetricRow = id === undefined ? {} : { id };
  head.timestamp = new Date(t).toISOString();
  return fill(head, 'system', values, decode);
}

/** Written into one object: a day's history has thousands of rows, and copying each of them is what would take the time. */
function fill(row: MetricRow, scope: 'agent' | 'system', values: Values, decode?: Decode): MetricRow {
  const metrics = metricsOf(scope);
  for (let at = 0; at < metrics.length; at += 1) {
    const metric = metrics[at] as Metric;
    const value = values[at] ?? null;
    row[metric.name] = decode ? decode(metric, value) : value;
  }
  return row;
}

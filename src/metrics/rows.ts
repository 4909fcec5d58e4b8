import type { MetricRow } from '../protocol/index.js';
import { metricsOf } from './registry.js';
import type { Values } from './store.js';

/** The identity of a sample in the old columns: grows with time, the same in the views of the database. */
export function rowId(t: number, key: number): number {
  return (t - 1_600_000_000_000) * 4096 + key;
}

/** A sample of an agent in the old columns and ours. */
export function agentRow(agent: string, t: number, values: Values): MetricRow {
  return { agent_id: agent, timestamp: new Date(t).toISOString(), ...named('agent', values) };
}

/** A sample of the system in the old columns and ours. */
export function systemRow(t: number, values: Values): MetricRow {
  return { timestamp: new Date(t).toISOString(), ...named('system', values) };
}

function named(scope: 'agent' | 'system', values: Values): MetricRow {
  return Object.fromEntries(metricsOf(scope).map(({ name }, index) => [name, values[index] ?? null]));
}

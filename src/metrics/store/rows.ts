import type { MetricRow, MetricScope } from '../../protocol/index.js';
import { metricsOf } from './registry.js';
import type { Values } from './store.js';

/** A sample of an agent in the old columns and ours. `id`: the row's identity, where it is asked for. */
export function agentRow(agent: string, t: number, values: Values, id?: number): MetricRow {
  return row({ ...identity(id), agent_id: agent }, 'agent', t, values);
}

/** A sample of the system in the old columns and ours; `id` as for an agent's. */
export function systemRow(t: number, values: Values, id?: number): MetricRow {
  return row(identity(id), 'system', t, values);
}

function identity(id: number | undefined): MetricRow {
  return id === undefined ? {} : { id };
}

function row(head: MetricRow, scope: MetricScope, t: number, values: Values): MetricRow {
  const metrics = metricsOf(scope).map(({ name }, at) => [name, values[at] ?? null] as const);
  return { ...head, timestamp: new Date(t).toISOString(), ...Object.fromEntries(metrics) };
}

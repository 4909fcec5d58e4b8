import type { MetricRow } from '../../protocol/index.js';
import type { Database } from '../store/database.js';
import { createFleetEnds } from '../record/fleet-endings.js';
import { metaNumber } from '../store/meta.js';
import { decodeValue, metricsOf } from '../store/registry.js';
import { agentRow } from '../store/rows.js';

/** What the database alone says of how things stand, for checks without a server. */
export interface Standing {
  /** Milliseconds since the epoch; null: never. */
  lastCollection: number | null;
  collectInterval: number | null;
  /** Tasks that ended in the hour before now. */
  ended: { completed: number; failed: number };
  /** The latest sample of each agent that was ever sampled, as the server has them in `metrics` of its agents. */
  agents: Record<string, MetricRow>;
}

export function readStanding(db: Database, _input: unknown, now: number): Standing {
  return {
    lastCollection: metaNumber(db, 'last_collection'),
    collectInterval: metaNumber(db, 'collect_interval'),
    ended: createFleetEnds(db, now).lastHour(now),
    agents: latestSamples(db),
  };
}

function latestSamples(db: Database): Record<string, MetricRow> {
  const metrics = metricsOf('agent');
  const columns = metrics.map(({ name }) => `l.${name}`).join(', ');
  const query = `SELECT a.name, l.t, ${columns} FROM agent_last l JOIN agents a ON a.id = l.agent`;
  const rows = db.prepare(query).raw().all() as [name: string, t: number, ...values: (number | null)[]][];
  // Made by defineProperty: an agent may be called `__proto__`.
  return Object.fromEntries(
    rows.map(([name, t, ...stored]) => {
      const values = metrics.map((metric, at) => decodeValue(metric, stored[at]));
      return [name, agentRow(name, t, values)];
    }),
  );
}

import type { MetricRow } from '../../protocol/index.js';
import { rowId } from '../store/row-id.js';
import { agentRow, systemRow } from '../store/rows.js';
import type { Collection } from '../store/store.js';

/** The latest samples, as whoever collects them holds them in memory. */
export interface LatestMetrics {
  /** +1 with each collection. */
  revision: number;
  /** By agent id. */
  agents: ReadonlyMap<string, MetricRow>;
  system: MetricRow | null;
  /** When they were taken, ISO 8601 UTC; null before the first time. */
  timestamp: string | null;
}

/** Holds the rows of the last collection. */
export function createLatest(): { set(collection: Collection): void; rows(): LatestMetrics } {
  let held: LatestMetrics = { revision: 0, agents: new Map(), system: null, timestamp: null };
  return {
    set({ t, agents, system }) {
      held = {
        revision: held.revision + 1,
        agents: new Map(agents.map(({ agent, values }) => [agent, agentRow(agent, t, values)])),
        system: systemRow(t, system, rowId(t, 0)),
        timestamp: new Date(t).toISOString(),
      };
    },
    rows: () => held,
  };
}

import {
  type AgentRow,
  type DatedBackup,
  type MetricRow,
  newestBackupAge,
  type WorkspaceFacts,
} from '../protocol/index.js';
import type { CheckedAgent, CheckFacts } from './check.js';
import { askAlerts } from './reach/alerts.js';
import type { Server } from './reach/reach.js';

/** What a server knows of all that is checked. `now`: milliseconds since the epoch. */
export async function askFacts({ rest }: Server, now: number): Promise<CheckFacts> {
  const [server, { agents }, { metrics }, { backups, next_at: next }, alerts] = await Promise.all([
    rest.health(),
    rest.agents(),
    rest.systemStatus(),
    rest.backups(),
    askAlerts(rest),
  ]);
  const health = metrics.system?.system_health_score;
  return {
    server,
    health: typeof health === 'number' ? health : null,
    agents: agents.map((row) => checkedAgent(row, row.metrics)),
    backup: { age: newestAge(backups, now), scheduled: next !== null },
    alerts,
  };
}

/** The same from what was read without a server. */
export function factsOf({ health, agents, samples, backups, scheduled }: WorkspaceFacts, now: number): CheckFacts {
  return {
    server: null,
    health,
    agents: agents.map((agent) =>
      checkedAgent({ ...agent, ...agent.counters }, Object.hasOwn(samples, agent.id) ? samples[agent.id] : undefined),
    ),
    backup: { age: newestAge(backups, now), scheduled },
    alerts: null,
  };
}

type Facts = Pick<AgentRow, 'id' | 'normalized_status' | 'last_active' | 'tasks_completed' | 'tasks_failed'> &
  Partial<Pick<AgentRow, 'since' | 'heartbeat_interval' | 'warnings' | 'live'>>;

/**
 * An agent as it is checked. The tasks that ended are those that were measured, as everywhere; what its files state counts
 * only where nothing was sampled yet.
 */
export function checkedAgent(agent: Facts, sample: Partial<MetricRow> | undefined): CheckedAgent {
  const { id, normalized_status, since = null, last_active, heartbeat_interval = null, warnings = [] } = agent;
  const measured = (name: string) => {
    const value = sample?.[name];
    return typeof value === 'number' ? value : null;
  };
  const isSampled = sample !== undefined && Object.hasOwn(sample, 'error_rate');
  const completed = isSampled ? measured('tasks_completed') : agent.tasks_completed;
  const failed = isSampled ? measured('tasks_failed') : agent.tasks_failed;
  const { live = null } = agent;
  return { id, normalized_status, since, last_active, heartbeat_interval, warnings, live, completed, failed };
}

/** Seconds since the newest full backup was last known to hold all there is; null when there is none of a known age. */
function newestAge(backups: readonly DatedBackup[], now: number): number | null {
  const age = newestBackupAge(backups, now);
  return age === null ? null : Math.round(age / 1000);
}

import type { MetricsAsked, RestCall } from '../client/index.js';
import { agentPath, type MetricName } from '../protocol/index.js';
import type { WantedPoll } from './link/poller.js';
import { isSystemMetric } from './metric-list.js';
import type { Model } from './model.js';

export const SYSTEM: RestCall = { route: 'systemStatus' };
export const BACKUPS: RestCall = { route: 'backups' };
export const EVENTS: RestCall = { route: 'systemEvents', query: { limit: 200 } };
/** The health score with its parts. */
export const SCORE = history({ metric: ['system_health_score'], since: '2h', explain: true });
export const SPARKS = [
  { label: 'events/min', call: history({ metric: ['events_per_minute'], since: '1h' }), peak: true },
  { label: 'success 1h', call: history({ metric: ['success_rate'], since: '1h', group_by: 'none' }), peak: false },
  { label: 'active', call: history({ metric: ['active_agents'], since: '1h' }), peak: false },
] as const;

/** What an agent's detail charts, over 24 hours. */
export const AGENT_CHARTS: readonly MetricName[] = [
  'success_rate',
  'tasks_in_progress',
  'tasks_completed',
  'error_rate',
];

/** Figures of one agent over 24 hours. */
export function agentFigures(id: string): RestCall {
  return { route: 'agentMetrics', params: { id }, query: { hours: 24 } };
}

/** Series of one agent over 24 hours. */
export function agentCharts(id: string): RestCall {
  return history({ metric: AGENT_CHARTS, agent: [id], since: '24h' });
}

/** Recorded events of one agent. */
export function agentEvents(id: string): RestCall {
  return { route: 'systemEvents', query: { agent: id, limit: 20 } };
}

/** Files in an agent's directory. */
export function agentFiles(id: string): RestCall {
  return { route: 'filesBrowse', query: { path: agentPath(id) } };
}

/** The series of the metrics screen. */
export function chartCall({ metric, agent, since }: Model['chart']): RestCall {
  const asked = { metric: [metric], since };
  if (isSystemMetric(metric)) return history(asked);
  return history(agent === null ? { ...asked, group_by: 'none' } : { ...asked, agent: [agent] });
}

/** Sessions of an agent that a runtime runs, those first that were at work last. */
export function agentSessions(id: string): RestCall {
  return { route: 'sessions', query: { agent: id, limit: 20 } };
}

export const RUNTIMES: RestCall = { route: 'runtimes' };

/** What was used, as the usage screen shows it. `now`: milliseconds since the epoch. */
export function usageCall({ by, since }: Model['usage'], now: number): RestCall {
  const midnight = () => new Date(new Date(now).setHours(0, 0, 0, 0)).toISOString();
  return { route: 'usage', query: { by, since: since === 'today' ? midnight() : since } };
}

/** These calls, each asked again after half a minute. */
export function slow(...calls: RestCall[]): WantedPoll[] {
  return calls.map((call) => ({ call, everyMs: 30_000 }));
}

function history(asked: MetricsAsked): RestCall {
  return { route: 'metricsQuery', query: { ...asked, step: 'auto' } };
}

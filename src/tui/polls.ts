import type { MetricName } from '../protocol/index.js';
import type { WantedPoll } from './link/poller.js';
import type { Model } from './model.js';

export const HEALTH = '/api/health';
export const SYSTEM = '/api/system/status';
export const BACKUPS = '/api/backups';
export const ALERTS = '/api/alerts';
export const EVENTS = '/api/system/events?limit=200';
/** The health score with its parts. */
export const SCORE = query({ metric: 'system_health_score', since: '2h', explain: 'true' });
export const SPARKS = [
  { label: 'events/min', path: query({ metric: 'events_per_minute', since: '1h' }), peak: true },
  { label: 'success 1h', path: query({ metric: 'success_rate', since: '1h', group_by: 'none' }), peak: false },
  { label: 'active', path: query({ metric: 'active_agents', since: '1h' }), peak: false },
] as const;

/** What an agent's detail charts, over 24 hours. */
export const AGENT_CHARTS: readonly MetricName[] = [
  'success_rate',
  'tasks_in_progress',
  'tasks_completed',
  'error_rate',
];

/** Figures of one agent over 24 hours. */
export function agentFigures(id: string): string {
  return `/api/agents/${encodeURIComponent(id)}/metrics?hours=24`;
}

/** Series of one agent over 24 hours. */
export function agentCharts(id: string): string {
  return query({ metric: AGENT_CHARTS.join(','), agent: id, since: '24h' });
}

/** Recorded events of one agent. */
export function agentEvents(id: string): string {
  return `/api/system/events?agent=${encodeURIComponent(id)}&limit=20`;
}

/** Files in an agent's directory. */
export function agentFiles(id: string): string {
  return `/api/files/browse?path=${encodeURIComponent(`mission-control/agents/${id}`)}`;
}

/** The series of the metrics screen. */
export function chartPath({ metric, agent, since }: Model['chart'], system: boolean): string {
  if (system) return query({ metric, since });
  return query(agent === null ? { metric, since, group_by: 'none' } : { metric, since, agent });
}

/** What the shown screen needs. */
export function wantedPolls(model: Model, system: boolean): WantedPoll[] {
  const always = [
    { path: HEALTH, everyMs: 10_000 },
    { path: SYSTEM, everyMs: 30_000 },
  ];
  const slow = (...paths: string[]) => paths.map((path) => ({ path, everyMs: 30_000 }));
  switch (model.screen) {
    case 'overview':
      return [...always, ...slow(BACKUPS, ALERTS, SCORE, EVENTS, ...SPARKS.map(({ path }) => path))];
    case 'agent':
      return model.agent === null
        ? always
        : [
            ...always,
            ...slow(
              BACKUPS,
              ...[agentFigures, agentCharts, agentEvents, agentFiles].map((of) => of(model.agent ?? '')),
            ),
          ];
    case 'metrics':
      return [...always, ...slow(chartPath(model.chart, system))];
    case 'events':
      return [...always, ...slow(EVENTS)];
    case 'backups':
      return [...always, { path: BACKUPS, everyMs: backupNews(model) ? 1000 : 10_000 }];
    default:
      return always;
  }
}

/** True while the server tells of backup work: the list is about to change. */
function backupNews({ data }: Model): boolean {
  const last = data.log.findLast(({ type }) => type === 'backup_update');
  return last !== undefined && data.now - Date.parse(last.timestamp) < 5000;
}

function query(parameters: Record<string, string>): string {
  const words = Object.entries({ ...parameters, step: 'auto' });
  return `/api/metrics/query?${words.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&')}`;
}

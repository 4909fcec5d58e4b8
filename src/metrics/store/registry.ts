/** `gauge`: a state that goes up and down. `counter`: only grows, until it is reset. `ratio`: a share from 0 to 1. */
export type MetricKind = 'gauge' | 'counter' | 'ratio';
/** What a metric is about: one agent, or the whole system. */
export type MetricScope = 'agent' | 'system';

export interface Metric {
  name: string;
  scope: MetricScope;
  kind: MetricKind;
  unit: string;
  /** The database holds value × scale, as an integer wherever that is one: integers add up exactly and are short. */
  scale: number;
  meaning: string;
  /** How the figure comes about. */
  computed: string;
}

type Line = [name: string, kind: MetricKind, unit: string, scale: number, meaning: string, computed: string];

const FILE_OR = 'the agent’s own files where they state it, else';

const AGENT_LINES: Line[] = [
  [
    'tasks_completed',
    'counter',
    'tasks',
    1,
    'Tasks the agent has completed',
    `${FILE_OR} tasks seen to end and reports`,
  ],
  ['tasks_failed', 'counter', 'tasks', 1, 'Tasks the agent has failed', `${FILE_OR} tasks seen to fail and reports`],
  [
    'tasks_in_progress',
    'gauge',
    'tasks',
    1,
    'Tasks the agent works on',
    'tasks its files name that are not waiting or ended',
  ],
  [
    'avg_task_duration',
    'gauge',
    'seconds',
    1000,
    'How long tasks take',
    'mean of the tasks seen to end in the last hour',
  ],
  ['total_work_time', 'counter', 'seconds', 1000, 'Time spent working', `${FILE_OR} time seen active or busy`],
  ['idle_time', 'counter', 'seconds', 1000, 'Time spent idle', `${FILE_OR} time seen idle`],
  ['messages_sent', 'counter', 'messages', 1, 'Messages the agent has sent', `${FILE_OR} reports of message_sent`],
  [
    'messages_received',
    'counter',
    'messages',
    1,
    'Messages the agent has got',
    `${FILE_OR} reports of message_received`,
  ],
  [
    'error_rate',
    'ratio',
    'ratio',
    1e6,
    'Share of ended tasks that failed',
    'failed ÷ (completed + failed), of one source',
  ],
  ['success_rate', 'ratio', 'ratio', 1e6, 'Share of ended tasks that were completed', '1 − error_rate'],
  ['cpu_usage', 'gauge', 'percent', 1000, 'Share of one core', 'the agent’s own files'],
  ['memory_usage', 'gauge', 'bytes', 1, 'Memory in use', 'the agent’s own files'],
];

const SYSTEM_LINES: Line[] = [
  ['total_agents', 'gauge', 'agents', 1, 'Agents of the workspace', 'directories of mission-control/agents'],
  ['active_agents', 'gauge', 'agents', 1, 'Agents whose status is active', 'normalised status'],
  ['busy_agents', 'gauge', 'agents', 1, 'Agents whose status is busy', 'normalised status'],
  ['idle_agents', 'gauge', 'agents', 1, 'Agents whose status is idle', 'normalised status'],
  ['error_agents', 'gauge', 'agents', 1, 'Agents whose status is error', 'normalised status'],
  ['stale_agents', 'gauge', 'agents', 1, 'Agents that say they work but give no sign', 'normalised status'],
  ['offline_agents', 'gauge', 'agents', 1, 'Agents whose status is offline', 'normalised status'],
  ['unknown_agents', 'gauge', 'agents', 1, 'Agents without evidence of a status', 'normalised status'],
  ['total_tasks_pending', 'gauge', 'tasks', 1, 'Tasks that wait', 'the four task files'],
  ['total_tasks_in_progress', 'gauge', 'tasks', 1, 'Tasks that are being worked on', 'the four task files'],
  ['total_tasks_completed', 'gauge', 'tasks', 1, 'Tasks that are marked completed', 'the four task files'],
  ['total_tasks_failed', 'gauge', 'tasks', 1, 'Tasks that are marked failed', 'the four task files'],
  ['total_tasks_blocked', 'gauge', 'tasks', 1, 'Tasks that are blocked', 'the four task files'],
  ['total_tasks_delegated', 'gauge', 'tasks', 1, 'Tasks that are delegated', 'the four task files'],
  [
    'system_health_score',
    'ratio',
    'ratio',
    1e6,
    'Health of the whole, 0 to 1',
    'four weighted parts, see docs/metrics.md',
  ],
  [
    'avg_response_time',
    'gauge',
    'seconds',
    1000,
    'How long new tasks wait',
    'mean time from pending to taken up, last hour',
  ],
  [
    'events_per_minute',
    'gauge',
    'events/min',
    1000,
    'Events of the stream',
    'all but system_metric, since the last collection',
  ],
  ['ws_clients', 'gauge', 'clients', 1, 'Connected WebSocket clients', 'the server’s hub'],
  [
    'event_loop_delay_p99',
    'gauge',
    'ms',
    1000,
    'Delay of the server’s event loop',
    '99th percentile since the last collection',
  ],
  ['rss', 'gauge', 'bytes', 1, 'Memory of the server', 'resident set size of its process'],
  ['db_bytes', 'gauge', 'bytes', 1, 'Size of the database', 'metrics.db and its write-ahead log'],
  ['disk_free_bytes', 'gauge', 'bytes', 1, 'Free space for the database', 'the file system of metrics.db'],
  ['backup_age_seconds', 'gauge', 'seconds', 1000, 'Age of the newest backup', 'the backup catalogue'],
];

/** Every metric there is, agents' first. The only place where one is defined: tables, queries and docs come from here. */
export const METRICS: readonly Metric[] = [...defined('agent', AGENT_LINES), ...defined('system', SYSTEM_LINES)];

const BY_SCOPE: Record<MetricScope, readonly Metric[]> = {
  agent: METRICS.filter((metric) => metric.scope === 'agent'),
  system: METRICS.filter((metric) => metric.scope === 'system'),
};
const BY_NAME = new Map(METRICS.map((metric) => [metric.name, metric]));

/** The metrics of one scope, in the order of a sample's values. */
export function metricsOf(scope: MetricScope): readonly Metric[] {
  return BY_SCOPE[scope];
}

/** The metric of that name, or undefined. */
export function findMetric(name: string): Metric | undefined {
  return BY_NAME.get(name);
}

/** A value as the database holds it; what is no finite number was not measured: null. */
export function encodeValue(metric: Metric, value: number | null | undefined): number | null {
  if (typeof value !== 'number' || !Number.isFinite(value)) return null;
  return metric.scale === 1 ? value : Math.round(value * metric.scale);
}

/** A stored value in the metric's unit. */
export function decodeValue(metric: Metric, stored: number | null | undefined): number | null {
  return stored === null || stored === undefined ? null : stored / metric.scale;
}

function defined(scope: MetricScope, lines: Line[]): Metric[] {
  return lines.map(([name, kind, unit, scale, meaning, computed]) => ({
    name,
    scope,
    kind,
    unit,
    scale,
    meaning,
    computed,
  }));
}

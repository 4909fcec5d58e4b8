/** `gauge`: a state that goes up and down. `counter`: only grows, until it is reset. `ratio`: a share from 0 to 1. */
export type MetricKind = 'gauge' | 'counter' | 'ratio';
/** What a metric is about: one agent, or the whole system. */
export type MetricScope = 'agent' | 'system';
export type MetricUnit =
  | 'agents'
  | 'tasks'
  | 'messages'
  | 'clients'
  | 'events/min'
  | 'seconds'
  | 'ms'
  | 'bytes'
  | 'percent'
  | 'ratio';

/** What is known of a metric, besides its figures. */
export interface MetricFacts<K extends MetricKind = MetricKind> {
  kind: K;
  unit: MetricUnit;
  meaning: string;
  /** How the figure comes about. */
  computed: string;
}

const FILE_OR = 'the agent’s own files where they state it, else';

/**
 * Metrics of one agent. A new counter goes behind the others: the database remembers which counters an agent states as bits in
 * this order.
 */
const AGENT_METRICS = {
  tasks_completed: counter('tasks', 'Tasks the agent has completed', `${FILE_OR} tasks seen to end and reports`),
  tasks_failed: counter('tasks', 'Tasks the agent has failed', `${FILE_OR} tasks seen to fail and reports`),
  tasks_in_progress: gauge('tasks', 'Tasks the agent works on', 'tasks its files name that are not waiting or ended'),
  avg_task_duration: gauge('seconds', 'How long tasks take', 'mean of the tasks seen to end in the last hour'),
  total_work_time: counter('seconds', 'Time spent working', `${FILE_OR} time seen active or busy`),
  idle_time: counter('seconds', 'Time spent idle', `${FILE_OR} time seen idle or waiting for a person`),
  messages_sent: counter('messages', 'Messages the agent has sent', `${FILE_OR} reports of message_sent`),
  messages_received: counter('messages', 'Messages the agent has got', `${FILE_OR} reports of message_received`),
  error_rate: ratio('Share of ended tasks that failed', 'failed ÷ (completed + failed), of one source'),
  success_rate: ratio('Share of ended tasks that were completed', '1 − error_rate'),
  cpu_usage: gauge('percent', 'Share of one core', 'the agent’s own files'),
  memory_usage: gauge('bytes', 'Memory in use', 'the agent’s own files'),
};

const SYSTEM_METRICS = {
  total_agents: gauge('agents', 'Agents of the workspace', 'directories of mission-control/agents'),
  active_agents: gauge('agents', 'Agents whose status is active', 'normalised status'),
  busy_agents: gauge('agents', 'Agents whose status is busy', 'normalised status'),
  idle_agents: gauge('agents', 'Agents that are idle or wait for a person', 'normalised status'),
  waiting_agents: gauge('agents', 'Agents that wait for a person', 'normalised status'),
  error_agents: gauge('agents', 'Agents whose status is error', 'normalised status'),
  stale_agents: gauge('agents', 'Agents that say they work but give no sign', 'normalised status'),
  offline_agents: gauge('agents', 'Agents whose status is offline', 'normalised status'),
  unknown_agents: gauge('agents', 'Agents without evidence of a status', 'normalised status'),
  total_tasks_pending: gauge('tasks', 'Tasks that wait', 'the four task files'),
  total_tasks_in_progress: gauge('tasks', 'Tasks that are being worked on', 'the four task files'),
  total_tasks_completed: gauge('tasks', 'Tasks that are marked completed', 'the four task files'),
  total_tasks_failed: gauge('tasks', 'Tasks that are marked failed', 'the four task files'),
  total_tasks_blocked: gauge('tasks', 'Tasks that are blocked', 'the four task files'),
  total_tasks_delegated: gauge('tasks', 'Tasks that are delegated', 'the four task files'),
  system_health_score: ratio('Health of the whole, 0 to 1', 'four weighted parts, see docs/metrics.md'),
  avg_response_time: gauge('seconds', 'How long new tasks wait', 'mean time from pending to taken up, last hour'),
  events_per_minute: gauge('events/min', 'Events of the stream', 'all but system_metric, since the last collection'),
  ws_clients: gauge('clients', 'Connected WebSocket clients', 'the server’s hub'),
  event_loop_delay_p99: gauge('ms', 'Delay of the server’s event loop', '99th percentile since the last collection'),
  rss: gauge('bytes', 'Memory of the server', 'resident set size of its process'),
  db_bytes: gauge('bytes', 'Size of the database', 'metrics.db and its write-ahead log'),
  disk_free_bytes: gauge('bytes', 'Free space for the database', 'the file system of metrics.db'),
  backup_age_seconds: gauge('seconds', 'Age of the newest backup', 'the backup catalogue'),
};

const BY_SCOPE = { agent: AGENT_METRICS, system: SYSTEM_METRICS };

/** The name of a metric; `MetricName<'agent'>`: of one that is about an agent. */
export type MetricName<S extends MetricScope = MetricScope> = { [K in S]: keyof (typeof BY_SCOPE)[K] }[S];
/** One figure per metric of a scope, in the metrics' units; null: not measured. */
export type Figures<S extends MetricScope> = Record<MetricName<S>, number | null>;

/** Every metric there is, agents' first: the only place where one is defined. Storage, queries, screens and docs follow. */
export const METRICS = { ...AGENT_METRICS, ...SYSTEM_METRICS };

/** A metric of the catalogue with its name. */
export interface NamedMetric extends MetricFacts {
  name: MetricName;
  scope: MetricScope;
}

/** The metrics of a scope, in the order of the catalogue. */
export function listMetrics(scope: MetricScope): NamedMetric[] {
  const entries = Object.entries(BY_SCOPE[scope]) as [MetricName, MetricFacts][];
  return entries.map(([name, facts]) => ({ name, scope, ...facts }));
}

/** The metric of that name, or null. */
export function metricNamed(name: string): NamedMetric | null {
  const scope = Object.hasOwn(AGENT_METRICS, name) ? 'agent' : 'system';
  return Object.hasOwn(METRICS, name) ? { name: name as MetricName, scope, ...METRICS[name as MetricName] } : null;
}

/** One value of one system metric, pushed at each collection. null: not measured. */
export interface SystemMetric {
  metric: string;
  value: number | null;
  unit: string;
  /** ISO 8601 UTC. */
  timestamp: string;
}

/** A sample in the old columns and ours. null: not measured. */
export type MetricRow = Record<string, number | string | null>;

/** What the `error_rate` of an agent's latest sample was made of; null: it has none, so its tasks say nothing. */
export function endedOf(sample: Readonly<Partial<MetricRow>> | null | undefined): {
  tasks_completed: number | null;
  tasks_failed: number | null;
} {
  const { error_rate, tasks_completed, tasks_failed } = sample ?? {};
  return typeof error_rate === 'number' && typeof tasks_completed === 'number' && typeof tasks_failed === 'number'
    ? { tasks_completed, tasks_failed }
    : { tasks_completed: null, tasks_failed: null };
}

/** A point of a series: the beginning of its bucket (of a raw series: its sample's time), ISO 8601 UTC. null: a gap. */
export interface Point {
  t: string;
  v: number | null;
}

/** One line of an answer. `agent` null: the system, or all agents taken together. */
export interface Series {
  metric: string;
  unit: string;
  agent: string | null;
  /** The aggregate of its points. */
  agg?: string;
  points: Point[];
}

/** A part of the health score: weight × value (0 to 1), and the figures behind it in words. */
export interface HealthPart {
  name: 'agents' | 'tasks' | 'freshness' | 'backup';
  weight: number;
  value: number;
  because: string;
}

/** How the health score of the last collection came about. */
export interface HealthExplanation {
  /** ISO 8601 UTC. */
  timestamp: string;
  score: number;
  parts: HealthPart[];
}

/** Answer of `/api/metrics/query` and `mc metrics query --json`. */
export interface QueryAnswer {
  since: string;
  until: string;
  /** The step that was used: `raw`, `1m`, `5m`, `1h` or `1d`. */
  step: string;
  /** `default` where the metrics have different ones: each series names its own. */
  agg: string;
  series: Series[];
  /** Where it was asked for: null before the first collection. */
  explain?: HealthExplanation | null;
}

/** Answer of `/api/agents/{id}/metrics`. Times in seconds; null: not measured. */
export interface AgentMetricsAnswer {
  agent_id: string;
  period_hours: number;
  avg_success_rate: number | null;
  avg_error_rate: number | null;
  /** The counter's last value in the period, not a sum of samples. */
  total_tasks_completed: number | null;
  /** Samples in the period. */
  data_points: number;
  total_tasks_failed: number | null;
  /** What was added in the period, over resets. */
  tasks_completed: number | null;
  tasks_failed: number | null;
  work_time: number | null;
  idle_time: number | null;
  avg_task_duration: number | null;
  messages_sent: number | null;
  messages_received: number | null;
}

export interface AgentHistoryAnswer {
  agent_id: string;
  /** Newest first. */
  history: MetricRow[];
  next_cursor?: string | null;
}

export interface SystemHistoryAnswer {
  /** Newest first. */
  history: MetricRow[];
  next_cursor?: string | null;
}

/** A row of the event log. */
export interface LoggedEvent {
  id: number;
  /** ISO 8601 UTC. */
  timestamp: string;
  event_type: string;
  agent_id: string | null;
  data: unknown;
}

export interface EventsAnswer {
  /** Newest first. */
  events: LoggedEvent[];
  /** Id after which the next page begins; null: this was the last. */
  next_cursor?: string | null;
  /** Entries that bear a time in the future, from when a clock was wrong: left out unless `until` asks for them. */
  ahead?: number;
}

export interface ActivityAnswer {
  /** Newest first. */
  logs: { timestamp: string; agent: string | null; type: string; message: string; sessionId: string | null }[];
  total: number;
  limit: number;
  offset: number;
  timestamp: string;
}

/** Agents ranked by a metric over a range. */
export interface TopAnswer {
  by: string;
  unit: string;
  /** `last` when the latest sample was asked for, `increase` for counters, else `avg`. */
  agg: 'increase' | 'avg' | 'last';
  since: string;
  until: string;
  agents: { rank: number; agent: string; value: number | null }[];
}

function gauge(unit: MetricUnit, meaning: string, computed: string): MetricFacts<'gauge'> {
  return { kind: 'gauge', unit, meaning, computed };
}

function counter(unit: MetricUnit, meaning: string, computed: string): MetricFacts<'counter'> {
  return { kind: 'counter', unit, meaning, computed };
}

function ratio(meaning: string, computed: string): MetricFacts<'ratio'> {
  return { kind: 'ratio', unit: 'ratio', meaning, computed };
}

/** A metric that can be charted. The registry lives in the server; a name it does not know is answered by it. */
export interface Charted {
  name: string;
  /** True: a figure of the whole system; false: of agents. */
  system: boolean;
  meaning: string;
}

/** What the metrics screen offers, in its order. */
export const CHARTED: readonly Charted[] = [
  { name: 'system_health_score', system: true, meaning: 'Health of the whole, 0 to 1' },
  { name: 'events_per_minute', system: true, meaning: 'Events of the stream' },
  { name: 'active_agents', system: true, meaning: 'Agents whose status is active' },
  { name: 'busy_agents', system: true, meaning: 'Agents whose status is busy' },
  { name: 'idle_agents', system: true, meaning: 'Agents whose status is idle' },
  { name: 'error_agents', system: true, meaning: 'Agents whose status is error' },
  { name: 'stale_agents', system: true, meaning: 'Agents that say they work but give no sign' },
  { name: 'total_tasks_pending', system: true, meaning: 'Tasks that wait' },
  { name: 'total_tasks_in_progress', system: true, meaning: 'Tasks that are being worked on' },
  { name: 'total_tasks_completed', system: true, meaning: 'Tasks that are marked completed' },
  { name: 'avg_response_time', system: true, meaning: 'How long new tasks wait' },
  { name: 'backup_age_seconds', system: true, meaning: 'Age of the newest backup' },
  { name: 'ws_clients', system: true, meaning: 'Connected WebSocket clients' },
  { name: 'event_loop_delay_p99', system: true, meaning: 'Delay of the server’s event loop' },
  { name: 'rss', system: true, meaning: 'Memory of the server' },
  { name: 'db_bytes', system: true, meaning: 'Size of the database' },
  { name: 'disk_free_bytes', system: true, meaning: 'Free space for the database' },
  { name: 'success_rate', system: false, meaning: 'Share of ended tasks that were completed' },
  { name: 'error_rate', system: false, meaning: 'Share of ended tasks that failed' },
  { name: 'tasks_completed', system: false, meaning: 'Tasks the agent has completed' },
  { name: 'tasks_failed', system: false, meaning: 'Tasks the agent has failed' },
  { name: 'tasks_in_progress', system: false, meaning: 'Tasks the agent works on' },
  { name: 'avg_task_duration', system: false, meaning: 'How long tasks take' },
  { name: 'total_work_time', system: false, meaning: 'Time spent working' },
  { name: 'idle_time', system: false, meaning: 'Time spent idle' },
  { name: 'messages_sent', system: false, meaning: 'Messages the agent has sent' },
  { name: 'messages_received', system: false, meaning: 'Messages the agent has got' },
  { name: 'cpu_usage', system: false, meaning: 'Share of one core' },
  { name: 'memory_usage', system: false, meaning: 'Memory in use' },
];

/** Ranges that can be charted, shortest first. */
export const RANGES = ['1h', '6h', '24h', '7d', '30d'] as const;

/** True when the metric is a figure of the whole system. */
export function isSystemMetric(name: string): boolean {
  return CHARTED.find((metric) => metric.name === name)?.system ?? false;
}

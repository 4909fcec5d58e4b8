import { type MetricName, metricNamed } from '../protocol/index.js';

/** What the metrics screen offers, in its order. A name that only a newer server knows can be asked for as well. */
export const CHARTED: readonly MetricName[] = [
  'system_health_score',
  'events_per_minute',
  'active_agents',
  'busy_agents',
  'idle_agents',
  'waiting_agents',
  'error_agents',
  'stale_agents',
  'total_tasks_pending',
  'total_tasks_in_progress',
  'total_tasks_completed',
  'avg_response_time',
  'backup_age_seconds',
  'ws_clients',
  'event_loop_delay_p99',
  'rss',
  'db_bytes',
  'disk_free_bytes',
  'success_rate',
  'error_rate',
  'tasks_completed',
  'tasks_failed',
  'tasks_in_progress',
  'avg_task_duration',
  'total_work_time',
  'idle_time',
  'messages_sent',
  'messages_received',
  'cpu_usage',
  'memory_usage',
];

/** Ranges that can be charted, shortest first. */
export const RANGES = ['1h', '6h', '24h', '7d', '30d'] as const;

/** True when the metric is a figure of the whole system. */
export function isSystemMetric(name: string): boolean {
  return metricNamed(name)?.scope === 'system';
}

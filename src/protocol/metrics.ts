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

/** What the `error_rate` of an agent's latest sample was made of; null: it has none, so its tasks tell nothing. */
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

/** One value of one system metric, pushed at each collection. null: not measured. */
export interface SystemMetric {
  metric: string;
  value: number | null;
  unit: string;
  /** ISO 8601 UTC. */
  timestamp: string;
}

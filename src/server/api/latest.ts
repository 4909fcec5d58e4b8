/** A row of the metrics tables. null: not measured. */
export type MetricRow = Record<string, number | string | null>;

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

/** Before the first sample, and when nobody collects. */
export const NO_METRICS: LatestMetrics = { revision: 0, agents: new Map(), system: null, timestamp: null };

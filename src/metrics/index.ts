/**
 * What happened over time, in SQLite: records events and intervals of status as they happen, samples every figure once a
 * minute, rolls samples up, retires them, and answers queries. Commands that only read use the sub-door `query.ts`.
 */
export type { LatestMetrics } from './record/latest.js';
export type { ReadName, Reads } from './query/reads.js';
export type { MetricsOptions, MetricsService, MetricsSettings } from './contract.js';
export { createMetricsService } from './service.js';

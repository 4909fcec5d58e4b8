import type { MetricScope } from '../../protocol/index.js';
import type { Database } from '../store/database.js';
import type { Metric } from '../store/registry.js';
import type { PlainQuery } from './params.js';
import type { Plan } from './plan.js';

/** A part of a query: metrics of one scope that are aggregated alike, and where the answer is found. */
export interface Question {
  db: Database;
  query: PlainQuery;
  plan: Plan;
  scope: MetricScope;
  metrics: readonly Metric[];
  /** Milliseconds. */
  now: number;
}

import { invalid, type PlainQuery } from './params.js';
import type { Plan } from './plan.js';
import type { Metric } from '../store/registry.js';

/** More points than this in one answer are refused. */
export const MAX_ANSWER_POINTS = 500_000;

/** What a series is made of: the agents behind it (key 0: the system) and the name it bears. */
export interface Source {
  agent: string | null;
  keys: readonly number[];
}

/** The unit of a series: that of the metric, except where the aggregate changes it. */
export function unitOf(metric: Metric, { agg }: Pick<PlainQuery, 'agg'>): string {
  if (agg === 'count') return 'samples';
  return agg === 'rate' ? `${metric.unit}/s` : metric.unit;
}

/** The beginnings of a plan's buckets; all series share the texts. */
export function bucketTimes({ start, stepMs, points }: Plan): string[] {
  return Array.from({ length: points }, (_, at) => new Date(start + at * stepMs).toISOString());
}

export function tooMuch(step: string): Error {
  return invalid(
    `the answer would hold more than ${MAX_ANSWER_POINTS} points`,
    `name fewer agents or metrics, or use a longer step than ${step}`,
  );
}

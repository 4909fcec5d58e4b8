import { type Agent, type CounterName, listMetrics, type METRICS, type MetricName } from '../../protocol/index.js';

/** A metric that only grows and that an agent's own files may state. */
export type Counter = {
  [N in MetricName<'agent'> & CounterName]: (typeof METRICS)[N]['kind'] extends 'counter' ? N : never;
}[MetricName<'agent'> & CounterName];

/** In the order of their bits. */
const COUNTERS = listMetrics('agent').flatMap(({ kind, name }) => (kind === 'counter' ? [name as Counter] : []));

/** A figure that a file states, or null: counters are never negative, and what is not a finite number was not measured. */
export function measured(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
}

/** The counters that an agent states now, one bit each. */
export function statedBy(agent: Agent): number {
  return COUNTERS.reduce(
    (bits, name, place) => (measured(agent.counters?.[name]) === null ? bits : bits | (1 << place)),
    0,
  );
}

/**
 * Whether a counter comes from the agent's own files: it does from the first time they state it, for ever. What is not
 * stated then is a gap; to count something else meanwhile would look like tasks that come and go.
 */
export function isStated(bits: number, name: Counter): boolean {
  return (bits & (1 << COUNTERS.indexOf(name))) !== 0;
}

/** The counters whose bits are set in `now` and not in `before`. */
export function newlyStated(before: number, now: number): Counter[] {
  return COUNTERS.filter((name) => isStated(now, name) && !isStated(before, name));
}

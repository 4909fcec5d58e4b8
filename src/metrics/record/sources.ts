import type { Agent } from '../../protocol/index.js';
import { metricsOf } from '../store/registry.js';

/** Counters that an agent's own files may state, in the order of their bits. */
const COUNTERS = metricsOf('agent').flatMap(({ kind, name }) => (kind === 'counter' ? [name as Counter] : []));
export type Counter = Exclude<keyof Agent['counters'], 'cpu_usage' | 'memory_usage' | 'tokens_used' | 'cost'>;

/** A figure that a file states, or null: counters are never negative, and what is no finite number was not measured. */
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

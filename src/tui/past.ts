import type { Agent } from '../protocol/index.js';

/**
 * The shown rows of a second or two ago: what differs from them has just changed. Only those that are shown: to keep an old
 * version of each of thousands of agents alive costs more than all the drawing.
 */
export interface Past {
  agents: ReadonlyMap<string, Agent>;
  /** Those that become `agents` a second after `at`. */
  next: ReadonlyMap<string, Agent>;
  /** Milliseconds since the epoch. */
  at: number;
}

/** How long a changed cell is shown as one, at least. */
const CHANGED_MS = 1000;

export const NO_PAST: Past = { agents: new Map(), next: new Map(), at: 0 };

/** The past a moment later. */
export function laterPast(past: Past, shown: () => readonly Agent[], now: number): Past {
  if (now - past.at < CHANGED_MS) return past;
  return { agents: past.next, next: new Map(shown().map((agent) => [agent.id, agent])), at: now };
}

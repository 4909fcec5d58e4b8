import { type Agent, type AgentCounters, eachCounter } from '../../src/protocol/index.js';

/** Counters of which none is known. */
export const NO_COUNTERS: AgentCounters = eachCounter(() => null);

/** What is known of an agent. */
export type Known = Omit<Partial<Agent>, 'counters'> & { counters?: Partial<AgentCounters> };

/** An agent of which only the given is known. */
export function agentOf(id: string, known: Known = {}): Agent {
  return {
    id,
    name: id,
    display_name: null,
    role: null,
    emoji: null,
    status: 'unknown',
    normalized_status: 'unknown',
    since: null,
    evidence: null,
    waiting_for: null,
    current_tasks: [],
    tasks: [],
    last_active: null,
    heartbeat_interval: null,
    warnings: [],
    state: null,
    runtime: null,
    live: null,
    sessions: null,
    ...known,
    counters: { ...NO_COUNTERS, ...known.counters },
  };
}

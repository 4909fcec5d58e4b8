import type { Agent, AgentReading } from '../protocol/index.js';
import { boundAgent } from './bounds.js';
import { laterTime } from './merge.js';
import { agedAgent, claimedStatus } from './staleness.js';

/**
 * What is true of an agent now: its reading, with what a broken state.json cannot say kept from the held agent, the
 * time since when its status holds, and its age.
 */
export function trueAgent(held: Agent | undefined, reading: AgentReading, now: number, staleAfterMs: number): Agent {
  const read = boundAgent(reading.agent);
  const whole = held && keepsGood(held, reading) ? withGoodState(read, held) : read;
  return agedAgent(held ? withSince(whole, held) : whole, now, staleAfterMs);
}

/** True when state.json cannot be used and what it last said is shown instead. */
export function keepsGood(held: Agent, reading: AgentReading): boolean {
  return reading.broken !== null && held.state !== null;
}

function withGoodState(read: Agent, held: Agent): Agent {
  return {
    ...read,
    state: held.state,
    status: held.status,
    normalized_status: claimedStatus(held),
    since: held.since,
    evidence: held.evidence,
    waiting_for: held.waiting_for,
    current_tasks: held.current_tasks,
    tasks: held.tasks,
    counters: held.counters,
    last_active: laterTime(held.last_active, read.last_active),
  };
}

/** A file written anew does not restart its status: that holds since it was first seen, or since the agent came back. */
function withSince(agent: Agent, held: Agent): Agent {
  // A runtime says itself since when, and two waits in a row are two.
  if (agent.live !== null || claimedStatus(held) !== agent.normalized_status) return agent;
  if (held.normalized_status === 'stale' && agent.normalized_status !== 'stale') {
    return { ...agent, since: agent.last_active };
  }
  return { ...agent, since: held.since ?? agent.since };
}

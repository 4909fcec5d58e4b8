import {
  type Agent,
  type AgentStatus,
  agentStatusData,
  claimsWork,
  type EventDraft,
  isoOf,
  normalizeStatus,
  type Snapshot,
} from '../protocol/index.js';

/**
 * What the passing of time alone changes: one `agent_status` for each agent that says it works but has given no sign of
 * life for longer than its limit, or is no longer silent for so long since the clock was put right, sorted by id. `now` and `staleAfterMs` in milliseconds.
 */
export function tick(snapshot: Snapshot, now: number, staleAfterMs: number): EventDraft[] {
  const drafts: { id: string; draft: EventDraft }[] = [];
  for (const agent of snapshot.agents.values()) {
    const aged = agedAgent(agent, now, staleAfterMs);
    if (aged !== agent) {
      drafts.push({ id: agent.id, draft: { type: 'agent_status', data: agentStatusData(aged, agent), at: now } });
    }
  }
  return drafts.sort((a, b) => (a.id < b.id ? -1 : 1)).map(({ draft }) => draft);
}

/**
 * The agent at a time: stale when it claims work without a sign, and no longer stale when the clock that made it so was wrong;
 * otherwise the same object.
 */
export function agedAgent(agent: Agent, now: number, staleAfterMs: number): Agent {
  // Its runtime knows whether it lives: a tool may run for an hour without a word.
  if (agent.live !== null) return agent;
  const claimed = claimedStatus(agent);
  if (!claimsWork(claimed) || agent.last_active === null) return agent;
  const staleAt = Date.parse(agent.last_active) + staleLimit(agent, staleAfterMs);
  const isStale = agent.normalized_status === 'stale';
  // Written so that a time nobody can read (NaN) leaves the agent as it is.
  if (now > staleAt) return isStale ? agent : { ...agent, normalized_status: 'stale', since: isoOf(staleAt) };
  return isStale && now <= staleAt ? { ...agent, normalized_status: claimed, since: agent.last_active } : agent;
}

/** The status an agent's own words gave it, before time made it stale. */
export function claimedStatus(agent: Agent): AgentStatus {
  if (agent.normalized_status !== 'stale') return agent.normalized_status;
  return normalizeStatus(agent.evidence?.value ?? '') ?? normalizeStatus(agent.status) ?? 'stale';
}

/** How long an agent may be silent, in milliseconds: twice its own heartbeat where it has one. */
function staleLimit(agent: Agent, staleAfterMs: number): number {
  return agent.heartbeat_interval ? 2 * agent.heartbeat_interval * 1000 : staleAfterMs;
}

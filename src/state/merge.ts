import type { Agent, AgentCounters, AgentReading } from '../protocol/index.js';

/** One agent as several sources have it, the first one's word before the others'; null when none knows it. */
export function mergeAgentReadings(readings: readonly (AgentReading | null | undefined)[]): AgentReading | null {
  const [first, ...others] = readings.filter((reading) => reading !== null && reading !== undefined);
  if (!first) return null;
  return others.reduce(joined, first);
}

function joined(first: AgentReading, second: AgentReading): AgentReading {
  const ahead = first.ahead === true || second.ahead === true;
  return {
    agent: joinedAgent(first.agent, second.agent),
    broken: first.broken ?? second.broken,
    memory: { ...second.memory, ...first.memory },
    ...(ahead ? { ahead: true as const } : {}),
  };
}

/** What the first does not know the second says. The status is taken whole from one: a word, its evidence and its time. */
function joinedAgent(first: Agent, second: Agent): Agent {
  const { status, normalized_status, since, evidence, waiting_for } = first.evidence === null ? second : first;
  return {
    id: first.id,
    name: first.name === first.id ? second.name : first.name,
    display_name: first.display_name ?? second.display_name,
    role: first.role ?? second.role,
    emoji: first.emoji ?? second.emoji,
    status,
    normalized_status,
    since,
    evidence,
    waiting_for,
    current_tasks: first.current_tasks.length > 0 ? first.current_tasks : second.current_tasks,
    tasks: first.tasks.length > 0 ? first.tasks : second.tasks,
    counters: joinedCounters(first.counters, second.counters),
    last_active: laterTime(first.last_active, second.last_active),
    heartbeat_interval: first.heartbeat_interval ?? second.heartbeat_interval,
    warnings: [...first.warnings, ...second.warnings],
    state: first.state ?? second.state,
    runtime: first.runtime ?? second.runtime,
    live: first.live ?? second.live,
    sessions: first.sessions ?? second.sessions,
  };
}

function joinedCounters(first: AgentCounters, second: AgentCounters): AgentCounters {
  const known = Object.entries(first).filter(([, value]) => value !== null);
  return { ...second, ...Object.fromEntries(known) };
}

/** The later of two times in ISO 8601; null: not known. */
export function laterTime(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return Date.parse(b) > Date.parse(a) ? b : a;
}

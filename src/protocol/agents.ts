import type { Live, RuntimeName, SessionCounts } from './runtimes.js';
import type { TaskStatus } from './tasks.js';

/** The eight words an operator sees, loudest trouble first where they are sorted. `waiting`: it waits for a person. */
export const AGENT_STATUSES = ['active', 'busy', 'idle', 'error', 'waiting', 'stale', 'offline', 'unknown'] as const;
export type AgentStatus = (typeof AGENT_STATUSES)[number];

/**
 * True for a name that an agent's directory may have: not hidden, one part of a path, and a text that UTF-8 can carry (half a
 * surrogate pair cannot). Nothing else names an agent, in a workspace, on the wire or in a backup.
 */
export function isAgentId(text: string): boolean {
  return text !== '' && !text.startsWith('.') && !/[/\0]|\p{Surrogate}/u.test(text);
}

/**
 * Where a status comes from: the file (relative to the agent's directory; of a runtime's record to the home directory), the field
 * in it and the word found there.
 */
export interface Evidence {
  file: string;
  field: string | null;
  value: string | null;
}

/** Something about one agent's files that could not be used; it never hurts another agent. */
export interface AgentWarning {
  /** Path relative to the agent's directory. */
  file: string;
  /** A field path (`tasks_failed`) or a text position (`line 1, column 52`); null when the whole file is meant. */
  place: string | null;
  reason: string;
}

/**
 * The counters that an agent's files may state and a report may set. Times in seconds; `cpu_usage`: share of one core, 0–100;
 * `memory_usage`: bytes.
 */
export const COUNTER_NAMES = [
  'tasks_completed',
  'tasks_failed',
  'total_work_time',
  'idle_time',
  'messages_sent',
  'messages_received',
  'cpu_usage',
  'memory_usage',
  'tokens_used',
  'cost',
] as const;
export type CounterName = (typeof COUNTER_NAMES)[number];

/** Counters as the agent's own files state them; null where they do not. */
export type AgentCounters = Record<CounterName, number | null>;

export function isCounterName(text: string): text is CounterName {
  return (COUNTER_NAMES as readonly string[]).includes(text);
}

/** A value per counter. */
export function eachCounter<T>(make: (name: CounterName) => T): Record<CounterName, T> {
  return Object.fromEntries(COUNTER_NAMES.map((name) => [name, make(name)])) as Record<CounterName, T>;
}

/** A task as an agent's own files name it (current_tasks, current_task, active projects, tasks/*.json). */
export interface AgentTask {
  /** Path relative to the agent's directory. */
  source: string;
  id: string | null;
  title: string;
  status: TaskStatus | null;
  /** ISO 8601 UTC, or the file's own text where it is not a full time. */
  started_at: string | null;
  priority: string | null;
}

/** What stands in for a `state` that is too large for one frame. REST has it whole. */
export interface TruncatedState {
  $truncated: true;
  bytes: number;
}

/** A `state` above this many bytes of JSON is truncated in events and snapshot. */
export const STATE_LIMIT_BYTES = 256 * 1024;

/** Everything that is known of one agent. JSON-safe: this is what events carry and mirrors hold. */
export interface Agent {
  id: string;
  /** First `# ` header of SOUL.md, else the id. */
  name: string;
  display_name: string | null;
  role: string | null;
  emoji: string | null;
  /** The file's own word, else `unknown`. */
  status: string;
  normalized_status: AgentStatus;
  /** Since when the status is known to hold, ISO 8601 UTC; null when there is no evidence. */
  since: string | null;
  evidence: Evidence | null;
  /** What it waits for a person to do, one line, where its state.json says so; null of an agent that does not wait. */
  waiting_for: string | null;
  /** As the file has them (strings or objects), always an array. */
  current_tasks: unknown[];
  /** The same tasks and those of tasks/*.json, in one shape. */
  tasks: AgentTask[];
  counters: AgentCounters;
  /** Last sign of life, ISO 8601 UTC: newest of file mtimes, lastActive and reports. */
  last_active: string | null;
  /** The agent's own heartbeat interval in seconds. */
  heartbeat_interval: number | null;
  warnings: AgentWarning[];
  /** The whole state.json as it is; null when there is none (or none that could ever be read). */
  state: unknown;
  /** Whose records tell of it; null of an agent that only the workspace knows. The same of the next two. */
  runtime: RuntimeName | null;
  /** What its loudest session does. */
  live: Live | null;
  /** How many of its sessions do what; those that are gone are not among them. */
  sessions: SessionCounts | null;
}

/** What `POST /api/agents/{id}/report` and a published `agent_status` accept; merged into state.json. */
export interface AgentReport {
  status?: string;
  /** What it waits for a person to do. A status without it forgets what the last wait was for. */
  waiting_for?: string;
  task?: string;
  zone?: string;
  activity?: string;
  counters?: Partial<Record<CounterName, number>>;
}

/**
 * Whether a person has to answer an agent. A runtime's agent whose turn is over also waits, but for whatever comes next: that is
 * nobody's omission, and neither counted nor alerted. Servers of before say nothing of `live`.
 */
export function waitsForAnswer({
  normalized_status: status,
  live,
}: Pick<Agent, 'normalized_status'> & { live?: Live | null | undefined }): boolean {
  return status === 'waiting' && live?.reason !== 'turn_ended';
}

/** Counts of agents per normalised status. */
export type StatusCounts = Record<AgentStatus, number>;

/** Counts agents per normalised status; every status is present. */
export function countStatuses(agents: Iterable<Pick<Agent, 'normalized_status'>>): StatusCounts {
  const counts: StatusCounts = {
    active: 0,
    busy: 0,
    idle: 0,
    error: 0,
    waiting: 0,
    stale: 0,
    offline: 0,
    unknown: 0,
  };
  for (const agent of agents) counts[agent.normalized_status] += 1;
  return counts;
}

const WORDS: Record<string, AgentStatus> = {
  active: 'active',
  operational: 'active',
  running: 'active',
  online: 'active',
  busy: 'busy',
  working: 'busy',
  in_progress: 'busy',
  idle: 'idle',
  ready: 'idle',
  standby: 'idle',
  waiting: 'idle',
  error: 'error',
  failed: 'error',
  blocked: 'error',
  waiting_for_user: 'waiting',
  waiting_for_input: 'waiting',
  needs_input: 'waiting',
  needs_approval: 'waiting',
  awaiting_approval: 'waiting',
  offline: 'offline',
  stopped: 'offline',
  terminated: 'offline',
  stale: 'stale',
  unknown: 'unknown',
};

/** Words accepted for a status in files and reports, in no order. */
export const STATUS_WORDS: readonly string[] = Object.keys(WORDS);

/**
 * Words that a person may give an agent: one for each status that an agent can say of itself. For `waiting` that is another
 * word, because agents of old call themselves `waiting` when they are idle.
 */
export const SETTABLE_STATUSES: readonly string[] = ['active', 'busy', 'idle', 'error', 'needs_input', 'offline'];

/** The normalised status of a word found in a file (`In Progress` → `busy`), or null for a word nobody knows. */
export function normalizeStatus(word: string): AgentStatus | null {
  const key = word
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
  return Object.hasOwn(WORDS, key) ? (WORDS[key] ?? null) : null;
}

/** Agents that have nothing to do for now, as older clients and metrics count them: who waits for a person is one. */
export function countIdle(counts: Pick<StatusCounts, 'idle' | 'waiting'>): number {
  return counts.idle + counts.waiting;
}

/** True for the statuses that claim work is going on: only these can turn stale. */
export function claimsWork(status: AgentStatus): boolean {
  return status === 'active' || status === 'busy';
}

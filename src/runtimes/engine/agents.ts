import {
  type Agent,
  type AgentStatus,
  type AgentTask,
  type Evidence,
  eachCounter,
  type Live,
  type LiveStatus,
  type RuntimeName,
  type Session,
  type SessionCounts,
} from '../../protocol/index.js';
import type { ExactSum } from '../ledger/contract.js';

const NORMALIZED: Record<LiveStatus, AgentStatus> = {
  working: 'busy',
  waiting: 'waiting',
  idle: 'idle',
  error: 'error',
  gone: 'offline',
  unknown: 'unknown',
};

/** What an agent is made of. */
export interface AgentFacts {
  id: string;
  runtime: RuntimeName;
  /** As its runtime calls it; null: by its id. */
  name: string | null;
  sessions: readonly Session[];
  /** What a process says that serves all of them. */
  gateway: Live | null;
  usage: ExactSum | null;
}

/** One agent of a runtime: its status is that of its loudest session. */
export function runtimeAgent({ id, runtime, name, sessions, gateway, usage }: AgentFacts): Agent {
  const live = loudest([...(gateway ? [gateway] : []), ...sessions.map((session) => session.live)]);
  const working = sessions.filter((session) => session.live.status === 'working');
  return {
    id,
    name: name ?? id.slice(id.indexOf(':') + 1),
    display_name: null,
    role: null,
    emoji: null,
    status: live?.status ?? 'unknown',
    normalized_status: NORMALIZED[live?.status ?? 'unknown'],
    since: live?.since ?? null,
    evidence: live === null ? null : evidenceOf(live),
    waiting_for: live === null ? null : waitingFor(live),
    current_tasks: working.flatMap(({ title }) => title ?? []),
    tasks: sessions.flatMap((session) => taskOf(session) ?? []),
    counters: {
      ...eachCounter(() => null),
      tokens_used: usage?.total ?? null,
      // What has no price is not free.
      cost:
        usage === null || (usage.cost_pico === 0n && usage.unpriced_tokens > 0) ? null : Number(usage.cost_pico) / 1e12,
    },
    last_active: newest(sessions),
    heartbeat_interval: null,
    warnings: [],
    state: null,
    runtime,
    live,
    sessions: countSessions(sessions),
  };
}

/** Where a status was found; null where the absence of a record tells it. */
function evidenceOf({ evidence: { file, field, value } }: Live): Evidence | null {
  return file === null ? null : { file, field, value };
}

/** How loud a status is: what needs a person first. */
function loudness({ status, reason }: Live): number {
  if (status === 'waiting') return reason === 'turn_ended' ? 3 : 6;
  return { error: 5, working: 4, idle: 2, unknown: 1, gone: 0 }[status];
}

/** Of equally loud ones the latest. */
function loudest(lives: readonly Live[]): Live | null {
  return lives.reduce<Live | null>((best, live) => {
    if (best === null) return live;
    const more = loudness(live) - loudness(best);
    return more > 0 || (more === 0 && (live.since ?? '') > (best.since ?? '')) ? live : best;
  }, null);
}

function waitingFor({ status, reason, detail }: Live): string | null {
  if (status !== 'waiting') return null;
  if (reason === 'permission') return detail === null ? 'permission' : `permission to use ${detail}`;
  return reason === 'question' ? 'an answer to its question' : null;
}

/** What a session works on, as long as its turn is not over. */
function taskOf({ runtime, id, title, started_at, live }: Session): AgentTask | null {
  if (title === null) return null;
  const isOpen = loudness(live) >= 4;
  const status = live.status === 'working' ? 'in_progress' : 'blocked';
  return isOpen ? { source: runtime, id, title, status, started_at, priority: null } : null;
}

function countSessions(sessions: readonly Session[]): SessionCounts {
  const counts: SessionCounts = { working: 0, waiting: 0, idle: 0, error: 0 };
  for (const { live } of sessions)
    if (Object.hasOwn(counts, live.status)) counts[live.status as keyof SessionCounts] += 1;
  return counts;
}

function newest(sessions: readonly Session[]): string | null {
  return sessions.reduce<string | null>(
    (newest, { last_at }) => (last_at !== null && (newest === null || last_at > newest) ? last_at : newest),
    null,
  );
}

import type { RuntimeName, Session } from '../../protocol/index.js';
import { agentsOf, homelessAgent, namedAgent, type ProjectBook, projectOf } from '../agents.js';
import type { AssembledSession } from '../facts.js';
import type { SessionFact } from '../ledger/contract.js';
import { usageSumOf } from '../ledger/exact.js';
import type { Assembled } from '../reader.js';
import type { Usage } from './usage.js';

/** A session, and whose it is. */
export interface NamedSession {
  session: AssembledSession;
  /** As the ledger has it. */
  agent: string;
  project: string | null;
}

/** Whose each session is: the runtime says it, else the directory that it began in. */
export function nameSessions(
  runtime: RuntimeName,
  sessions: readonly AssembledSession[],
  book: ProjectBook,
  now: number,
): NamedSession[] {
  const seen = sessions.flatMap(({ agentId, cwdRaw, started_at }) =>
    agentId === null && cwdRaw !== null ? [{ cwd: cwdRaw, at: msOf(started_at) ?? now }] : [],
  );
  const byDirectory = agentsOf(book, runtime, seen);
  return sessions.map((session) => {
    const { agentId, cwdRaw } = session;
    const project = cwdRaw === null ? null : (projectOf(cwdRaw)?.name ?? null);
    if (agentId !== null) return { session, agent: namedAgent(runtime, agentId), project };
    const agent = (cwdRaw === null ? undefined : byDirectory.get(cwdRaw)) ?? homelessAgent(runtime);
    return { session, agent, project };
  });
}

/** What the ledger is told of a session. */
export function factOf({ session, agent, project }: NamedSession, rankBy: Assembled['rankBy']): SessionFact {
  return { id: session.id, agent, project, rank: msOf(session[rankBy]) ?? Number.POSITIVE_INFINITY };
}

/** A session as everyone sees it. `shown`: what an agent is called beside those of the workspace. */
export function wireSession(
  { session, agent, project }: NamedSession,
  usage: Usage,
  shown: (agent: string) => string,
): Session {
  const { agentId: _, cwdRaw: __, ...rest } = session;
  return { ...rest, agent: shown(agent), project, usage: usageSumOf(usage.ofSession(session.runtime, session.id)) };
}

function msOf(time: string | null): number | null {
  const ms = time === null ? Number.NaN : Date.parse(time);
  return Number.isNaN(ms) ? null : ms;
}

import { randomUUID } from 'node:crypto';
import { McError, rootsOf, type Settings, type WorkspaceLayout } from '../base/index.js';
import { backupsOnRecord } from '../backup/catalog/on-record.js';
import { readDatabase } from '../metrics/query/index.js';
import { scoreHealth } from '../metrics/record/health.js';
import {
  type AgentReading,
  countStatuses,
  isAhead,
  isoOf,
  listAgents,
  type WorkspaceFacts,
} from '../protocol/index.js';
import { createState } from '../state/index.js';
import { readAll, timeIn } from '../workspace/index.js';
import { backupFacts } from './backup-facts.js';

/** The settings by which a server judges, too. */
export type Judging = Pick<Settings, 'staleAfter' | 'backupInterval' | 'noBackups'>;

/**
 * Reads files, database and the record of backups once, without sockets, and judges them by the functions of the server.
 * Writes nothing. `now` in milliseconds.
 */
export async function readFacts(layout: WorkspaceLayout, settings: Judging, now: number): Promise<WorkspaceFacts> {
  const { reading } = await readAll(layout.root, now, await rootsOf(layout));
  for (const [id, agent] of reading.agents) if (agent) reading.agents.set(id, atItsWord(agent, now));
  const state = createState({ staleAfterMs: settings.staleAfter, newId: randomUUID });
  state.read(reading, now);
  state.tick(now);
  const standing = await readStanding(layout, now);
  const backups = await backupsOnRecord(layout);
  const backup = await backupFacts({ listed: () => Promise.resolve(backups) }, settings, now);
  const { score } = scoreHealth({
    counts: countStatuses(state.snapshot.agents.values()),
    ended: standing?.ended ?? { completed: 0, failed: 0 },
    // The files have just been read; whether anybody collects shows in the database.
    watcherAlive: true,
    collectionOnTime: now - (standing?.lastCollection ?? 0) <= 2 * (standing?.collectInterval ?? 60_000),
    // A schedule is one of a server: only where one has been does it count that nothing was made.
    backup: { ...backup, scheduled: standing !== null && backup.scheduled },
  });
  return {
    health: score,
    agents: listAgents(state.snapshot),
    samples: standing?.agents ?? {},
    backups,
    scheduled: standing && backup.scheduled,
  };
}

async function readStanding({ database }: WorkspaceLayout, now: number) {
  try {
    return await readDatabase(database, 'standing', {}, { now, upgrade: false });
  } catch (error) {
    // No database, an old one, a damaged one: nothing is known from it, and health says so.
    if (error instanceof McError) return null;
    throw error;
  }
}

/**
 * An agent that states itself when it was last active is taken at its word: a checkout or a copy, which is where a check
 * without a server runs, gives every file the time at which it was made.
 */
function atItsWord(reading: AgentReading, now: number): AgentReading {
  const stated = statedTimes(reading.agent.state).flatMap((value) => timeIn(value) ?? []);
  const believed = stated.filter((at) => !isAhead(at, now));
  const last = believed.length > 0 ? isoOf(Math.max(...believed)) : null;
  return last === null ? reading : { ...reading, agent: { ...reading.agent, last_active: last } };
}

function statedTimes(state: unknown): unknown[] {
  if (typeof state !== 'object' || state === null) return [];
  return ['lastActive', 'last_active'].map((name) => (state as Record<string, unknown>)[name]);
}

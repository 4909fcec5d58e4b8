import { join } from 'node:path';
import { errnoOf, reasonOf } from '../../base/index.js';
import type { AssembledSession } from '../facts.js';
import { type AgentMoment, type AgentReader, createAgentReader } from './agent.js';
import { type AgentPlace, findAgents } from './agents.js';
import { type OpenclawConfig, readConfig } from './config.js';
import type { OpenclawLook, OpenclawMoment, OpenclawReader, OpenclawSetup } from './contract.js';
import { gatewayOf, lockFolders, readLock } from './gateway.js';
import { createKeep } from './keep.js';
import { sessionsOf, shown } from './sessions.js';
import { clearCopies } from './sqlite.js';
import { createGlobalStore, type GlobalKnown } from './store.js';

/** Folders and config are looked for again so often. */
const DISCOVERY_MS = 60_000;
/** Time alone changes what sessions do: within so much of it that is noticed. */
const ASSEMBLED_MS = 15_000;
/** What one look reads of transcripts, in bytes. */
const LOOK_BYTES = 8 * 1024 * 1024;
const MOST_WARNINGS = 100;

/** A reader of one OpenClaw home, of which nothing is read yet but what is kept. Opens nothing before the first look. */
export function createOpenclawReader(setup: OpenclawSetup): OpenclawReader {
  const { root, home } = setup;
  const globalPath = join(root, 'state', 'openclaw.sqlite');
  const keep = createKeep(setup.kept ?? []);
  const store = createGlobalStore(root, globalPath);
  const agents = new Map<string, AgentReader>();
  let found: { config: OpenclawConfig; places: AgentPlace[]; locks: string[]; problems: string[] } | null = null;
  /** What was found was found with this: when, and with which databases named. */
  let foundWith = { at: Number.NaN, named: '' };
  let assembled = {
    sessions: [] as AssembledSession[],
    at: Number.NaN,
    agents: 0,
    signs: '',
    cron: [] as OpenclawLook['cron'],
  };
  let scratchProblem: string | null = '';

  const discover = (now: number, { databases }: GlobalKnown) => {
    const named = JSON.stringify(databases);
    const fresh = now >= foundWith.at && now - foundWith.at < DISCOVERY_MS && named === foundWith.named;
    if (found !== null && fresh) return found;
    const config = readConfig(root, home);
    const problems = config.problem === null ? [] : [`${shown(home, config.path)}: ${config.problem}`];
    const warn = (path: string, reason: string) => problems.push(`${shown(home, path)}: ${reason}`);
    const places = findAgents(root, config, databases, warn);
    foundWith = { at: now, named };
    found = { config, places, locks: lockFolders(setup.temporary), problems };
    return found;
  };
  const readerOf = (id: string): AgentReader => {
    const reader = agents.get(id) ?? createAgentReader(id, keep);
    agents.set(id, reader);
    return reader;
  };
  const dropOthers = (places: AgentPlace[]) => {
    for (const [id, reader] of agents) {
      if (places.some((place) => place.id === id)) continue;
      reader.close();
      agents.delete(id);
    }
  };
  /** Copies of databases go there: without it none can be read. */
  const prepareScratch = () => {
    if (scratchProblem === null) return null;
    try {
      clearCopies(setup.scratch);
      scratchProblem = null;
    } catch (error) {
      scratchProblem = `the directory for copies of databases ${errnoOf(error) === null ? 'cannot be made' : reasonOf(error)}`;
    }
    return scratchProblem;
  };

  return {
    look(moment) {
      const { now, processes } = moment;
      const scratch = prepareScratch();
      const around = { processes, scratch: setup.scratch };
      const known = store.look(now, around);
      const { config, places, locks, problems } = discover(now, known);
      dropOthers(places);
      const slice: AgentMoment = {
        now,
        around,
        findings: (agentId, repeat) => moment.findings(agentId, repeat),
        budget: { left: LOOK_BYTES },
        read: { lines: 0, malformed: 0 },
      };
      const turns = places.map((place) => readerOf(place.id).look(place, slice));
      const gateway = gatewayOf(
        readLock(setup.temporary, locks, config.path),
        known.boots,
        processes,
        shown(home, globalPath),
      );
      const cron = store.cron(
        now,
        config.agents.find(({ isDefault }) => isDefault)?.id ?? config.agents[0]?.id ?? 'main',
      );
      const readers = [...agents.values()];
      const changed = turns.some((turn) => turn.changed) || readers.length !== assembled.agents;
      const signs = JSON.stringify([gateway, known.approvals]);
      const isOld = !(now >= assembled.at && now - assembled.at < ASSEMBLED_MS);
      if (changed || isOld || signs !== assembled.signs || cron !== assembled.cron)
        assembled = {
          sessions: assemble({ readers, moment, known, gateway, cron }),
          at: now,
          agents: readers.length,
          signs,
          cron,
        };
      const progress = readers.map((reader) => reader.progress());
      const globalSize = store.size();
      return {
        state: places.length > 0 || globalSize !== null ? 'reading' : 'absent',
        agents: places.map(({ id, name }) => ({ id, name })),
        sessions: assembled.sessions,
        cron,
        gateway: gateway?.live ?? null,
        versions: versionsOf(readers, known),
        files: progress.reduce((sum, { files }) => sum + files, globalSize === null ? 0 : 1),
        bytes: progress.reduce((sum, { bytes }) => sum + bytes, globalSize ?? 0),
        backfill: {
          done_bytes: progress.reduce((sum, part) => sum + part.done, 0),
          total_bytes: progress.reduce((sum, { bytes }) => sum + bytes, 0),
        },
        read: slice.read,
        more: turns.some(({ done }) => !done),
        warnings: [
          ...(scratch === null ? [] : [scratch]),
          ...(known.problem === null ? [] : [`${shown(home, globalPath)}: ${known.problem}`]),
          ...problems,
          ...readers.flatMap((reader) => reader.problems().map(([path, reason]) => `${shown(home, path)}: ${reason}`)),
        ].slice(0, MOST_WARNINGS),
        kept: keep.changes(),
      } satisfies OpenclawLook;
    },
    close() {
      store.close();
      for (const reader of agents.values()) reader.close();
    },
  };

  function assemble(all: {
    readers: AgentReader[];
    moment: OpenclawMoment;
    known: GlobalKnown;
    gateway: ReturnType<typeof gatewayOf>;
    cron: OpenclawLook['cron'];
  }): AssembledSession[] {
    const records = all.readers.map((reader) => reader.records());
    const current = new Map<string, string>();
    for (const { databases, listed } of records)
      for (const node of [...listed.nodes, ...databases.flatMap(({ known }) => known.nodes)])
        current.set(node.key, node.current);
    const around = {
      home,
      now: all.moment.now,
      gateway: all.gateway,
      approvals: all.known.approvals,
      globalPath,
      jobs: new Map(all.cron.map(({ id, name }) => [id, name])),
      currentOf: (key: string) => current.get(key) ?? null,
    };
    return withSubagents(records.flatMap((record) => sessionsOf(record, around)));
  }
}

function withSubagents(sessions: AssembledSession[]): AssembledSession[] {
  const counts = new Map<string, number>();
  for (const { parent } of sessions) if (parent !== null) counts.set(parent, (counts.get(parent) ?? 0) + 1);
  return sessions.map((session) => ({ ...session, subagents: counts.get(session.id) ?? 0 }));
}

function versionsOf(readers: AgentReader[], { version }: GlobalKnown): string[] {
  const of = readers.flatMap((reader) => [...reader.records().databases].map(({ known }) => known.version));
  return [...new Set([version, ...of].filter((each) => each !== null))].sort();
}

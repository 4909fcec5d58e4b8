import { join } from 'node:path';
import type { DropReason, Findings } from '../facts.js';
import { createAgentErrors } from './agent-errors.js';
import type { AgentPlace } from './agents.js';
import { type AgentDatabase, createAgentDatabase } from './database.js';
import type { EntriesRead } from './entries.js';
import { createAgentFiles, readTranscript, type TranscriptFile } from './files.js';
import type { Budget, Keep } from './keep.js';
import { createListedSessions } from './listed.js';
import type { ReadFiles } from './read-files.js';
import { createAgentRollouts, readRollout } from './rollouts.js';
import type { AgentRecords } from './sessions.js';
import type { Around, ReadDatabase } from './sqlite.js';
import type { Telling, TranscriptState } from './transcript.js';
import { type WatchedDatabase, watchDatabase } from './watched.js';

/** What a look at an agent needs. */
export interface AgentMoment {
  now: number;
  around: Around;
  findings(agentId: string, repeat: DropReason): Findings;
  budget: Budget;
  read: EntriesRead;
}

/** Everything of one agent, read on from look to look. */
export interface AgentReader {
  /** `done`: all of it is read. `changed`: its records may be others than before. */
  look(place: AgentPlace, moment: AgentMoment): { done: boolean; changed: boolean };
  records(): AgentRecords;
  /** What cannot be used now: absolute path, and why. */
  problems(): [path: string, reason: string][];
  progress(): { files: number; bytes: number; done: number };
  close(): void;
}

interface OwnDatabase {
  watched: WatchedDatabase;
  database: AgentDatabase;
  problem: string | null;
}

const NO_LIST = { path: '', nodes: [], problem: null };
const MUTE: Findings = {
  response: () => undefined,
  error: () => undefined,
  dropped: () => undefined,
  unknown: () => undefined,
  warning: () => undefined,
};

export function createAgentReader(id: string, keep: Keep): AgentReader {
  const errors = createAgentErrors(id, keep);
  const databases = new Map<string, OwnDatabase>();
  const listed = createListedSessions();
  const files = createAgentFiles(keep, 'sessions');
  const imports = createAgentFiles(keep, 'imports');
  const rollouts = createAgentRollouts(keep);
  let list: AgentRecords['listed'] & { problem: string | null } = NO_LIST;
  let place: AgentPlace = { id, name: null, databases: [], sessions: [], imports: [], rollouts: [] };

  let threads = new Map<string, string>();
  /** Something was read, or is there no more. */
  let changed = true;
  const telling = (moment: AgentMoment, session: string, source: 'rows' | 'archive' | 'mute'): Telling => ({
    agentId: id,
    session,
    findings: source === 'mute' ? MUTE : moment.findings(id, source === 'rows' ? 'repeat' : 'archive'),
    firstError: (key) => source !== 'mute' && errors.claim(key, session),
  });
  const takePlace = (next: AgentPlace) => {
    place = next;
    for (const path of next.databases) {
      if (databases.has(path)) continue;
      const database = createAgentDatabase(path, () => place.sessions, keep);
      databases.set(path, { watched: watchDatabase(path), database, problem: null });
    }
    for (const [path, { watched, database }] of databases) {
      if (next.databases.includes(path)) continue;
      watched.close();
      database.forget();
      databases.delete(path);
      changed = true;
    }
  };
  /** The sessions that name Codex threads: the rows' word before the files'. */
  const sessionsOfThreads = (): Map<string, string> => {
    const found = new Map<string, string>();
    const add = (session: string, { threads }: TranscriptState) => {
      for (const thread of threads) if (!found.has(thread)) found.set(thread, session);
    };
    for (const { database } of databases.values())
      for (const [session, { state }] of database.known.rows) add(session, state);
    for (const { session, state } of [...files.known.values(), ...imports.known.values()]) add(session, state);
    return found;
  };

  const countOfFiles = () => files.known.size + imports.known.size + rollouts.known.size;
  const readFiles = (waiting: Waiting[], moment: AgentMoment, rows: OpenRows | null): boolean => {
    let done = true;
    for (const { from, file } of waiting) {
      if (moment.budget.left <= 0) return false;
      const told = telling(moment, file.session, file.kind === 'live' && rows === null ? 'rows' : 'archive');
      if (rows !== null) told.entry = (entry) => heldAgainst(rows, { from, file }, entry);
      done = readTranscript(from, file, told, moment) && done;
      changed = true;
    }
    return done;
  };
  /** Reads databases, then files: those that a migration left are held against the rows. */
  const readTranscripts = (waiting: Waiting[], moment: AgentMoment): boolean => {
    let done = true;
    let left = waiting;
    for (const own of databases.values()) {
      const { watched, database } = own;
      own.problem = watched.look(moment.now, moment.around, left.length > 0, (open) => {
        changed = true;
        const all = database.read(open, { ...moment, tell: (session, source) => telling(moment, session, source) });
        if (!database.known.hasRows) return all;
        done = readFiles(left, moment, { open, database }) && done;
        left = [];
        return all;
      });
      if (watched.size() === null && database.forget()) changed = true;
      done &&= !watched.more();
    }
    // While a database cannot be read it is not known what files add to it.
    if ([...databases.values()].some(({ problem }) => problem !== null)) return done;
    return readFiles(left, moment, null) && done;
  };
  const readRollouts = (moment: AgentMoment): boolean => {
    const waiting = new Set(rollouts.look(place.rollouts, moment.now));
    if (changed) threads = sessionsOfThreads();
    let done = true;
    for (const file of rollouts.known.values()) {
      const session = threads.get(file.state.thread) ?? file.state.thread;
      if (!waiting.has(file) && (file.place === null || file.session === session)) continue;
      if (moment.budget.left <= 0) return false;
      done = readRollout(rollouts, file, telling(moment, session, 'rows'), moment) && done;
      changed = true;
    }
    return done;
  };

  return {
    look(next, moment) {
      changed = false;
      const before = countOfFiles();
      takePlace(next);
      const waiting = [
        ...files.look(place.sessions, moment.now).map((file) => ({ from: files, file })),
        ...imports.look(place.imports, moment.now).map((file) => ({ from: imports, file })),
      ];
      if (countOfFiles() !== before) changed = true;
      const all = readTranscripts(waiting, moment);
      const inRows = [...databases.values()].some(({ database }) => database.known.hasRows);
      const found =
        inRows || place.sessions[0] === undefined ? NO_LIST : listed.look(join(place.sessions[0], 'sessions.json'));
      if (found !== list) changed = true;
      list = found;
      const done = readRollouts(moment) && all;
      return { done, changed: changed || countOfFiles() !== before };
    },
    records: () => ({
      id,
      databases: [...databases].map(([path, { database }]) => ({ path, known: database.known })),
      files: [...files.known.values(), ...imports.known.values()],
      listed: list,
      rollouts: rollouts.known.values(),
    }),
    problems: () => [
      ...[...databases].flatMap(([path, { problem, database }]): [string, string][] => [
        ...(problem === null ? [] : [[path, `${problem}: what was read of it before stays`] as [string, string]]),
        ...database.known.problems.map((reason): [string, string] => [path, reason]),
      ]),
      ...(list.problem === null ? [] : [[list.path, list.problem] as [string, string]]),
      ...files.problems(),
      ...imports.problems(),
      ...rollouts.problems(),
    ],
    progress() {
      const parts = [files.progress(), imports.progress(), rollouts.progress()];
      for (const { watched } of databases.values()) {
        const bytes = watched.size();
        if (bytes !== null) parts.push({ files: 1, bytes, done: watched.more() ? 0 : bytes });
      }
      const sum = (of: (part: { files: number; bytes: number; done: number }) => number) =>
        parts.reduce((total, part) => total + of(part), 0);
      return { files: sum((part) => part.files), bytes: sum((part) => part.bytes), done: sum((part) => part.done) };
    },
    close() {
      for (const { watched } of databases.values()) watched.close();
    },
  };
}

interface Waiting {
  from: ReadFiles<TranscriptFile>;
  file: TranscriptFile;
}

interface OpenRows {
  open: ReadDatabase;
  database: AgentDatabase;
}

/** Says it of a file that has a response which the rows of its session lack: it counts, and somebody may wonder. */
function heldAgainst({ open, database }: OpenRows, { from, file }: Waiting, entry: string): void {
  const isLeftover = (file.kind === 'live' || file.kind === 'imported') && database.known.rows.has(file.session);
  if (isLeftover && database.holds(open, file.session, entry) === false)
    from.note(file, 'holds responses that the database does not have: they count');
}

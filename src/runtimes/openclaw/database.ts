import { numberFrom } from '../../protocol/index.js';
import { objectOf, textOf } from '../values.js';
import { type Archive, archivesOf, readArchive } from './archives.js';
import type { EntriesRead } from './entries.js';
import { versionOf } from './global.js';
import { type Budget, hashOf, type Keep } from './keep.js';
import { readNodes, readWindows, type SessionNode, type SessionWindow } from './nodes.js';
import { beginRows, generationsOf, hasRows, lastSeqs, readRows, type RowCursor, tailOf } from './rows.js';
import type { ReadDatabase } from './sqlite.js';
import { stampOf } from './stamp.js';
import type { Tail, Telling, TranscriptState } from './transcript.js';

/** What one look at the database of an agent may use up, and who hears. */
export interface Reading {
  budget: Budget;
  read: EntriesRead;
  /** `mute`: nobody hears. */
  tell(session: string, source: 'rows' | 'archive' | 'mute'): Telling;
}

/** What is known of one transcript in a database. */
export interface StoredTranscript {
  state: TranscriptState;
  /** As the last rows have it, also before all are read. */
  tail: Tail | null;
}

/** The transcripts in the database of one agent. */
export interface AgentDatabase {
  /** The last good reading. */
  readonly known: {
    /** Whether transcripts are in it: then `sessions.json` and files are leftovers. */
    hasRows: boolean;
    version: string | null;
    /** Why archives cannot be used. */
    problems: string[];
    nodes: SessionNode[];
    windows: Map<string, SessionWindow>;
    rows: Map<string, StoredTranscript>;
    archives: Map<string, StoredTranscript & { archive: Archive }>;
  };
  /**
   * Reads it on. @returns whether all of it is read
   * @throws NotReadable: what was known stays known
   */
  read(database: ReadDatabase, reading: Reading): boolean;
  /** Whether an entry is in its rows; null: it cannot be told. @throws NotReadable */
  holds(database: ReadDatabase, session: string, entry: string): boolean | null;
  /** It is there no more. @returns whether anything was known of it */
  forget(): boolean;
}

/** @param sessions directories where archives lie that the database only names */
export function createAgentDatabase(path: string, sessions: () => readonly string[], keep: Keep): AgentDatabase {
  const own = hashOf(path);
  const cursors = new Map<string, RowCursor>();
  const known: AgentDatabase['known'] = {
    hasRows: false,
    version: null,
    problems: [],
    nodes: [],
    windows: new Map(),
    rows: new Map(),
    archives: new Map(),
  };
  const damaged = new Map<string, string>();
  for (const [session, cursor] of keptOf<RowCursor>(keep, `row:${own}:`)) cursors.set(session, cursor);
  for (const [sha256, kept] of keptOf<StoredTranscript & { archive: Archive }>(keep, `archive:${own}:`))
    known.archives.set(sha256, kept);

  /** Another file in its place has other rows. */
  const sameFile = () => {
    const stamp = stampOf(path);
    const inode = stamp === null ? '' : `${stamp.dev}:${stamp.ino}`;
    const before = textOf(keep.get(`database:${own}`));
    if (before !== inode) keep.set(`database:${own}`, inode);
    return before === null || before === inode;
  };
  const drop = (session: string) => {
    cursors.delete(session);
    known.rows.delete(session);
    keep.forget(`row:${own}:${session}`);
  };

  const readOn = (database: ReadDatabase, reading: Reading): boolean => {
    const generations = generationsOf(database);
    const last = lastSeqs(database);
    for (const session of cursors.keys()) if (!last.has(session)) drop(session);
    let done = true;
    for (const session of inOrder([...last.keys()], known.windows)) {
      const generation = generations.get(session) ?? null;
      const before = cursors.get(session);
      const seq = last.get(session) ?? -1;
      const goesOn = before !== undefined && before.generation === generation && before.seq <= seq;
      const cursor = goesOn ? before : beginRows(generation);
      if (cursor.seq === seq) {
        known.rows.set(session, { state: cursor.state, tail: cursor.state.tail });
        continue;
      }
      const telling = reading.tell(session, 'rows');
      const all = reading.budget.left > 0 && readRows(database, cursor, { ...reading, telling });
      done &&= all;
      const tail = all ? cursor.state.tail : tailOf(database, reading.tell(session, 'mute'));
      cursors.set(session, cursor);
      known.rows.set(session, { state: cursor.state, tail });
      keep.set(`row:${own}:${session}`, structuredClone(cursor));
    }
    return done;
  };
  const readArchives = (database: ReadDatabase, reading: Reading): boolean => {
    const there = new Set<string>();
    known.problems = [];
    let done = true;
    for (const archive of archivesOf(database)) {
      there.add(archive.sha256);
      if (known.archives.has(archive.sha256) || damaged.has(archive.sha256)) continue;
      if (reading.budget.left <= 0) {
        done = false;
        continue;
      }
      const telling = reading.tell(archive.session, 'archive');
      const state = readArchive(database, archive, sessions(), { ...reading, telling });
      if (state === null || typeof state === 'string') {
        if (state === null) known.problems.push(`an archive in ${archive.table} is not there, or larger than 256 MiB`);
        else damaged.set(archive.sha256, `an archive in ${archive.table} ${state}`);
        continue;
      }
      const stored = { archive, state, tail: state.tail };
      known.archives.set(archive.sha256, stored);
      keep.set(`archive:${own}:${archive.sha256}`, stored);
    }
    known.problems.push(...damaged.values());
    for (const sha256 of known.archives.keys()) {
      if (there.has(sha256)) continue;
      known.archives.delete(sha256);
      keep.forget(`archive:${own}:${sha256}`);
    }
    return done;
  };

  return {
    known,
    read(database, reading) {
      const [nodes, windows, version] = [readNodes(database), readWindows(database), versionOf(database)];
      const rows = hasRows(database);
      if (!sameFile()) for (const session of cursors.keys()) drop(session);
      Object.assign(known, { nodes, version, hasRows: rows, windows: new Map(windows.map((each) => [each.id, each])) });
      const readAll = !rows || readOn(database, reading);
      return readArchives(database, reading) && readAll;
    },
    holds(database, session, entry) {
      if (!database.columns('transcript_event_identities').has('event_id')) return null;
      const rest = 'WHERE session_id = ? AND event_id = ? LIMIT 1';
      return [...database.rows('transcript_event_identities', ['seq'], rest, [session, entry])].length > 0;
    },
    forget() {
      const knew = known.version !== null || known.nodes.length + known.rows.size + known.archives.size > 0;
      for (const session of cursors.keys()) drop(session);
      for (const sha256 of known.archives.keys()) keep.forget(`archive:${own}:${sha256}`);
      keep.forget(`database:${own}`);
      known.archives.clear();
      Object.assign(known, { nodes: [], windows: new Map(), hasRows: false, version: null, problems: [] });
      return knew;
    },
  };
}

/** Those that began first come first: what a fork copied is told by the one it was copied from. */
function inOrder(sessions: string[], windows: ReadonlyMap<string, SessionWindow>): string[] {
  const began = (session: string) => windows.get(session)?.created ?? Number.POSITIVE_INFINITY;
  return sessions.sort((one, other) => began(one) - began(other) || (one < other ? -1 : 1));
}

/** What an earlier run kept under a prefix, if it has the form of it. */
function keptOf<T>(keep: Keep, prefix: string): [string, T][] {
  return keep.names(prefix).flatMap((name): [string, T][] => {
    const value = objectOf(structuredClone(keep.get(name)));
    if (value === null || numberFrom(objectOf(value['state'])?.['compactions']) === null) return [];
    return [[name.slice(prefix.length), value as T]];
  });
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Processes } from '../../../../src/runtimes/processes.js';
import type { Home } from '../../../support/homes.js';
import { scratch } from '../../../support/scratch.js';

export const NOW = Date.parse('2026-11-20T12:00:00.000Z');
const GATEWAY = 4711;

/** A home of OpenClaw that a test fills itself. The gateway runs, with pid 4711 and boot `boot-1`. */
export interface OwnHome extends Home {
  /** `.openclaw`, absolute. */
  state: string;
  write(path: string, body: string | Buffer): string;
  /** The database of `main`, open for writing, in WAL mode unless said otherwise. */
  database(journal?: 'wal' | 'delete'): Sqlite.Database;
  /** The same of all agents. */
  global(): Sqlite.Database;
}

export function makeOwnHome(): OwnHome {
  const outside = scratch();
  const home = join(outside, 'home');
  const state = join(home, '.openclaw');
  mkdirSync(join(state, 'agents', 'main', 'sessions'), { recursive: true });
  mkdirSync(join(outside, 'tmp'));
  const open = (path: string, ddl: string, journal: string) => {
    mkdirSync(dirname(path), { recursive: true });
    const database = new Sqlite(path);
    database.pragma(`journal_mode = ${journal}`);
    database.exec(ddl);
    return database;
  };
  const processes: Processes = { startOf: (pid) => (pid === GATEWAY ? '1' : null), holdsLock: () => null };
  return {
    root: outside,
    state,
    home,
    expected: null,
    now: NOW,
    processes,
    env: { OPENCLAW_STATE_DIR: state },
    apply: () => undefined,
    write(path, body) {
      mkdirSync(dirname(join(state, path)), { recursive: true });
      writeFileSync(join(state, path), body);
      return join(state, path);
    },
    database: (journal = 'wal') =>
      open(join(state, 'agents', 'main', 'agent', 'openclaw-agent.sqlite'), AGENT, journal),
    global() {
      const database = open(join(state, 'state', 'openclaw.sqlite'), GLOBAL, 'wal');
      database
        .prepare('INSERT OR IGNORE INTO gateway_boot_lifecycle VALUES (?, ?, ?, NULL)')
        .run('boot-1', GATEWAY, NOW - 3_600_000);
      return database;
    },
  };
}

const AGENT = `
  CREATE TABLE session_nodes(session_key TEXT PRIMARY KEY, current_session_id TEXT NOT NULL, entry_json TEXT NOT NULL, updated_at INTEGER NOT NULL, status TEXT, created_at INTEGER, created_via TEXT, parent_session_key TEXT, label TEXT, archived_at INTEGER);
  CREATE TABLE session_windows(session_id TEXT PRIMARY KEY, session_key TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, model TEXT);
  CREATE TABLE transcript_events(session_id TEXT NOT NULL, seq INTEGER NOT NULL, event_json TEXT, created_at INTEGER NOT NULL, event_zstd BLOB, event_utf8_bytes INTEGER, PRIMARY KEY(session_id, seq));
  CREATE TABLE transcript_rewrite_watermarks(session_id TEXT PRIMARY KEY, generation TEXT NOT NULL, updated_at INTEGER NOT NULL);
  CREATE TABLE session_transcript_archives(session_id TEXT NOT NULL, generation TEXT NOT NULL, reason TEXT NOT NULL, encoding TEXT NOT NULL, archive_blob BLOB NOT NULL, archive_sha256 TEXT NOT NULL);`;
const GLOBAL = `
  CREATE TABLE operator_approvals(approval_id TEXT PRIMARY KEY, status TEXT NOT NULL, source_agent_id TEXT, source_session_key TEXT, source_session_id TEXT, source_tool_name TEXT, runtime_epoch TEXT NOT NULL, created_at_ms INTEGER NOT NULL, expires_at_ms INTEGER NOT NULL);
  CREATE TABLE gateway_boot_lifecycle(boot_id TEXT PRIMARY KEY, pid INTEGER NOT NULL, started_at_ms INTEGER NOT NULL, completed_at_ms INTEGER);`;

let entries = 0;

/** An answer of a model with so many tokens in and out. */
export function answer(input: number, more: Record<string, unknown> = {}, at = NOW - 60_000): Record<string, unknown> {
  entries += 1;
  const message = {
    role: 'assistant',
    provider: 'openai',
    model: 'gpt-5.2',
    stopReason: 'stop',
    usage: { input, output: 1 },
    ...more,
  };
  return { type: 'message', id: `e${entries}`, timestamp: new Date(at + entries).toISOString(), message };
}

export function prompt(at = NOW - 60_000): Record<string, unknown> {
  entries += 1;
  return {
    type: 'message',
    id: `e${entries}`,
    timestamp: new Date(at + entries).toISOString(),
    message: { role: 'user' },
  };
}

/** Puts entries into the database as rows of a session, from a `seq` on; the session is made. */
export function put(database: Sqlite.Database, session: string, list: unknown[], from = 0): void {
  database
    .prepare("INSERT OR IGNORE INTO session_nodes VALUES (?, ?, '{}', ?, 'running', ?, 'operator', NULL, NULL, NULL)")
    .run(`agent:main:${session}`, session, NOW, NOW - 3_600_000);
  database
    .prepare('INSERT OR IGNORE INTO session_windows VALUES (?, ?, ?, ?, NULL)')
    .run(session, `agent:main:${session}`, NOW - 3_600_000, NOW);
  const row = database.prepare('INSERT INTO transcript_events VALUES (?, ?, ?, ?, NULL, NULL)');
  for (const [index, entry] of list.entries()) row.run(session, from + index, JSON.stringify(entry), NOW);
}

export function jsonl(list: unknown[]): string {
  return list.map((entry) => `${JSON.stringify(entry)}\n`).join('');
}

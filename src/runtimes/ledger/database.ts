import { chmodSync, closeSync, constants, lstatSync, openSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { errnoOf, kindOfFile, makeDirectory, McError, toMcError } from '../../base/index.js';

export type Database = Sqlite.Database;

/** A database that can be used, and what had to be done for it. */
export interface OpenedDatabase {
  db: Database;
  /** What was wrong with the one before, and where it lies now; null: nothing. */
  setAside: string | null;
  /** Why there is none on disk: this one is gone with the process. null: it is there. */
  fault: string | null;
}

/** Each brings the layout one number further, in one transaction. */
const MIGRATIONS = [
  `
CREATE TABLE usage_sessions (
  id INTEGER PRIMARY KEY, runtime TEXT NOT NULL, session TEXT NOT NULL, agent TEXT, project TEXT, rank REAL, UNIQUE (runtime, session)
);
CREATE TABLE usage_kinds (
  id INTEGER PRIMARY KEY, model TEXT, provider TEXT, tier TEXT NOT NULL, region TEXT, name TEXT NOT NULL UNIQUE
);
CREATE TABLE usage_responses (
  id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, at INTEGER NOT NULL, session INTEGER NOT NULL, kind INTEGER NOT NULL,
  input INTEGER NOT NULL, output INTEGER NOT NULL, cache_read INTEGER NOT NULL, cache_write_5m INTEGER NOT NULL,
  cache_write_1h INTEGER NOT NULL, reasoning INTEGER NOT NULL, web_searches INTEGER NOT NULL, cost_pico INTEGER, basis TEXT,
  replica INTEGER NOT NULL, counted INTEGER NOT NULL
);
CREATE INDEX usage_responses_at ON usage_responses (at);
CREATE INDEX usage_responses_replica ON usage_responses (key) WHERE replica = 1;
CREATE TABLE usage_claims (response INTEGER NOT NULL, session INTEGER NOT NULL, PRIMARY KEY (response, session)) WITHOUT ROWID;
CREATE INDEX usage_claims_session ON usage_claims (session);
CREATE TABLE usage_errors (
  session INTEGER NOT NULL, at INTEGER NOT NULL, code TEXT NOT NULL, http_status INTEGER, resets_at TEXT, PRIMARY KEY (session, at, code)
) WITHOUT ROWID;
CREATE TABLE usage_account (runtime TEXT NOT NULL, name TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (runtime, name)) WITHOUT ROWID;
CREATE TABLE usage_meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE runtime_files (
  path_hash BLOB PRIMARY KEY, runtime TEXT NOT NULL, there INTEGER NOT NULL, dev INTEGER NOT NULL, inode INTEGER NOT NULL,
  size INTEGER NOT NULL, mtime REAL NOT NULL, offset INTEGER NOT NULL, head_hash TEXT NOT NULL, state TEXT, account TEXT NOT NULL
);
CREATE TABLE runtime_projects (
  runtime TEXT NOT NULL, path_hash BLOB NOT NULL, id TEXT NOT NULL, PRIMARY KEY (runtime, path_hash), UNIQUE (runtime, id)
) WITHOUT ROWID;
`,
];
/** The number of the layout that this program writes. */
const LAYOUT = MIGRATIONS.length;
const TABLES = ['sessions', 'kinds', 'responses', 'claims', 'errors', 'account', 'meta']
  .map((name) => `usage_${name}`)
  .concat('runtime_files', 'runtime_projects');
const COMPANIONS = ['-wal', '-shm', '-journal'];
/** How long a statement waits for another server of this user that writes, in milliseconds. Only a thread of its own waits. */
const PATIENCE_MS = 5000;

/**
 * Opens the ledger's database, or begins it, readable by its owner alone. One that is damaged, of a later layout or not a
 * file is set aside whole; nothing is deleted. Where none can be written (a home that is read-only), one in memory.
 */
export async function openDatabase(path: string, now: number): Promise<OpenedDatabase> {
  try {
    await makeDirectory(dirname(path));
    const first = obstacleAt(path) ?? attempt(path);
    if (typeof first !== 'string') return { db: first, setAside: null, fault: null };
    const aside = moveAside(path, now);
    const db = attempt(path);
    if (typeof db === 'string') throw new McError('io', `${path} cannot be begun: ${db}`);
    return { db, setAside: `the database of usage was ${first}; it lies at ${aside}`, fault: null };
  } catch (error) {
    const db = new Sqlite(':memory:');
    migrate(db);
    return { db, setAside: null, fault: `${path}: ${toMcError(error).message}` };
  }
}

/** True when the file is not a database, is damaged or lacks a table: opening it anew sets it aside. */
export function isDamage(error: unknown): error is InstanceType<typeof Sqlite.SqliteError> {
  return error instanceof Sqlite.SqliteError && isOfFile(error.code);
}

function isOfFile(code: string): boolean {
  return code === 'SQLITE_ERROR' || code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB');
}

/** What is in the way, as in "was a FIFO"; null: a file, or nothing. */
function obstacleAt(path: string): string | null {
  for (const name of [path, ...COMPANIONS.map((suffix) => path + suffix)]) {
    const stats = lstatSync(name, { throwIfNoEntry: false });
    if (stats && !stats.isFile()) return kindOfFile(stats);
  }
  return null;
}

/** The database, or what is wrong with it. @throws what says nothing about the file */
function attempt(path: string): Database | string {
  closeSync(openSync(path, constants.O_CREAT | constants.O_RDWR | constants.O_NOFOLLOW, 0o600));
  chmodSync(path, 0o600);
  // A log that is left behind: somebody died while he wrote, or writes now.
  const unclean = (lstatSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
  const db = new Sqlite(path, { timeout: PATIENCE_MS });
  const closed = (reason: string) => {
    db.close();
    return reason;
  };
  try {
    if (unclean && db.pragma('quick_check(1)', { simple: true }) !== 'ok') return closed('damaged');
    const { layout, tables } = look(db);
    if (layout > LAYOUT) return closed(`of layout ${layout}, and this mc knows ${LAYOUT}`);
    if (layout < 0) return closed('damaged');
    // A table that is missing shows here, not in the middle of reading.
    const isOther = layout === 0 ? tables.size > 0 : TABLES.some((table) => !tables.has(table));
    if (isOther) return closed('not a database of ours');
    db.pragma('journal_mode = WAL');
    // A commit survives the death of the process; what a power cut costs is read again from the runtimes' files.
    db.pragma('synchronous = NORMAL');
    // Keys fall everywhere: what is held is not written and read over and over.
    db.pragma('cache_size = -16000');
    db.pragma('wal_autocheckpoint = 8192');
    migrate(db);
    return db;
  } catch (error) {
    if (!isDamage(error)) {
      db.close();
      throw error;
    }
    return closed(error.code === 'SQLITE_ERROR' ? `not a database of ours (${error.message})` : 'damaged');
  }
}

/** At one moment: another process may be about to begin it. */
function look(db: Database): { layout: number; tables: Set<unknown> } {
  return db.transaction(() => ({
    layout: db.pragma('user_version', { simple: true }) as number,
    tables: new Set(db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all()),
  }))();
}

/** A process that comes second finds the work done. */
function migrate(db: Database): void {
  const step = db.transaction(() => {
    const layout = db.pragma('user_version', { simple: true }) as number;
    const migration = MIGRATIONS[layout];
    if (migration === undefined) return false;
    db.exec(migration);
    db.pragma(`user_version = ${layout + 1}`);
    return true;
  });
  while (step.immediate());
}

/** Moves it out of the way with what belongs to it. */
function moveAside(path: string, now: number): string {
  const aside = `${path}.aside-${new Date(now).toISOString().replaceAll(/[-:]|\.\d{3}/g, '')}`;
  let free = aside;
  for (let n = 2; lstatSync(free, { throwIfNoEntry: false }); n += 1) free = `${aside}-${n}`;
  for (const suffix of [...COMPANIONS, '']) {
    try {
      renameSync(path + suffix, free + suffix);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
  }
  return free;
}

import { chmodSync, closeSync, lstatSync, openSync, renameSync, constants } from 'node:fs';
import { createHash } from 'node:crypto';
import { homedir, hostname } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { errnoOf, kindOfFile, makeDirectory, McError, toMcError } from '../../base/index.js';
import type { AlertsDatabase } from '../contract.js';

/** Where the databases of a user's alerts lie: in the user's own directory, where no agent writes. */
export function alertsDirectory(env: NodeJS.ProcessEnv = process.env, home: string = homedir()): string {
  const state = env.XDG_STATE_HOME;
  return join(state && isAbsolute(state) ? state : join(home, '.local', 'state'), 'mission-control', 'alerts');
}

/** The database of one workspace (its real path), on this machine: a home may be shared by several. */
export function alertsDatabasePath(directory: string, workspace: string): string {
  const name = createHash('sha256').update(`${hostname()}\n${workspace}`).digest('hex').slice(0, 32);
  return join(directory, `${name}.db`);
}

/** A database that can be used, and what had to be done for it. */
interface OpenedDatabase {
  db: AlertsDatabase;
  /** What was wrong with the one before, and where it lies now; null: nothing. */
  setAside: string | null;
}

const SCHEMA_VERSION = 1;
const SCHEMA = `
CREATE TABLE current (
  rule TEXT NOT NULL, agent TEXT NOT NULL, alert TEXT NOT NULL, held_ms REAL NOT NULL, told INTEGER NOT NULL,
  notification TEXT, PRIMARY KEY (rule, agent)
) WITHOUT ROWID;
CREATE TABLE history (seq INTEGER PRIMARY KEY AUTOINCREMENT, rule TEXT NOT NULL, agent TEXT, resolved_at INTEGER NOT NULL, alert TEXT NOT NULL);
CREATE INDEX history_rule ON history (rule, seq);
CREATE TABLE silences (
  id TEXT PRIMARY KEY, rule TEXT NOT NULL, agent TEXT, reason TEXT NOT NULL, created_at INTEGER NOT NULL, until INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE work (agent TEXT PRIMARY KEY, task TEXT, since INTEGER, durations TEXT NOT NULL) WITHOUT ROWID;
PRAGMA user_version = ${SCHEMA_VERSION};
`;
const COMPANIONS = ['-wal', '-shm', '-journal'];

/**
 * Opens the database of alerts, or begins it, readable by its owner alone. One that is damaged, from the future or not a
 * file is set aside, whole; nothing is deleted. `prepare` makes the tables of others in it.
 * @throws the system's error where it cannot be written
 */
async function openDatabase(path: string, now: number, prepare: (db: AlertsDatabase) => void): Promise<OpenedDatabase> {
  await makeDirectory(dirname(path));
  chmodSync(dirname(path), 0o700);
  const obstacle = obstacleAt(path);
  const first = obstacle ?? attempt(path, prepare);
  if (typeof first !== 'string') return { db: first, setAside: null };
  const aside = setAside(path, now);
  const db = attempt(path, prepare);
  if (typeof db === 'string') throw new McError('io', `${path} cannot be begun: ${db}`);
  return { db, setAside: `the database of alerts was ${first}; it lies at ${aside}` };
}

/**
 * The same; without a place to write in, one that is gone when the process ends: alerts are watched for all the same.
 * `fault`: why it could not be opened.
 */
export async function openOrRemember(
  path: string | null,
  now: number,
  prepare: (db: AlertsDatabase) => void,
): Promise<OpenedDatabase & { fault: string | null }> {
  if (path === null) return { db: memoryDatabase(prepare), setAside: null, fault: null };
  try {
    return { ...(await openDatabase(path, now, prepare)), fault: null };
  } catch (error) {
    return { db: memoryDatabase(prepare), setAside: null, fault: `${path}: ${toMcError(error).message}` };
  }
}

function memoryDatabase(prepare: (db: AlertsDatabase) => void): AlertsDatabase {
  const db = new Sqlite(':memory:');
  db.exec(SCHEMA);
  prepare(db);
  return db;
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
function attempt(path: string, prepare: (db: AlertsDatabase) => void): AlertsDatabase | string {
  closeSync(openSync(path, constants.O_CREAT | constants.O_RDWR | constants.O_NOFOLLOW, 0o600));
  chmodSync(path, 0o600);
  const db = new Sqlite(path, { timeout: 1000 });
  try {
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    const version = db.pragma('user_version', { simple: true }) as number;
    if (version > SCHEMA_VERSION) return closed(db, `of layout ${version}, and this mc knows ${SCHEMA_VERSION}`);
    const [check] = db.pragma('quick_check(1)') as { quick_check: string }[];
    if (check?.quick_check !== 'ok') return closed(db, 'damaged');
    if (version === 0) db.exec(SCHEMA);
    // A table that is missing shows here, not in the middle of an alert.
    for (const table of ['current', 'history', 'silences', 'work']) db.prepare(`SELECT * FROM ${table} LIMIT 1`).get();
    prepare(db);
    return db;
  } catch (error) {
    if (!(error instanceof Sqlite.SqliteError) || !isOfFile(error.code)) {
      db.close();
      throw error;
    }
    return closed(db, error.code === 'SQLITE_ERROR' ? `not a database of ours (${error.message})` : 'damaged');
  }
}

function isOfFile(code: string): boolean {
  return code === 'SQLITE_ERROR' || code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB');
}

function closed(db: AlertsDatabase, reason: string): string {
  db.close();
  return reason;
}

/** Moves it out of the way with what belongs to it. */
function setAside(path: string, now: number): string {
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

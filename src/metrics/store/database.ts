import Sqlite from 'better-sqlite3';
import { errnoOf, McError } from '../../base/index.js';
import { isTaken, obstaclesAt, rootsAround } from './place.js';
import { SCHEMA_VERSION } from './schema.js';

export type Database = Sqlite.Database;

/** How long somebody who serves nobody waits for another program that writes, in milliseconds. */
export const PATIENCE_MS = 5000;

/**
 * A connection that writes. `path` may not exist yet; its directory must.
 * @param patience how long each statement holds its thread while another program writes; 0 where a thread serves others:
 * then `isHeld` errors come at once, and the work is done again later
 */
export function openWriter(path: string, patience = PATIENCE_MS): Database {
  const db = new Sqlite(path, { timeout: patience });
  try {
    db.pragma('journal_mode = WAL');
    // In WAL mode a commit survives the death of the process; only a power cut can cost the last ones.
    db.pragma('synchronous = NORMAL');
    // Enough for the newest pages of every table, which is all that is written to; more only grows the process.
    db.pragma('cache_size = -4000');
    // The log is moved into the database by a worker before it gets so long: that can hold a thread.
    db.pragma('wal_autocheckpoint = 16384');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * A connection that only reads a database of the present layout. What is not a regular file is not opened.
 * @throws McError `not_found` when there is none, `io` when it is damaged, no file or of another version, `busy` when
 * another program lets nobody read
 */
export function openReader(path: string): Database {
  if (!isTaken(path)) {
    throw new McError('not_found', 'there is no metrics database yet', { hint: 'mc serve begins one' });
  }
  refuseObstacles(path);
  let db: Database | undefined;
  try {
    db = new Sqlite(path, { readonly: true, timeout: PATIENCE_MS });
    const version = versionOf(db);
    if (version !== SCHEMA_VERSION) throw wrongVersion(version);
    return db;
  } catch (error) {
    db?.close();
    throw toldAs(error);
  }
}

const statements = new WeakMap<Database, Map<string, Sqlite.Statement>>();

/**
 * A statement that is kept with its connection: to make one of many columns takes longer than some questions take. Only for
 * texts of which there are a few. What `pluck()` makes of it stays.
 */
export function prepared(db: Database, sql: string): Sqlite.Statement {
  const known = statements.get(db) ?? new Map<string, Sqlite.Statement>();
  statements.set(db, known);
  const statement = known.get(sql) ?? db.prepare(sql);
  known.set(sql, statement);
  return statement;
}

/** Work on a database, with what SQLite says of the file told as ours. @throws McError as `openReader` */
export function reading<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw toldAs(error);
  }
}

/** `user_version`: 0 is the old system's layout, or an empty file. */
export function versionOf(db: Database): number {
  return db.pragma('user_version', { simple: true }) as number;
}

/** What a check of ours found, where SQLite itself did not stumble yet. */
export class DamageError extends Error {}

/** True when the file is not a database or is damaged, wherever SQLite came upon it. */
export function isDamage(error: unknown): boolean {
  return error instanceof DamageError || hasCode(error, ['SQLITE_CORRUPT', 'SQLITE_NOTADB']);
}

/** True when another program writes, or holds the database for itself: the same may succeed a moment later. */
export function isHeld(error: unknown): boolean {
  return hasCode(error, ['SQLITE_BUSY', 'SQLITE_LOCKED', 'SQLITE_PROTOCOL']);
}

/**
 * True when a database cannot be used as it is, and waiting does not help: damage, tables that are missing or other than
 * ours. What the system refuses (no room, no right, held by another program) says nothing about the file.
 */
export function isUnusable(error: unknown): boolean {
  if (isDamage(error)) return true;
  return error instanceof Sqlite.SqliteError && !hasCode(error, REFUSALS);
}

const REFUSALS = ['BUSY', 'LOCKED', 'PROTOCOL', 'FULL', 'IOERR', 'CANTOPEN', 'READONLY', 'PERM', 'AUTH', 'NOMEM']
  .concat(['INTERRUPT', 'NOLFS', 'ABORT'])
  .map((code) => `SQLITE_${code}`);

/** True when the disk (or a limit on the file) leaves no room. */
export function isFull(error: unknown): boolean {
  const errno = errnoOf(error);
  return hasCode(error, ['SQLITE_FULL']) || errno === 'ENOSPC' || errno === 'EDQUOT';
}

/** SQLite's own name of an error, or null: an error of another thread keeps only its name. */
export function sqliteCode(error: unknown): string | null {
  return error instanceof Sqlite.SqliteError ? error.code : null;
}

/** An error of SQLite that another thread met. */
export function sqliteError(message: string, code: string): Error {
  return new Sqlite.SqliteError(message, code);
}

function hasCode(error: unknown, codes: readonly string[]): boolean {
  const found = sqliteCode(error);
  return found !== null && codes.some((code) => found === code || found.startsWith(`${code}_`));
}

function refuseObstacles(path: string): void {
  const [obstacle] = obstaclesAt(path, rootsAround(path));
  if (!obstacle) return;
  throw new McError('io', `${path}${obstacle.suffix} is ${obstacle.what}, not a file of a database`, {
    hint: 'mc serve sets it aside',
  });
}

function toldAs(error: unknown): unknown {
  if (isDamage(error)) {
    return new McError('io', 'the metrics database is damaged', {
      hint: 'mc serve sets it aside and begins a new one',
      cause: error,
    });
  }
  if (!isHeld(error)) return error;
  return new McError('busy', 'another program holds the metrics database', {
    hint: 'try again when it is done',
    cause: error,
  });
}

function wrongVersion(version: number): McError {
  return version > SCHEMA_VERSION
    ? new McError('io', `the metrics database is of layout ${version}, this mc knows ${SCHEMA_VERSION}`, {
        hint: 'use the newer mc',
      })
    : new McError('io', `the metrics database is of the old layout ${version}`, { hint: 'mc serve upgrades it' });
}

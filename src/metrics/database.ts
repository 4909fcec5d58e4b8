import { existsSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { errnoOf, McError } from '../base/index.js';
import { SCHEMA_VERSION } from './schema.js';

export type Database = Sqlite.Database;

/** A connection that writes. `path` may not exist yet; its directory must. */
export function openWriter(path: string): Database {
  const db = new Sqlite(path, { timeout: 5000 });
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
 * A connection that only reads a database of the present layout.
 * @throws McError `not_found` when there is none, `io` when it is damaged or of another version
 */
export function openReader(path: string): Database {
  if (!existsSync(path)) {
    throw new McError('not_found', 'there is no metrics database yet', { hint: 'mc serve begins one' });
  }
  const db = new Sqlite(path, { readonly: true, timeout: 5000 });
  try {
    const version = versionOf(db);
    if (version !== SCHEMA_VERSION) throw wrongVersion(version);
    return db;
  } catch (error) {
    db.close();
    throw isDamage(error) ? damaged(error) : error;
  }
}

/** `user_version`: 0 is the old system's layout, or an empty file. */
export function versionOf(db: Database): number {
  return db.pragma('user_version', { simple: true }) as number;
}

/** What a check of ours found, where SQLite itself did not stumble yet. */
export class DamageError extends Error {}

/** True when the file is no database or is damaged. */
export function isDamage(error: unknown): boolean {
  if (error instanceof DamageError) return true;
  const code = sqliteCode(error);
  return code !== null && (code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB'));
}

/** True when the disk (or a limit on the file) leaves no room. */
export function isFull(error: unknown): boolean {
  const errno = errnoOf(error);
  return sqliteCode(error) === 'SQLITE_FULL' || errno === 'ENOSPC' || errno === 'EDQUOT';
}

function sqliteCode(error: unknown): string | null {
  return error instanceof Sqlite.SqliteError ? error.code : null;
}

function damaged(cause: unknown): McError {
  return new McError('io', 'the metrics database is damaged', {
    hint: 'mc serve sets it aside and begins a new one',
    cause,
  });
}

function wrongVersion(version: number): McError {
  return version > SCHEMA_VERSION
    ? new McError('io', `the metrics database is of layout ${version}, this mc knows ${SCHEMA_VERSION}`, {
        hint: 'use the newer mc',
      })
    : new McError('io', `the metrics database is of the old layout ${version}`, { hint: 'mc serve upgrades it' });
}

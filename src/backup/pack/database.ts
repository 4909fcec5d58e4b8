import { lstatSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { kindOfFile, McError } from '../../base/index.js';
import { safeIdentity } from './batch.js';
import { identityOf } from '../tree/entry.js';
import { isInUse, SIDECARS } from '../tree/sqlite-files.js';

/**
 * Makes a consistent copy of an SQLite database that others may be writing. Returns what could not be judged about the
 * copy, in words; null: it is sound.
 */
export type CopyDatabase = (source: string, copy: string) => Promise<string | null>;

/**
 * Copies with the online backup API, in one step so that a busy writer cannot make it begin again for ever, and checks
 * the copy.
 * @throws McError `check.failed` when it is not one that SQLite can open safely, or the copy is damaged; the system's or
 * SQLite's error. Nothing is left behind
 */
export const copyDatabase: CopyDatabase = async (source, copy) => {
  const { default: Database } = await import('better-sqlite3');
  try {
    requireFiles(source);
    // Who only reads a database that keeps a write-ahead log leaves an empty log and its index behind, and the database
    // looks in use ever after. Who may write takes them away again; where nothing waits in a log, nothing is written.
    const database = new Database(source, { readonly: isInUse(source), fileMustExist: true, timeout: 10_000 });
    try {
      database.pragma('query_only = on');
      await database.backup(copy, { progress: () => 0x7fffffff });
    } finally {
      database.close();
    }
    requireFiles(source);
    return await checkDatabase(copy);
  } catch (error) {
    removeDatabase(copy);
    throw error;
  }
};

/** SQLite opens whatever has the name of a log, and would wait at a pipe for ever. */
function requireFiles(source: string): void {
  for (const ending of ['', ...SIDECARS]) {
    const stat = lstatSync(source + ending, { throwIfNoEntry: ending === '' });
    if (!stat || stat.isFile()) continue;
    const name = ending === '' ? 'it' : basename(source + ending);
    throw new McError('check.failed', `${name} is ${kindOfFile(stat)}`);
  }
}

/** The identity of a database's file, by which its content is known; null while it is in use or was just written. */
export function restingIdentity(path: string): string | null {
  const readAt = Date.now();
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stat?.isFile() && !isInUse(path) ? safeIdentity(stat, readAt) : null;
}

/** Moves whenever a byte of a database or of a log beside it can have changed. */
export function rawIdentity(path: string): string {
  const stats = ['', '-wal', '-journal'].map((ending) =>
    lstatSync(path + ending, { bigint: true, throwIfNoEntry: false }),
  );
  return stats.map((stat) => (stat ? identityOf(stat) : '')).join(' ');
}

/**
 * Checks a database whole. Returns what could not be judged, or what its rows break without being damaged; null: sound.
 * @throws McError `check.failed` with what SQLite found damaged
 */
export async function checkDatabase(path: string): Promise<string | null> {
  const { default: Database } = await import('better-sqlite3');
  const database = new Database(path, { fileMustExist: true });
  try {
    const rows = database.pragma('integrity_check') as { integrity_check: string }[];
    const lines = rows
      .map((row) => row.integrity_check)
      .filter((line) => line !== 'ok' && !line.includes('no such module'));
    const faults = lines.filter((line) => !isOfRows(line));
    if (faults.length > 0)
      throw new McError('check.failed', `the database is damaged: ${faults.slice(0, 3).join('; ')}`);
    return lines[0] ?? null;
  } catch (error) {
    // A function or a collation that only its own program has: the pages are all there.
    if (errorCodeOf(error) !== 'SQLITE_ERROR') throw error;
    return `not checked: ${(error as Error).message}`;
  } finally {
    database.close();
  }
}

/** What a row may break that a program wrote with its checks off: that is so in the database itself. */
function isOfRows(line: string): boolean {
  return line.startsWith('CHECK constraint failed') || line.startsWith('NULL value in ');
}

function errorCodeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
}

/** What a quick look finds wrong with a database; empty when nothing is. Nothing is written, not even beside it. */
export async function databaseFaults(path: string): Promise<string[]> {
  const { default: Database } = await import('better-sqlite3');
  const database = new Database(path, { readonly: true, fileMustExist: true });
  try {
    const rows = database.pragma('quick_check(3)') as { quick_check: string }[];
    return rows.map((row) => row.quick_check).filter((line) => line !== 'ok');
  } finally {
    database.close();
  }
}

/** Removes a database and the files SQLite keeps beside it. */
export function removeDatabase(path: string): void {
  for (const ending of ['', ...SIDECARS]) rmSync(path + ending, { force: true });
}

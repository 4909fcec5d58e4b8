import { lstatSync, rmSync } from 'node:fs';
import { McError } from '../base/index.js';
import { safeIdentity } from './pack.js';
import { isInUse } from './walk.js';

/** Makes a consistent copy of an SQLite database that others may be writing. */
export type CopyDatabase = (source: string, copy: string) => Promise<void>;

/**
 * Copies with the online backup API, in one step so that a busy writer cannot make it begin again for ever, and checks
 * the copy.
 * @throws McError `check.failed` when the copy is not sound; nothing is left behind
 */
export const copyDatabase: CopyDatabase = async (source, copy) => {
  const { default: Database } = await import('better-sqlite3');
  try {
    // Who only reads a database that keeps a write-ahead log leaves an empty log and its index behind, and the database
    // looks in use ever after. Who may write takes them away again; where nothing waits in a log, nothing is written.
    const database = new Database(source, { readonly: isInUse(source), fileMustExist: true, timeout: 10_000 });
    try {
      database.pragma('query_only = on');
      await database.backup(copy, { progress: () => 0x7fffffff });
    } finally {
      database.close();
    }
    await checkDatabase(copy);
  } catch (error) {
    removeDatabase(copy);
    throw error;
  }
};

/** The identity of a database's file, by which its content is known; null while it is in use or was just written. */
export function restingIdentity(path: string): string | null {
  const readAt = Date.now();
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stat?.isFile() && !isInUse(path) ? safeIdentity(stat, readAt) : null;
}

/** @throws McError `check.failed` with what SQLite found */
export async function checkDatabase(path: string): Promise<void> {
  const { default: Database } = await import('better-sqlite3');
  const database = new Database(path, { fileMustExist: true });
  try {
    const rows = database.pragma('integrity_check') as { integrity_check: string }[];
    const faults = rows
      .map((row) => row.integrity_check)
      .filter((line) => line !== 'ok' && !line.includes('no such module'));
    if (faults.length > 0)
      throw new McError('check.failed', `the database is damaged: ${faults.slice(0, 3).join('; ')}`);
  } finally {
    database.close();
  }
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
  for (const ending of ['', '-wal', '-shm', '-journal']) rmSync(path + ending, { force: true });
}

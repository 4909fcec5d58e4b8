import { readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Lock, acquireLock, errnoOf, isAsideName, makeDirectory, type WorkspaceLayout } from '../../base/index.js';
import { removeTree } from '../remove-tree.js';

/** Where the backup keeps its own files. All of them lie in `mission-control/backups`. */
export interface BackupFiles {
  directory: string;
  /** Held by whoever makes, removes or restores backups. */
  lock: string;
  /** The catalogue's cache, in the old system's form. */
  metadata: string;
  /** Results that no archive holds of itself: verifications, and each stage's last success and failure. */
  records: string;
  snapshotOf(id: string): string;
  /** The journal of a restore under way. */
  journal: string;
  /** Files that another process wrote while a restore was replacing them. */
  kept: string;
}

export function backupFiles(layout: WorkspaceLayout): BackupFiles {
  const directory = layout.backups;
  return {
    directory,
    lock: join(directory, '.backup.lock'),
    metadata: join(directory, 'backup_metadata.json'),
    records: join(directory, '.backup_records.json'),
    snapshotOf: (id) => join(directory, `${id}.json`),
    journal: join(directory, '.restore_journal.json'),
    kept: join(directory, 'kept'),
  };
}

/**
 * Takes the lock that all changes to backups hold, and removes what a killed run left half written.
 * @throws McError `busy` naming the living holder; the system's ENOENT for a workspace that is away (a disk that is not mounted, say),
 *   which must not be begun anew
 */
export async function lockBackups(files: BackupFiles, purpose: string, now: number): Promise<Lock> {
  // Whatever else is wrong with the directory the lock says in its own words.
  await makeDirectory(files.directory, dirname(files.directory)).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') throw error;
  });
  const lock = await acquireLock(files.lock, purpose, now);
  try {
    await removeLeftovers(files.directory, now);
  } catch (error) {
    await lock.release();
    throw error;
  }
  return lock;
}

/** Names that only the holder of the lock writes under: found by the next holder, they are of a dead one. */
const LEFTOVER = /^\.(?:archive|database|import|\.restore_journal)\./;

/** Files aside that are written without the lock stand for a moment only; after this long their writer is dead. */
const ASIDE_MS = 60_000;

async function removeLeftovers(directory: string, now: number): Promise<void> {
  for (const name of await namesIn(directory)) {
    const path = join(directory, name);
    if (LEFTOVER.test(name)) await removeTree(path);
    else if (isAsideName(name) && (await ageOf(path, now)) > ASIDE_MS) await rm(path, { force: true });
  }
}

async function ageOf(path: string, now: number): Promise<number> {
  const found = await stat(path).catch(() => null);
  return found?.isFile() ? now - found.mtimeMs : 0;
}

/** The names in a directory; none when it does not exist. */
export async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

import { type Dirent, lstatSync, opendirSync, readdirSync, statSync } from 'node:fs';
import { opendir, readdir } from 'node:fs/promises';
import { errnoOf, type HeldDirectory, holdDirectory, LEADS_OUT, McError, reasonOf } from '../../base/index.js';

/**
 * No more entries of one directory are looked at: an agent that fills one must cost the others nothing. Which ones these are
 * is the file system's order, the same for whoever asks.
 */
const ENTRIES_LIMIT = 20_000;

/** What a warning says of a directory that holds more. */
export const CUT_OFF = `more than ${ENTRIES_LIMIT.toLocaleString('en')} entries: those beyond are not looked at`;

/** A directory of this size (bytes, as the system counts it) may hold so many entries that they must be counted. */
const LARGE_BYTES = 64 * 1024;

/** Entries of a directory; `cut`: there are more of them. */
export interface Listed {
  entries: Dirent[];
  cut: boolean;
}

/**
 * Works on a directory that lies in one of the real paths `within` and is held open meanwhile, so that nobody can put another
 * in its place. Null when there is none (a link that leads nowhere or round in a circle is none either), or why it may not be
 * looked at. Nothing throws but `work`.
 */
export async function inDirectory<T>(
  path: string,
  within: readonly string[],
  work: (listed: Listed, held: HeldDirectory) => Promise<T>,
): Promise<T | { refused: string } | null> {
  let held: HeldDirectory;
  try {
    held = await holdDirectory(path, within);
  } catch (error) {
    return isNowhere(error) ? null : { refused: refusalOf(error) };
  }
  try {
    const listed = await listHeld(held).catch((error: unknown) => ({ refused: reasonOf(error) }));
    return 'refused' in listed ? listed : await work(listed, held);
  } finally {
    await held.close();
  }
}

/** The entries of a directory, at once; null when it cannot be listed, none when it is not there. */
export function listNow(path: string): Listed | null {
  try {
    if (statSync(path).size <= LARGE_BYTES) return { entries: readdirSync(path, { withFileTypes: true }), cut: false };
    const directory = opendirSync(path, { bufferSize: 1024 });
    try {
      const entries: Dirent[] = [];
      for (let entry = directory.readSync(); entry; entry = directory.readSync()) {
        if (entries.length === ENTRIES_LIMIT) return { entries, cut: true };
        entries.push(entry);
      }
      return { entries, cut: false };
    } finally {
      directory.closeSync();
    }
  } catch (error) {
    return isNowhere(error) ? { entries: [], cut: false } : null;
  }
}

/** True for an error that says that nothing is there, not that it may not be looked at. */
export function isNowhere(error: unknown): boolean {
  const code = errnoOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP';
}

/** True when a symbolic link stands at this path. Never throws. */
export function isLinkNow(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  } catch {
    return false;
  }
}

async function listHeld({ path, stats }: HeldDirectory): Promise<Listed> {
  if (stats.size <= LARGE_BYTES) return { entries: await readdir(path, { withFileTypes: true }), cut: false };
  const entries: Dirent[] = [];
  for await (const entry of await opendir(path, { bufferSize: 1024 })) {
    if (entries.length === ENTRIES_LIMIT) return { entries, cut: true };
    entries.push(entry);
  }
  return { entries, cut: false };
}

function refusalOf(error: unknown): string {
  return error instanceof McError ? LEADS_OUT : reasonOf(error);
}

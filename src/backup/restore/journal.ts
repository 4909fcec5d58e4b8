import { readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf, McError, syncDirectory, writeFileAtomic } from '../../base/index.js';

/** One step of a swap. Paths are relative to `root`; every step can be done again without harm. */
export type Step =
  /** Renames what stands at `path` to `aside`. */
  | ({ do: 'displace' } & Displacing)
  | { do: 'mkdir'; path: string; mode: number; uid: number; gid: number }
  /** Puts the staged file in place, what stood there renamed to `aside` before. `content`: the staged one's fingerprint. */
  | ({ do: 'place'; staged: string; content: string | null } & Displacing)
  /** Removes a directory if it is empty. */
  | { do: 'rmdir'; path: string };

interface Displacing {
  path: string;
  aside: string;
  /** The fingerprint by which the safety backup is known to hold it; null: it does not. */
  safe: string | null;
  /** The database it belongs to: what one is made of is kept or cleared together. */
  database?: string;
}

export interface Attributes {
  path: string;
  mode: number;
  mtimeMs: number;
}

/**
 * A restore on its way, on disk before anything of it is. `staging`: nothing has been replaced, taking it back removes the
 * staged files. `swapping`: everything is staged and durable, so the next run finishes it. `committed`: only the displaced
 * files are left to be cleared. `undone`: a step could not be done and everything stands as before; only what was staged is
 * left to be cleared.
 */
export interface Journal {
  version: 1;
  state: 'staging' | 'swapping' | 'committed' | 'undone';
  /** The backup that is restored. */
  id: string;
  /** The directory restored into. */
  root: string;
  /** Where displaced files go that no safety backup holds; null: they are not kept. */
  kept: string | null;
  steps: Step[];
  attributes: Attributes[];
}

/** Writes the journal durably. */
export async function writeJournal(path: string, journal: Journal): Promise<void> {
  await writeFileAtomic(path, JSON.stringify(journal));
}

/**
 * The journal of a restore that did not end; null when there is none.
 * @throws McError `state.unreadable` when it cannot be understood: a person must look
 */
export async function readJournal(path: string): Promise<Journal | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
  const unreadable = new McError('state.unreadable', `the journal of an interrupted restore cannot be read: ${path}`, {
    hint: 'its files end with .mc-tmp beside those they were to replace; move the journal away once you have looked',
  });
  try {
    const value = JSON.parse(text) as Partial<Journal> | null;
    if (value?.version === 1 && Array.isArray(value.steps) && Array.isArray(value.attributes)) return value as Journal;
  } catch (cause) {
    unreadable.cause = cause;
  }
  throw unreadable;
}

export async function removeJournal(path: string): Promise<void> {
  await rm(path, { force: true });
  await syncDirectory(dirname(path));
}

import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { lstat, rm, writeFile } from 'node:fs/promises';
import { dirname, sep } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { McError, readRegular, syncDirectory, wasRead, writeFileAtomic } from '../../base/index.js';
import { checkPaths } from '../tree/paths.js';
import type { Ground } from './ground.js';

/** One step of a swap. Paths are relative to `root`; every step can be done again without harm. */
export type Step =
  /** Renames what stands at `path` to `aside`. */
  | ({ do: 'displace' } & Displacing)
  | { do: 'mkdir'; path: string; mode: number; uid: number; gid: number }
  /**
   * Puts the staged file in place, what stood there renamed to `aside` before. `content`: the staged one's fingerprint.
   * `home`: the directory it was staged in (`homeOf`). In another one of that name a missing file was taken away, not placed.
   */
  | ({ do: 'place'; staged: string; content: string | null; home?: string } & Displacing)
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

/** A directory that its owner may write only while the restore is at it. */
export interface LiftedMode {
  path: string;
  /** What it has otherwise. */
  mode: number;
}

/**
 * A restore on its way, on disk before anything of it is. `staging`: nothing has been replaced, taking it back removes the
 * staged files. `swapping`: everything is staged and durable, so the next run finishes it. `committed`: only the displaced
 * files are left to be cleared. `undone`: a step could not be done and everything stands as before; only what was staged is
 * left to be cleared.
 */
export interface Journal extends Ground {
  version: 1;
  state: 'staging' | 'swapping' | 'committed' | 'undone';
  /** The backup that is restored. */
  id: string;
  /** What the names of its files aside have in common. */
  tag?: string;
  /** Where displaced files go that no safety backup holds; null: they are not kept. */
  kept: string | null;
  steps: Step[];
  attributes: Attributes[];
  lent?: LiftedMode[];
  /** Directories in which names are tried. */
  trials?: string[];
}

/** What a journal must be about. It lies where agents can write: what leads elsewhere is not ours. */
export interface JournalScope extends Ground {
  /** Where displaced files may be kept. */
  kept: string;
}

/** Of a journal in any state, room on the disk for its end: a few blocks for what the last steps write. */
const SPARE_BYTES = 64 * 1024;

/** Writes the journal durably. */
export async function writeJournal(path: string, journal: Journal): Promise<void> {
  await writeFileAtomic(path, JSON.stringify(journal));
}

/**
 * Writes the journal, and puts as much room aside as its end needs: on a disk that is full by then it could neither be
 * committed nor taken back. @throws McError `disk.full`
 */
export async function writeJournalWithRoom(path: string, journal: Journal): Promise<void> {
  const text = JSON.stringify(journal);
  // Random, because some file systems keep zeros in no room at all.
  await writeFile(roomOf(path), randomBytes(Buffer.byteLength(text) + SPARE_BYTES));
  await writeFileAtomic(path, text);
}

/** Gives the room back that was put aside. */
export async function freeRoom(path: string): Promise<void> {
  await rm(roomOf(path), { force: true });
}

/**
 * The journal of a restore that did not end; null when there is none.
 * @throws McError `state.unreadable` when it cannot be understood or is about something else: a person must look
 */
export async function readJournal(path: string, scope: JournalScope): Promise<Journal | null> {
  const file = await readRegular(path, { limit: JOURNAL_LIMIT });
  if (file === null) return null;
  if (!wasRead(file)) throw unreadable(path, file.reason);
  let value: unknown;
  try {
    value = JSON.parse(file.bytes.toString('utf8'));
  } catch (cause) {
    throw unreadable(path, 'is not JSON', cause);
  }
  const fault = faultIn(value, scope);
  if (fault !== null) throw unreadable(path, fault);
  return { ...(value as Journal), links: scope.links };
}

/** Whether a restore did not end here, understood or not. */
export async function hasJournal(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null)) !== null;
}

export async function removeJournal(path: string): Promise<void> {
  await rm(path, { force: true });
  await freeRoom(path);
  await syncDirectory(dirname(path));
}

/** A directory as `home` names it; null when none stands there. */
export function homeOf(stat: Stats | null): string | null {
  return stat?.isDirectory() ? `${stat.dev}:${stat.ino}` : null;
}

/** A million steps are about 400 MB. */
const JOURNAL_LIMIT = 1024 * 1024 * 1024;

function roomOf(path: string): string {
  return `${path}.room`;
}

function unreadable(path: string, fault: string, cause?: unknown): McError {
  return new McError('state.unreadable', `the journal of an interrupted restore cannot be read: ${path} ${fault}`, {
    hint: 'mc backup recover --give-up sets it aside, with everything that was replaced kept',
    cause,
  });
}

function faultIn(value: unknown, scope: JournalScope): string | null {
  const journal = value as Partial<Journal> | null;
  if (journal?.version !== 1 || !Array.isArray(journal.steps) || !Array.isArray(journal.attributes))
    return 'does not have the form of one';
  if (typeof journal.id !== 'string' || !STATES.has(String(journal.state))) return 'does not have the form of one';
  if (journal.root !== scope.root) return `is about another directory (${String(journal.root)})`;
  if (!isDeepStrictEqual(journal.links ?? {}, scope.links))
    return 'is about a workspace whose mission-control leads elsewhere; make that link as it was';
  const { kept } = journal;
  if (kept !== null && !(typeof kept === 'string' && isBelow(kept, scope.kept)))
    return 'keeps files in another directory';
  const trials = (journal.trials ?? []).map((path) => ({ path }));
  const paths = [...trials, ...journal.steps, ...journal.attributes, ...(journal.lent ?? [])].flatMap(
    (step: unknown) => {
      const { path, aside, staged } = step as Record<string, unknown>;
      return [path, aside, staged].filter((each) => each !== undefined);
    },
  );
  return paths.every(isOwnPath) ? null : 'names a path that is not one of the workspace';
}

const STATES = new Set(['staging', 'swapping', 'committed', 'undone']);

function isBelow(path: string, directory: string): boolean {
  return path.startsWith(`${directory}${sep}`) && !path.split(sep).includes('..');
}

/** The root itself is `.`: it may be lent. */
function isOwnPath(path: unknown): boolean {
  return typeof path === 'string' && (path === '.' || checkPaths([{ path, type: 'file' }]).length === 0);
}

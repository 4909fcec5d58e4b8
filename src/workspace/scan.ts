import { type Stats, lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../base/index.js';
import { type Place, nounOf } from './watch-places.js';

/** What a file looked like from outside. */
export interface Mark {
  ino: number;
  size: number;
  mtimeMs: number;
  ctimeMs: number;
  /** It was so young when it was looked at that a later write may have left the same times. */
  young: boolean;
}

/** Names of the files in a directory that are somebody's business, and their marks. */
export type Listing = Map<string, Mark>;

/** Times of files advance in steps of some milliseconds: below this age a mark proves nothing. */
const YOUNG_MS = 25;

/** In a directory of more files only the last by name (memory files are named by date) are looked at one by one. */
const LOOKED_AT = 200;

const UNSEEN: Mark = { ino: 0, size: 0, mtimeMs: 0, ctimeMs: 0, young: false };

/**
 * The files of a directory that mean something. Synchronous, because looking costs 3 µs and a thread's answer 20: callers
 * yield between directories. Empty for a directory that is gone, null for one that cannot be listed.
 */
export function listFiles(place: Place, now: number): Listing | null {
  const names = namesIn(place);
  if (names === null) return null;
  const listing: Listing = new Map();
  const first = names.length - LOOKED_AT;
  for (const [at, name] of names.entries()) {
    const mark = at < first ? UNSEEN : markOf(place, name, now);
    if (mark) listing.set(name, mark);
  }
  return listing;
}

/** What one file looks like at `now` (milliseconds); null when there is none, or a directory in its place. */
export function markOf(place: Place, name: string, now: number): Mark | null {
  const stats = look(join(place.path, name));
  if (!stats || stats.isDirectory()) return null;
  const { ino, size, mtimeMs, ctimeMs } = stats;
  return { ino, size, mtimeMs, ctimeMs, young: now - Math.max(mtimeMs, ctimeMs) < YOUNG_MS };
}

/** Names that came, went or changed. `strict`: names whose old mark proves nothing count as changed. */
export function changedNames(before: Listing, after: Listing, strict: boolean): string[] {
  const changed: string[] = [];
  for (const [name, mark] of after) {
    const old = before.get(name);
    if (!old || !isSameMark(old, mark) || (strict && old.young)) changed.push(name);
  }
  for (const name of before.keys()) if (!after.has(name)) changed.push(name);
  return changed;
}

export function isSameMark(a: Mark, b: Mark): boolean {
  return a.ino === b.ino && a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs;
}

function namesIn(place: Place): string[] | null {
  try {
    return readdirSync(place.path, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && nounOf(place, entry.name) !== null)
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    const code = errnoOf(error);
    return code === 'ENOENT' || code === 'ENOTDIR' ? [] : null;
  }
}

/** Links count as what they lead to, as the readers take them; one that leads nowhere as itself. */
function look(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}

import { type Stats, lstatSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { TASK_FILES } from '../../protocol/index.js';
import { AGENT_FILES } from '../agents/files.js';
import { listNow } from '../text/directory.js';
import { type Place, nounOf } from './places.js';

/** What a file looked like from outside. */
export interface Mark {
  ino: number;
  size: number;
  mtimeMs: number;
  ctimeMs: number;
  /** The file was so young when it was looked at that a later write may have left the same times. */
  young: boolean;
  /** It is reached by a symbolic link. */
  isLink: boolean;
}

/** Names of the files in a directory that are somebody's business, and their marks. */
export type Listing = Map<string, Mark>;

/** Times of files advance in steps of some milliseconds: below this age a mark proves nothing. */
const YOUNG_MS = 25;

/** In a directory of more files only the last by name (memory files are named by date) are looked at one by one. */
const LOOKED_AT = 200;

const UNSEEN: Mark = { ino: 0, size: 0, mtimeMs: 0, ctimeMs: 0, young: false, isLink: false };

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
  const found = look(join(place.path, name));
  if (!found || found.stats.isDirectory()) return null;
  const { ino, size, mtimeMs, ctimeMs } = found.stats;
  const young = now - Math.max(mtimeMs, ctimeMs) < YOUNG_MS;
  return { ino, size, mtimeMs, ctimeMs, young, isLink: found.isLink };
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

/** Names that mean something wherever they stand: looked for also where not all entries of a directory can be looked at. */
const KNOWN_NAMES = [...AGENT_FILES, 'current_office_state.json', ...TASK_FILES.map((file) => basename(file))];

function namesIn(place: Place): string[] | null {
  const listed = listNow(place.path);
  if (!listed) return null;
  const names = listed.entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  const all = listed.cut
    ? new Set([...names, ...KNOWN_NAMES.filter((name) => nounOf(place, name)?.kind !== 'file')])
    : names;
  return [...all].filter((name) => nounOf(place, name) !== null).sort();
}

/** Links count as what they lead to, as the readers take them; one that leads nowhere as itself. */
function look(path: string): { stats: Stats; isLink: boolean } | null {
  let own: Stats | undefined;
  try {
    own = lstatSync(path, { throwIfNoEntry: false });
    if (!own?.isSymbolicLink()) return own ? { stats: own, isLink: false } : null;
    return { stats: statSync(path, { throwIfNoEntry: false }) ?? own, isLink: true };
  } catch {
    return own ? { stats: own, isLink: true } : null;
  }
}

import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, reasonOf } from '../../base/index.js';
import { isSame, type Stamp, stampOf, writtenAt } from './stamp.js';

/** Files below some directories, and when each changed last. */
export interface FileSet {
  /** As they are at `now`. Files that were written to within a day are looked at every time, the others every minute. */
  look(directories: readonly string[], now: number): ReadonlyMap<string, Stamp>;
  /** Directories that cannot be read: absolute path, and why. */
  problems(): ReadonlyMap<string, string>;
}

export interface FileSetOptions {
  /** How many directories may lie below one another. */
  depth: number;
  wants: (name: string) => boolean;
  /** How often directories are listed, in milliseconds; those that did not change are not. */
  every: number;
}

interface Listed {
  mtimeMs: number;
  listed: number;
  files: string[];
  folders: string[];
}

const WHOLE_MS = 60_000;
const HOT_MS = 86_400_000;
const HOT_FILES = 256;
const MANY_HOT_MS = 5_000;
const MOST_FILES = 200_000;
/** A directory that changed so lately before it was listed may have changed again in the same tick. */
const RACY_MS = 2_000;

export function createFileSet(options: FileSetOptions): FileSet {
  const listings = new Map<string, Listed>();
  const stamps = new Map<string, Stamp>();
  const problems = new Map<string, string>();
  const last = { listed: Number.NaN, whole: Number.NaN, hot: Number.NaN };
  // A clock that was set back has everything looked at anew.
  const due = (time: number, every: number, now: number) => !(now >= time && now - time < every);

  const restat = (path: string) => {
    const stamp = stampOf(path);
    if (stamp === null) stamps.delete(path);
    else if (!isSame(stamps.get(path) ?? null, stamp)) stamps.set(path, stamp);
  };
  const list = (directories: readonly string[], now: number) => {
    problems.clear();
    const found = new Set<string>();
    const seen = new Set<string>();
    const waiting = directories.map((path) => ({ path, depth: options.depth }));
    for (let next = waiting.pop(); next !== undefined && found.size < MOST_FILES; next = waiting.pop()) {
      const { path, depth } = next;
      const listed = listingOf(path, listings.get(path), options.wants, (reason) => problems.set(path, reason));
      if (listed === null) continue;
      seen.add(path);
      listings.set(path, listed);
      for (const name of listed.files) found.add(join(path, name));
      if (depth > 0) waiting.push(...listed.folders.map((name) => ({ path: join(path, name), depth: depth - 1 })));
    }
    for (const path of listings.keys()) if (!seen.has(path)) listings.delete(path);
    for (const path of stamps.keys()) if (!found.has(path)) stamps.delete(path);
    for (const path of found) if (!stamps.has(path)) restat(path);
    last.listed = now;
  };
  return {
    problems: () => problems,
    look(directories, now) {
      const whole = due(last.whole, WHOLE_MS, now);
      if (whole || due(last.listed, options.every, now)) list(directories, now);
      const paths = [...stamps.keys()];
      const hot = paths.filter((path) => now - writtenAt(stamps.get(path) as Stamp) < HOT_MS);
      if (whole) {
        last.whole = now;
        for (const path of paths) restat(path);
      } else if (due(last.hot, hot.length > HOT_FILES ? MANY_HOT_MS : 0, now)) {
        last.hot = now;
        for (const path of hot) restat(path);
      }
      return stamps;
    },
  };
}

function listingOf(
  path: string,
  known: Listed | undefined,
  wants: (name: string) => boolean,
  warn: (reason: string) => void,
): Listed | null {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (!stats?.isDirectory()) return null;
    const listed = Date.now();
    if (known?.mtimeMs === stats.mtimeMs && known.listed - known.mtimeMs > RACY_MS) return known;
    const entries = readdirSync(path, { withFileTypes: true });
    return {
      mtimeMs: stats.mtimeMs,
      listed,
      files: entries.filter((entry) => entry.isFile() && wants(entry.name)).map(({ name }) => name),
      folders: entries.filter((entry) => entry.isDirectory()).map(({ name }) => name),
    };
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') warn(reasonOf(error));
    return null;
  }
}

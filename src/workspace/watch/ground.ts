import { type Stats, lstatSync, realpathSync, statSync } from 'node:fs';
import { isWithin, linksLeadOut } from '../../base/index.js';
import type { Place } from './places.js';

/** Directories as they lie on the disk. */
export interface Found {
  /** Without those that are links to where nobody may look. */
  places: Place[];
  /** The path of each of `places` under which it is watched. */
  watchPaths: string[];
  /** Changes when one of them is another directory than before, or comes or goes. */
  identity: string;
}

/** Those of a branch's places that are directories in the real paths `within` now; null when its first place is none, or there is no workspace yet. */
export function lookAt(places: readonly Place[], within: readonly string[]): Found | null {
  if (within.length === 0) return null;
  const found: Found = { places: [], watchPaths: [], identity: '' };
  for (const place of places) {
    const directory = directoryAt(place, within);
    if (!directory && place === places[0]) return null;
    if (!directory) continue;
    const { stats, watchPath } = directory;
    found.identity += `${place.part} ${stats.dev}:${stats.ino} ${watchPath};`;
    if (watchPath === null) continue;
    found.places.push(place);
    found.watchPaths.push(watchPath);
  }
  return found;
}

/** A link that leads out counts as a directory without a path to be watched under, whatever lies there. */
function directoryAt(
  { path, part }: Place,
  within: readonly string[],
): { stats: Stats; watchPath: string | null } | null {
  try {
    const own = lstatSync(path);
    const isPlain = own.isDirectory();
    if (!isPlain && !own.isSymbolicLink()) return null;
    if (!isPlain && linksLeadOut(path, within)) return { stats: own, watchPath: null };
    const stats = isPlain ? own : statSync(path);
    if (!stats.isDirectory()) return null;
    const real = realpathSync.native(path);
    const watchPath = isPlain && part !== 'root' ? path : real;
    return { stats, watchPath: isWithin(real, within) ? watchPath : null };
  } catch {
    return null;
  }
}

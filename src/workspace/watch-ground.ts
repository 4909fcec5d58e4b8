import { type Stats, lstatSync, realpathSync, statSync } from 'node:fs';
import { sep } from 'node:path';
import type { Place } from './watch-places.js';

/** Directories as they lie on the disk. */
export interface Found {
  /** Without those that are links to where nobody may look. */
  places: Place[];
  /** The real path of each of `places`. */
  watchPaths: string[];
  /** Changes when one of them is another directory than before, or comes or goes. */
  identity: string;
}

/** Those of a branch's places that are directories now; null when its first place is none. */
export function lookAt(root: string, places: readonly Place[]): Found | null {
  const found: Found = { places: [], watchPaths: [], identity: '' };
  for (const place of places) {
    const directory = directoryAt(root, place);
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

function directoryAt(root: string, place: Place): { stats: Stats; watchPath: string | null } | null {
  try {
    const own = lstatSync(place.path);
    if (own.isDirectory())
      return { stats: own, watchPath: place.part === 'root' ? realpathSync(place.path) : place.path };
    if (!own.isSymbolicLink()) return null;
    const stats = statSync(place.path);
    return stats.isDirectory() ? { stats, watchPath: allowed(root, place, realpathSync(place.path)) } : null;
  } catch {
    return null;
  }
}

/** An owner may keep the workspace or mission-control/ elsewhere; what agents can make must not lead out. */
function allowed(root: string, place: Place, target: string): string | null {
  const isTrunk = place.agent === '';
  return isTrunk || target.startsWith(realpathSync(root) + sep) ? target : null;
}

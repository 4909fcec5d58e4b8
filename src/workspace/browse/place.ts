import { constants, fstatSync, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { errnoOf, type HeldDirectory, holdDirectory, isWithin, McError, realPathOfSync } from '../../base/index.js';
import type { HiddenNames } from './names.js';
import { readPlace, refusedPath } from './path.js';

/** What may be browsed: the workspace, its real paths (`rootsOf`), and what is hidden in it. */
export interface Browsed {
  root: string;
  roots: readonly string[];
  isHidden: HiddenNames;
}

/** A directory that is held open, and its names from the workspace down. */
export interface HeldPlace {
  held: HeldDirectory;
  names: string[];
}

/** An open file, and its names from the workspace down. */
export interface OpenPlace {
  handle: FileHandle;
  stats: Stats;
  names: string[];
}

/** The names of the roots, in the order of `rootsOf`: behind a link the first does not contain the others. */
const ROOT_NAMES = [[], ['mission-control'], ['mission-control', 'agents']];

/**
 * Opens the directory at a path that came from outside; null when there is none.
 * @throws McError `file.refused` for every path that leads out, is hidden, or leads to what is hidden
 */
export async function holdPlace(browsed: Browsed, path: string): Promise<HeldPlace | null> {
  const asked = readPlace(path);
  if (browsed.isHidden(asked)) throw refusedPath();
  try {
    const held = await holdDirectory(join(browsed.root, ...asked), browsed.roots);
    try {
      return { held, names: shownNames(browsed, held.real) };
    } catch (error) {
      await held.close();
      throw error;
    }
  } catch (error) {
    // What is not a directory must not show that it is there, outside or hidden.
    if (errnoOf(error) === 'ENOTDIR') await (await openPlace(browsed, path))?.handle.close();
    return nothingThere(error);
  }
}

/**
 * Opens what lies at a path that came from outside; null when nothing is there. Opening never waits, and what was opened is
 * looked at, not its name: names may be changed by others at any time.
 * @throws McError `file.refused` as `holdPlace`
 */
export async function openPlace(browsed: Browsed, path: string): Promise<OpenPlace | null> {
  const asked = readPlace(path);
  if (browsed.isHidden(asked)) throw refusedPath();
  return openAt(browsed, join(browsed.root, ...asked));
}

/** The same for a path that is known to be written in plain names, such as an entry of a directory. */
export async function openAt(browsed: Browsed, path: string): Promise<OpenPlace | null> {
  // A device is not even opened: that alone can do something.
  if (await isDevice(path)) throw refusedPath();
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0));
    // Asked of what is open or known to the kernel already: at once that takes some microseconds, a thread's answer many.
    const stats = fstatSync(handle.fd);
    return { handle, stats, names: shownNames(browsed, realPathOfSync(handle.fd, path, stats)) };
  } catch (error) {
    await handle?.close();
    return nothingThere(error);
  }
}

/** What a name itself is, not what it links to; null when it has gone. */
export async function lookAt(path: string): Promise<Stats | null> {
  return lstat(path).catch(() => null);
}

async function isDevice(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => null);
  return stats !== null && (stats.isCharacterDevice() || stats.isBlockDevice());
}

/** @throws McError `file.refused` for a real path that is outside or hidden */
function shownNames({ roots, isHidden }: Browsed, real: string): string[] {
  const at = roots.findIndex((root) => isWithin(real, [root]));
  if (at === -1) throw refusedPath();
  const below = relative(roots[at] ?? '', real);
  const names = [...(ROOT_NAMES[at] ?? []), ...(below === '' ? [] : below.split(sep))];
  if (isHidden(names)) throw refusedPath();
  return names;
}

function nothingThere(error: unknown): null {
  const code = errnoOf(error);
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return null;
  // Whatever it was, it does not show whether anything is there.
  throw error instanceof McError || code !== null ? refusedPath(error) : error;
}

import { constants, fstatSync, realpathSync, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { errnoOf } from '../base/index.js';
import { realPathOfSync } from '../base/open-file.js';
import type { Veil } from './browse-names.js';
import { readPlace, refusedPath } from './browse-path.js';

/** A place in the workspace that may be looked at. */
export interface Place {
  /** Without a symbolic link in it. */
  real: string;
  /** The names of `real`, from the workspace down. */
  names: string[];
}

/** A place that is held open: what is read of it is read of what was looked at, whatever becomes of its name. */
export interface OpenPlace extends Place {
  handle: FileHandle;
  stats: Stats;
}

/**
 * Where a path really leads; null when nothing is there.
 * @throws McError `file.refused` for every path that leads out, is hidden, or leads to what is hidden
 */
export async function findPlace(root: string, path: string, veil: Veil): Promise<Place | null> {
  return placeAt(root, pathBelow(root, path, veil), veil);
}

/** The same for a path that is known to be written in plain names, such as an entry of a directory. */
export async function placeAt(root: string, path: string, veil: Veil): Promise<Place | null> {
  try {
    const [real, home] = await Promise.all([realpath(path), realpath(root)]);
    return { real, names: namesBelow(home, real, veil) };
  } catch (error) {
    return nothingThere(error);
  }
}

/**
 * Opens what a path leads to, and only then looks where that lies: names may be changed by others at any time, what is open
 * cannot. Opening never waits, never makes a terminal ours, and nothing is read of what must not be seen. Null when nothing
 * is there.
 * @throws McError `file.refused` for every path that leads out, is hidden, or leads to what is hidden
 */
export async function openPlace(root: string, path: string, veil: Veil): Promise<OpenPlace | null> {
  const asked = pathBelow(root, path, veil);
  let handle: FileHandle | undefined;
  try {
    handle = await open(asked, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0));
    // Asked of what is open or known to the kernel already: at once that takes some microseconds, a thread's answer many.
    const stats = fstatSync(handle.fd);
    const real = realPathOfSync(handle.fd, asked, stats);
    return { handle, stats, real, names: namesBelow(realpathSync.native(root), real, veil) };
  } catch (error) {
    await handle?.close();
    return nothingThere(error);
  }
}

/** What a name itself is, not what it links to; null when it has gone. */
export async function lookAt(path: string): Promise<Stats | null> {
  return lstat(path).catch(() => null);
}

function pathBelow(root: string, path: string, veil: Veil): string {
  const names = readPlace(path);
  if (veil(names)) throw refusedPath();
  return join(root, ...names);
}

function namesBelow(home: string, real: string, veil: Veil): string[] {
  const isBelow = real === home || real.startsWith(home + sep);
  const names = real === home ? [] : relative(home, real).split(sep);
  if (!isBelow || veil(names)) throw refusedPath();
  return names;
}

function nothingThere(error: unknown): null {
  const code = errnoOf(error);
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return null;
  throw code === null ? error : refusedPath(error);
}

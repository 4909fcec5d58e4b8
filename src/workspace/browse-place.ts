import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { errnoOf } from '../base/index.js';
import type { Veil } from './browse-names.js';
import { readPlace, refusedPath } from './browse-path.js';

/** A place in the workspace that may be looked at. */
export interface Place {
  /** Without a symbolic link in it. */
  real: string;
  /** The names of `real`, from the workspace down. */
  names: string[];
}

/**
 * Where a path really leads; null when nothing is there.
 * @throws McError `file.refused` for every path that leads out, is hidden, or leads to what is hidden
 */
export async function findPlace(root: string, path: string, veil: Veil): Promise<Place | null> {
  const names = readPlace(path);
  if (veil(names)) throw refusedPath();
  return placeAt(root, join(root, ...names), veil);
}

/** The same for a path that is known to be written in plain names, such as an entry of a directory. */
export async function placeAt(root: string, path: string, veil: Veil): Promise<Place | null> {
  try {
    const [real, home] = await Promise.all([realpath(path), realpath(root)]);
    const names = namesBelow(home, real);
    if (names === null || veil(names)) throw refusedPath();
    return { real, names };
  } catch (error) {
    return nothingThere(error);
  }
}

/**
 * Opens what lies at a place and makes sure that it still lies there: names may be changed by others at any time.
 * Null when it has gone. Opening never waits and never follows a link.
 * @throws McError `file.refused` when it was exchanged meanwhile
 */
export async function openPlace(root: string, place: Place, veil: Veil): Promise<FileHandle | null> {
  let handle: FileHandle;
  try {
    handle = await open(place.real, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0));
  } catch (error) {
    return nothingThere(error);
  }
  try {
    const again = await placeAt(root, place.real, veil);
    const [opened, there] = await Promise.all([handle.stat(), again && stat(again.real)]);
    if (!there || !isSame(opened, there)) throw refusedPath();
    return handle;
  } catch (error) {
    await handle.close();
    return nothingThere(error);
  }
}

/** What a name itself is, not what it links to; null when it has gone. */
export async function lookAt(path: string): Promise<Stats | null> {
  return lstat(path).catch(() => null);
}

function namesBelow(home: string, real: string): string[] | null {
  if (real === home) return [];
  return real.startsWith(home + sep) ? relative(home, real).split(sep) : null;
}

function isSame(one: Stats, other: Stats): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}

function nothingThere(error: unknown): null {
  const code = errnoOf(error);
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return null;
  throw code === null ? error : refusedPath(error);
}

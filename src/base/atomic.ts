import type { Stats } from 'node:fs';
import { type FileHandle, mkdir, open, rename, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { dropAside, writeAside } from './aside.js';
import { type FilePlace, readPlace } from './file-place.js';
import { holdDirectory } from './held-directory.js';
import { calledBy, errnoOf } from './refusals.js';
import { overwrite } from './replace-file.js';

/** Bytes of a file that are kept to be put back, should writing over them fail. */
const MOST_KEPT = 64 * 1024 * 1024;

export interface AtomicOptions {
  /** Permission bits; those of the file that is replaced, else 0644. */
  mode?: number;
  /** Real paths (`rootsOf`) in one of which the directory must lie; absent: anywhere. */
  within?: readonly string[];
  /** As of `makeDirectory`. */
  below?: string;
}

/**
 * Replaces a file so that a reader sees the old bytes or the new, never half of either, and a crash loses neither:
 * written aside in the same directory, fsynced, renamed, directory fsynced. The directory is made when missing. Owner,
 * group and permission bits stay. Whoever changes what others write too takes `editFile`.
 * @throws the system's error (ENOSPC, EACCES …); the file aside is removed and the old file is as it was
 */
export async function writeFileAtomic(
  path: string,
  data: string | Uint8Array,
  { mode, within, below }: AtomicOptions = {},
): Promise<void> {
  try {
    await makeDirectory(dirname(path), below);
    const held = await holdDirectory(dirname(path), within);
    try {
      const name = basename(path);
      const target = join(held.path, name);
      const aside = await writeAside(held, name, data, { like: await fileAt(target), mode, sync: true });
      try {
        await rename(aside.path, target);
      } catch (error) {
        await overMount({ held, target, name }, data, error);
      } finally {
        await dropAside(aside);
      }
      await held.sync();
    } finally {
      await held.close();
    }
  } catch (error) {
    throw calledBy(path, error);
  }
}

/** A file that is a mount point of its own (a container's, say) can be written, but not replaced. */
async function overMount(place: FilePlace, data: string | Uint8Array, error: unknown): Promise<void> {
  const old = errnoOf(error) === 'EBUSY' ? await readPlace(place, place.target, MOST_KEPT) : null;
  if (old === null) throw error;
  try {
    if ((await overwrite(place, old, data, error)) === 'changed') throw error;
  } finally {
    await old.handle.close();
  }
}

async function fileAt(path: string): Promise<Stats | null> {
  const stats = await stat(path).catch(() => null);
  return stats?.isFile() ? stats : null;
}

/**
 * Makes a directory, and those above it, unless it is there. Unlike Node's own recursive mkdir it ends where a file system
 * takes no directories: in /proc that one tries again for ever, until all memory is gone. `below`: a directory above it that
 * must be there and is never made, not even when it goes while this is under way (a disk that is taken off, say).
 * @throws the system's error; ENOENT when `below` is away
 */
export async function makeDirectory(path: string, below?: string): Promise<void> {
  try {
    await makeOne(path);
  } catch (error) {
    const parent = dirname(path);
    if (errnoOf(error) !== 'ENOENT' || parent === path || parent === below) throw error;
    // The directory may be there by now: others make the same one.
    if (!(await isDirectory(parent))) await makeDirectory(parent, below);
    await makeOne(path);
  }
}

async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path);
    // What is made durable in a directory goes with it when its own name is lost.
    await syncDirectory(dirname(path));
  } catch (error) {
    // Where a file system is read-only, or this user may not write, that is said of what is there already as well.
    if (!(await isDirectory(path))) throw error;
  }
}

/** Makes a rename in this directory survive a power cut. Systems that cannot do it for directories are left alone. */
export async function syncDirectory(directory: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(directory, 'r');
    await handle.sync();
  } catch (error) {
    const code = errnoOf(error);
    if (code !== 'EINVAL' && code !== 'EPERM' && code !== 'EISDIR' && code !== 'ENOTSUP') throw error;
  } finally {
    await handle?.close();
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

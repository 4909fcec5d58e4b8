import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errnoOf } from './errors.js';

export interface AtomicOptions {
  /** Permission bits; those of the file that is replaced, else 0644. */
  mode?: number;
}

/**
 * Replaces a file so that a reader sees the old bytes or the new, never half of either, and a crash loses neither:
 * written aside in the same directory, fsynced, renamed, directory fsynced. The directory is made when missing.
 * @throws the system's error (ENOSPC, EACCES …); the file aside is removed and the old file is as it was
 */
export async function writeFileAtomic(
  path: string,
  data: string | Uint8Array,
  options: AtomicOptions = {},
): Promise<void> {
  const directory = dirname(path);
  await makeDirectory(directory);
  const aside = join(directory, asideName(path));
  try {
    const handle = await open(aside, 'wx', options.mode ?? (await modeOf(path)) ?? 0o644);
    try {
      await handle.writeFile(data);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
  await syncDirectory(directory);
}

/**
 * Makes a directory, and those above it, unless it is there. Unlike Node's own recursive mkdir it ends where a file system
 * takes no directories: in /proc that one tries again for ever, until all memory is gone.
 * @throws the system's error
 */
export async function makeDirectory(path: string): Promise<void> {
  try {
    await makeOne(path);
  } catch (error) {
    const parent = dirname(path);
    if (errnoOf(error) !== 'ENOENT' || parent === path) throw error;
    // It may be there by now: others make the same one.
    if (!(await isDirectory(parent))) await makeDirectory(parent);
    await makeOne(path);
  }
}

async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path);
    // What is made durable in a directory goes with it when its own name is lost.
    await syncDirectory(dirname(path));
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST' || !(await isDirectory(path))) throw error;
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

/** True for names that writers of ours use for files aside: watchers and readers pass them over. */
export function isAsideName(name: string): boolean {
  return name.startsWith('.') && name.endsWith('.mc-tmp');
}

function asideName(path: string): string {
  // Long names are cut so that the name aside still fits into the 255 bytes a file system takes.
  return `.${basename(path).slice(0, 60)}.${randomBytes(6).toString('hex')}.mc-tmp`;
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

async function modeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mode & 0o777;
  } catch {
    return undefined;
  }
}

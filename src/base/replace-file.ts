import { constants, fstatSync, ftruncateSync, linkSync, lstatSync, renameSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { type Aside, dropAside, type Ownership, writeAside } from './aside.js';
import { type FilePlace, type HeldFile, isAsRead, isSameState, tailOf } from './file-place.js';
import { readRegularSync, wasRead } from './open-file.js';
import { errnoOf } from './refusals.js';

export interface ReplaceOptions {
  /** Permission bits; those of the old file, else 0644 under the umask. */
  mode?: number | undefined;
  /** True: the bytes are on the disk before they get their name. False: right after. */
  sync: boolean;
  /** The file is made of lines: what others have put behind it since it was read goes behind the new bytes. */
  lines: boolean;
  /** Makes the bytes anew, at once, from what is there now; null: not to be replaced. Absent: it is `changed` then. */
  remake?: (bytes: Buffer) => Uint8Array | null;
  /** The most bytes that `remake` is asked about. */
  mostAtOnce?: number;
}

export type Replaced = 'replaced' | 'overwritten' | 'changed';

/**
 * Puts new bytes in the place of what was read there (null: nothing), in one step; `changed` when another process has changed
 * it since: nothing is done then. Where the file cannot be replaced (it is a mount point, its directory is read-only) but
 * written, it is `overwritten` instead: a reader may see a half of it then.
 * @throws the system's error
 */
export async function replaceFile(
  place: FilePlace,
  old: HeldFile | null,
  data: string | Uint8Array,
  options: ReplaceOptions,
): Promise<Replaced> {
  const { mode, sync } = options;
  let aside: Aside;
  try {
    const like = old === null ? null : ownershipOf(old);
    aside = await writeAside(place.held, place.name, data, { like, mode, sync });
  } catch (error) {
    if (old === null || !takesNoNewFile(error, old)) throw error;
    return overwrite(place, old, data, error);
  }
  try {
    if (!nameIt(place, old, aside, options)) return 'changed';
    if (!sync) await aside.handle.sync();
  } catch (error) {
    if (old === null || errnoOf(error) !== 'EBUSY') throw error;
    return await overwrite(place, old, data, error);
  } finally {
    await dropAside(aside);
  }
  await place.held.sync();
  return 'replaced';
}

/** Compares and renames with nothing between the two, not even a turn of the event loop. */
function nameIt(place: FilePlace, old: HeldFile | null, aside: Aside, options: ReplaceOptions): boolean {
  if (old === null) return nameNew(place, aside);
  if (!isAsRead(place, old)) {
    const tail = options.lines ? tailOf(place, old) : null;
    if (tail === null) return remade(place, old, aside, options);
    writeWhole(aside.handle.fd, tail, null);
    // As if it had been read like this: what comes later still is told from it.
    old.bytes = Buffer.concat([old.bytes, tail]);
  }
  renameSync(aside.path, place.target);
  return true;
}

/** Read, edited and renamed without anybody's turn in between, for a file that is written without a pause. */
function remade(place: FilePlace, old: HeldFile, aside: Aside, { remake, mostAtOnce = 0 }: ReplaceOptions): boolean {
  const file = remake ? readRegularSync(place.target, { limit: mostAtOnce }) : null;
  const data = remake && wasRead(file) ? remake(file.bytes) : null;
  if (data === null || !wasRead(file)) return false;
  ftruncateSync(aside.handle.fd);
  writeWhole(aside.handle.fd, data, 0);
  const now = lstatSync(place.target, { throwIfNoEntry: false });
  const { stats } = file;
  if (now?.ino !== stats.ino || now.mtimeMs !== stats.mtimeMs || now.size !== stats.size) return false;
  renameSync(aside.path, place.target);
  old.bytes = file.bytes;
  old.outdated = BigInt(stats.ino) !== old.stats.ino;
  return true;
}

/** A new file never replaces one that was made meanwhile. */
function nameNew(place: FilePlace, aside: Aside): boolean {
  try {
    linkSync(aside.path, place.target);
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'EEXIST') return false;
    // File systems without hard links.
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS') throw error;
    if (!isAsRead(place, null)) return false;
    renameSync(aside.path, place.target);
  }
  return true;
}

/** A file with a second name might be somebody's elsewhere: it is never written in place. */
function takesNoNewFile(error: unknown, old: HeldFile): boolean {
  return old.stats.nlink === 1n && ['EACCES', 'EPERM', 'EROFS'].includes(errnoOf(error) ?? '');
}

/** Writes over the old bytes of the file itself; when that fails half-way they are put back. */
export async function overwrite(
  place: FilePlace,
  old: HeldFile,
  data: string | Uint8Array,
  refused: unknown,
): Promise<Replaced> {
  const flags = constants.O_RDWR | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  // Why it cannot be replaced says more than why it cannot be written either.
  const handle = await open(place.target, flags).catch(() => Promise.reject(refused));
  try {
    if (!isSameState(fstatSync(handle.fd, { bigint: true }), old.stats)) return 'changed';
    try {
      fill(handle.fd, Buffer.from(data));
      await handle.sync();
    } catch (error) {
      fill(handle.fd, old.bytes);
      throw error;
    }
    return 'overwritten';
  } finally {
    await handle.close();
  }
}

function fill(fd: number, bytes: Uint8Array): void {
  writeWhole(fd, bytes, 0);
  ftruncateSync(fd, bytes.length);
}

/** Writes all of it, from a position on or (null) where the file stands. */
export function writeWhole(fd: number, bytes: Uint8Array, position: number | null): void {
  for (let at = 0; at < bytes.length; ) {
    at += writeSync(fd, bytes, at, bytes.length - at, position === null ? null : position + at);
  }
}

function ownershipOf({ stats }: HeldFile): Ownership {
  return { mode: Number(stats.mode), uid: Number(stats.uid), gid: Number(stats.gid) };
}

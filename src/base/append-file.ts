import { constants, fstatSync, ftruncateSync, lstatSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { type FilePlace, type HeldFile, isAsRead, readPlace, tailOf } from './file-place.js';
import { writeWhole } from './replace-file.js';

const APPEND = constants.O_WRONLY | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Writes behind the end of the file itself, in one call of the system: what others append at the same time stays, and a
 * crash leaves at worst a part of the new bytes, never less than the old ones. `grown`: others may have put lines behind it
 * since it was read. False when another process has changed the
 * file since it was read; null when it cannot be appended to (not writable, or it has a second name, which might be
 * somebody's elsewhere) and has to be replaced.
 * @throws the system's error; what was written of it is taken back then
 */
export async function appendTo(
  place: FilePlace,
  old: HeldFile,
  bytes: Uint8Array,
  { limit, grown }: { limit: number; grown: boolean },
): Promise<boolean | null> {
  if (old.stats.nlink !== 1n) return null;
  const handle = await open(place.target, APPEND).catch(() => null);
  if (handle === null) return null;
  try {
    if (!isAsRead(place, old) && !(grown && tailOf(place, old) !== null)) return false;
    const start = fstatSync(handle.fd).size;
    try {
      writeWhole(handle.fd, bytes, null);
    } catch (error) {
      takeBack(handle.fd, start, bytes.length);
      throw error;
    }
    await handle.sync();
    return await hasArrived(place, handle, bytes, limit);
  } finally {
    await handle.close();
  }
}

/** Only while nobody has written behind it. */
function takeBack(fd: number, start: number, most: number): void {
  const { size } = fstatSync(fd);
  if (size > start && size - start < most) ftruncateSync(fd, start);
}

/** Another process may have replaced the file between the look at it and the write. */
async function hasArrived(place: FilePlace, handle: FileHandle, bytes: Uint8Array, limit: number): Promise<boolean> {
  const [written, now] = [await handle.stat(), lstatSync(place.target, { throwIfNoEntry: false })];
  if (now?.ino === written.ino && now.dev === written.dev) return true;
  const current = await readPlace(place, place.target, limit);
  try {
    return current?.bytes.includes(Buffer.from(bytes)) ?? false;
  } finally {
    await current?.handle.close();
  }
}

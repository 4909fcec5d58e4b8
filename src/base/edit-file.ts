import type { BigIntStats } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { appendTo } from './append-file.js';
import { McError } from './errors.js';
import {
  type FilePlace,
  type HeldFile,
  isSameState,
  isWholeLines,
  openPlace,
  readPlace,
  startsWith,
} from './file-place.js';
import { readHandle } from './open-file.js';
import { calledBy, errnoOf } from './refusals.js';
import { replaceFile } from './replace-file.js';

/** What an edit makes: the bytes, or null to leave everything as it is. */
export type Made = Uint8Array | null;

/** A change of a file that others may write at the same time. */
export interface FileEdit {
  path: string;
  /** Real paths (`rootsOf`): the file must lie in one of them, links and exchanged directories notwithstanding. */
  within?: readonly string[] | undefined;
  /** The most bytes of the old file that are read. */
  limit: number;
  /**
   * `rewrite`: `edit` makes the whole file. `lines`: the same for a file of lines, behind which others may put lines of theirs
   * meanwhile. `append`: `edit` makes what comes behind the old file.
   */
  kind: 'rewrite' | 'lines' | 'append';
  /**
   * Makes the bytes from the old ones (null: there is no file). Null leaves everything as it is. It may take its time with
   * files of more than AT_ONCE_BYTES, and answers at once for smaller ones. What it throws ends the edit, but for `state.unreadable`: that may be a file which is just being written, and is asked again as long as it
   * changes, and once more when it is `settled` (nothing has changed for `settleMs`).
   */
  edit: (old: Buffer | null, settled: boolean) => Made | Promise<Made>;
  /** How long to wait before what was unreadable is looked at again, in milliseconds. Absent: it is not. */
  settleMs?: number;
}

const ATTEMPTS = 20;
/**
 * From here on another process writes the file without a pause: the edit is made at once from what is there, and its bytes are
 * synced after the rename.
 */
const HURRIED = 2;
/** Only files of up to so many bytes are edited at once: nothing else happens meanwhile. */
export const AT_ONCE_BYTES = 64 * 1024;

/** What an edit remembers from one attempt to the next: the state of the file now, and when it was unreadable. */
interface Looks {
  now: BigIntStats | null;
  unreadable: BigIntStats | null;
}

/**
 * Changes a file in one step, and loses nothing that another process writes to it meanwhile: when it is not what was read any
 * more, everything begins anew. What a writer puts into the old file after it was replaced is brought over.
 * @throws McError `busy` when others write it all the time; `state.unreadable`, `file.refused`; the system's error, whose
 *   `path` is that of the edit
 */
export async function editFile(edit: FileEdit): Promise<void> {
  const looks: Looks = { now: null, unreadable: null };
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      try {
        if (await once(edit, looks, attempt >= HURRIED)) return;
      } catch (error) {
        // What was refused before it was read (a directory, a file that is too large) does not settle.
        if (edit.settleMs === undefined || !isUnreadable(error) || looks.now === null || isSettled(looks)) throw error;
        looks.unreadable = looks.now;
        await wait(edit.settleMs);
      }
    }
  } catch (error) {
    throw calledBy(edit.path, error);
  }
  throw new McError('busy', `${edit.path}: others write this file all the time`, { hint: 'try again in a moment' });
}

function isSettled({ now, unreadable }: Looks): boolean {
  return now !== null && unreadable !== null && isSameState(now, unreadable);
}

/** True when it is done, false when another process was faster. */
async function once(edit: FileEdit, looks: Looks, hurried: boolean): Promise<boolean> {
  const place = await openPlace(edit.path, edit.within);
  let old: HeldFile | null | undefined;
  looks.now = null;
  try {
    old = await readPlace(place, edit.path, edit.limit).catch((error: unknown) => {
      // There was no link a moment ago.
      if (errnoOf(error) === 'ELOOP') return undefined;
      throw error;
    });
    if (old === undefined) return false;
    looks.now = old?.stats ?? null;
    const made = await edit.edit(old?.bytes ?? null, isSettled(looks));
    if (made === null) return true;
    if (old !== null && edit.kind === 'append') {
      const appended = await appendTo(place, old, made, { limit: edit.limit, grown: hurried });
      if (appended !== null) return appended;
    }
    const whole = (bytes: Buffer | null, by: Uint8Array) =>
      bytes !== null && edit.kind === 'append' ? Buffer.concat([bytes, by]) : by;
    let data = whole(old?.bytes ?? null, made);
    const remake = (bytes: Buffer): Uint8Array | null => {
      const again = edit.edit(bytes, false);
      if (again instanceof Promise) throw new McError('internal', 'a small file was not edited at once');
      if (again !== null) data = whole(bytes, again);
      return again === null ? null : data;
    };
    const options = { sync: !hurried, lines: edit.kind !== 'rewrite' };
    const replaced = await replaceFile(
      place,
      old,
      data,
      hurried ? { ...options, remake, mostAtOnce: AT_ONCE_BYTES } : options,
    );
    if (replaced === 'replaced' && old !== null && !old.outdated) await bringOver(edit, place, old, data);
    return replaced !== 'changed';
  } finally {
    await old?.handle.close();
    await place.held.close();
  }
}

/** A writer that had opened the old file before it was replaced may have written to it since. */
async function bringOver(edit: FileEdit, place: FilePlace, old: HeldFile, data: Uint8Array): Promise<void> {
  let late = await lateBytes(edit, old);
  if (late === null) return;
  if (edit.kind !== 'rewrite' && isWholeLines(old.bytes) && startsWith(late, old.bytes)) {
    return putBehind(edit, place, late.subarray(old.bytes.length));
  }
  for (const settle of [edit.settleMs ?? 0, null]) {
    try {
      await editAgain(edit, place, late, data);
      return;
    } catch (error) {
      // Half-written and left so: what we wrote stands.
      if (!isUnreadable(error) || settle === null) return;
      await wait(settle);
      late = (await lateBytes(edit, old)) ?? late;
    }
  }
}

async function putBehind({ path, limit }: FileEdit, place: FilePlace, lines: Buffer): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const current = await readPlace(place, path, limit);
    if (current === null) return;
    try {
      const done =
        (await appendTo(place, current, lines, { limit, grown: true })) ??
        (await replaceFile(place, current, Buffer.concat([current.bytes, lines]), { sync: true, lines: true })) !==
          'changed';
      if (done) return;
    } finally {
      await current.handle.close();
    }
  }
}

/** What the replaced file holds now; null when that is what was read. */
async function lateBytes(edit: FileEdit, old: HeldFile): Promise<Buffer | null> {
  const now = await old.handle.stat({ bigint: true });
  if (!old.racy && now.size === old.stats.size && now.mtimeNs === old.stats.mtimeNs) return null;
  const read = await readHandle(old.handle, edit.limit);
  return 'reason' in read || read.bytes.equals(old.bytes) ? null : read.bytes;
}

/** The same edit of what came late, unless another process has changed ours meanwhile: theirs is newer than both. */
async function editAgain(edit: FileEdit, place: FilePlace, late: Buffer, data: Uint8Array): Promise<void> {
  const made = await edit.edit(late, false);
  const ours = await readPlace(place, edit.path, edit.limit);
  if (ours === null || made === null) return;
  try {
    if (ours.bytes.equals(data)) await replaceFile(place, ours, made, { sync: true, lines: false });
  } finally {
    await ours.handle.close();
  }
}

function isUnreadable(error: unknown): boolean {
  return error instanceof McError && error.code === 'state.unreadable';
}

import { setTimeout as wait } from 'node:timers/promises';
import { appendTo } from './append-file.js';
import { McError } from './errors.js';
import { type FilePlace, type HeldFile, isWholeLines, openPlace, readPlace, startsWith } from './file-place.js';
import { readHandle } from './open-file.js';
import { calledBy, errnoOf } from './refusals.js';
import { replaceFile } from './replace-file.js';

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
   * Makes the bytes from the old ones (null: there is no file). Null leaves everything as it is. What it throws ends the
   * edit, but for `state.unreadable`: that may be a file which is just being written, and is asked once more with `again`.
   */
  edit: (old: Buffer | null, again: boolean) => Uint8Array | null;
  /** How long to wait before a file is looked at `again`, in milliseconds. */
  settleMs?: number;
}

const ATTEMPTS = 20;
/** From here on somebody writes the file without a pause: its bytes are synced after the rename, which takes less time. */
const HURRIED = 4;

/**
 * Changes a file in one step, and loses nothing that somebody else writes to it meanwhile: when it is not what was read any
 * more, everything begins anew. What a writer puts into the old file after it was replaced is brought over.
 * @throws McError `busy` when others write it all the time; `state.unreadable`, `file.refused`; the system's error, whose
 *   `path` is that of the edit
 */
export async function editFile(edit: FileEdit): Promise<void> {
  let again = false;
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      try {
        if (await once(edit, again, attempt < HURRIED)) return;
      } catch (error) {
        if (again || edit.settleMs === undefined || !isUnreadable(error)) throw error;
        again = true;
        await wait(edit.settleMs);
      }
    }
  } catch (error) {
    throw calledBy(edit.path, error);
  }
  throw new McError('busy', `${edit.path}: others write this file all the time`, { hint: 'try again in a moment' });
}

/** True when it is done, false when somebody else was faster. */
async function once(edit: FileEdit, again: boolean, sync: boolean): Promise<boolean> {
  const place = await openPlace(edit.path, edit.within);
  let old: HeldFile | null | undefined;
  try {
    old = await readPlace(place, edit.path, edit.limit).catch((error: unknown) => {
      // There was no link a moment ago.
      if (errnoOf(error) === 'ELOOP') return undefined;
      throw error;
    });
    if (old === undefined) return false;
    const made = edit.edit(old?.bytes ?? null, again);
    if (made === null) return true;
    if (old !== null && edit.kind === 'append') {
      const appended = await appendTo(place, old, made, edit.limit);
      if (appended !== null) return appended;
    }
    const data = old !== null && edit.kind === 'append' ? Buffer.concat([old.bytes, made]) : made;
    const replaced = await replaceFile(place, old, data, { sync, lines: edit.kind !== 'rewrite' });
    if (replaced === 'replaced' && old !== null) await bringOver(edit, place, old, data);
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
        (await appendTo(place, current, lines, limit)) ??
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

/** The same edit of what came late, unless somebody has changed ours meanwhile: theirs is newer than both. */
async function editAgain(edit: FileEdit, place: FilePlace, late: Buffer, data: Uint8Array): Promise<void> {
  const made = edit.edit(late, false);
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

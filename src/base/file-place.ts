import { type BigIntStats, constants, lstatSync, readSync } from 'node:fs';
import { type FileHandle, lstat, open, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { McError } from './errors.js';
import { type HeldDirectory, holdDirectory } from './held-directory.js';
import { isWithin, LEADS_OUT } from './leads.js';
import { readHandle } from './open-file.js';
import { errnoOf } from './refusals.js';

/** Where a file is to be written: its directory is held open, so that nobody can lead the write elsewhere. */
export interface FilePlace {
  held: HeldDirectory;
  /** The file's path below the held directory. */
  target: string;
  /** Its name in it. */
  name: string;
}

/** A file as it was read, held open. */
export interface HeldFile {
  handle: FileHandle;
  /** As they were before the first byte was read. */
  stats: BigIntStats;
  bytes: Buffer;
  /** Changed so shortly before it was read that a further change may have left the same times. */
  racy: boolean;
  /** Another file has come into its place, and it is that one which was replaced. */
  outdated?: boolean;
}

/** Times of files move in steps: of 4 ms on many systems, 10 ms on some. */
const RACY_MS = 50;
const WITHOUT_LINKS = constants.O_NOFOLLOW ?? 0;
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | WITHOUT_LINKS;

/**
 * The place of a file, there or not. A link in its place stays: the place is where it leads.
 * @throws McError `file.refused` for what leads out of `within` or nowhere; the system's error (ENOENT: no directory)
 */
export async function openPlace(path: string, within: readonly string[] | undefined): Promise<FilePlace> {
  const held = await holdDirectory(dirname(path), within);
  const name = basename(path);
  const target = join(held.path, name);
  try {
    if (!(await isLink(target))) return { held, target, name };
    const real = await whereItLeads(target, path);
    if (!isWithin(real, within)) throw new McError('file.refused', `${path}: ${LEADS_OUT}`);
    const there = await holdDirectory(dirname(real), within);
    await held.close();
    return { held: there, target: join(there.path, basename(real)), name: basename(real) };
  } catch (error) {
    await held.close();
    throw error;
  }
}

/**
 * Reads the file in a place and keeps it open; null when there is none.
 * @throws McError `state.unreadable` for what is not a regular file of at most `limit` bytes; the system's error
 */
export async function readPlace({ target }: FilePlace, path: string, limit: number): Promise<HeldFile | null> {
  let handle: FileHandle;
  try {
    handle = await open(target, READ);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    const stats = await handle.stat({ bigint: true });
    const read = await readHandle(handle, limit);
    if ('reason' in read) throw new McError('state.unreadable', `${path}: ${read.reason}`);
    return { handle, stats, bytes: read.bytes, racy: Date.now() - Number(stats.mtimeMs) < RACY_MS };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Whether the place holds exactly what was read from it (null: nothing), at once. */
export function isAsRead({ target }: FilePlace, file: HeldFile | null): boolean {
  const now = lstatSync(target, { bigint: true, throwIfNoEntry: false });
  if (file === null || now === undefined) return file === null && now === undefined;
  return isSameState(now, file.stats) && (!file.racy || isSameContent(file));
}

/** The bytes of a file that has grown by lines since it was read, and only grown; null when that is not what happened. */
export function tailOf({ target }: FilePlace, file: HeldFile): Buffer | null {
  const now = lstatSync(target, { bigint: true, throwIfNoEntry: false });
  if (now?.ino !== file.stats.ino || now.dev !== file.stats.dev || !isWholeLines(file.bytes)) return null;
  const bytes = readNow(file, Number(now.size));
  return startsWith(bytes, file.bytes) ? bytes.subarray(file.bytes.length) : null;
}

/** True for bytes behind which others may put lines of theirs. */
export function isWholeLines(bytes: Uint8Array): boolean {
  return bytes.at(-1) === 0x0a;
}

/** True when `bytes` begin with `start`. */
export function startsWith(bytes: Buffer, start: Buffer): boolean {
  return bytes.length >= start.length && bytes.subarray(0, start.length).equals(start);
}

/** True when nothing was written to the file between two looks, as far as its times tell. */
export function isSameState(one: BigIntStats, other: BigIntStats): boolean {
  return (
    one.dev === other.dev &&
    one.ino === other.ino &&
    one.size === other.size &&
    one.mtimeNs === other.mtimeNs &&
    one.ctimeNs === other.ctimeNs
  );
}

/** Whether the open file still holds what was read, at once. */
function isSameContent(file: HeldFile): boolean {
  return readNow(file, file.bytes.length + 1).equals(file.bytes);
}

function readNow({ handle }: HeldFile, size: number): Buffer {
  const buffer = Buffer.allocUnsafe(size);
  let length = 0;
  while (length < size) {
    const count = readSync(handle.fd, buffer, length, size - length, length);
    if (count === 0) break;
    length += count;
  }
  return buffer.subarray(0, length);
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function whereItLeads(link: string, path: string): Promise<string> {
  try {
    return await realpath(link);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    throw new McError('file.refused', `${path}: symbolic link that leads nowhere`, { hint: 'remove or mend the link' });
  }
}

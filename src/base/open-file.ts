import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readSync,
  readlinkSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import { type FileHandle, open, realpath, stat } from 'node:fs/promises';
import { errnoOf, McError } from './errors.js';
import { isWithin, LEADS_OUT, linksLeadOut } from './leads.js';
import { kindOfFile, reasonOf } from './refusals.js';

// Opening never waits for the other end of a FIFO, and never makes a terminal the process's own.
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/** What bounds a read of a file that another process may have made, exchanged or filled without end. */
export interface ReadBounds {
  /** The most bytes that are read; a larger file is refused. */
  limit: number;
  /** Real paths (`rootsOf`). What was opened must lie in one of them, whatever its name says. Absent: anywhere. */
  within?: readonly string[] | undefined;
}

/** A regular file that was read whole. `real` is where its bytes lie: links on the way are followed. */
export interface ReadFile {
  bytes: Buffer;
  stats: Stats;
  real: string;
}

/** Something that is there and was not read. `reason` has no path in it: "is a FIFO", "permission denied". */
export interface NotRead {
  reason: string;
  /** The errno name of the system's refusal, or null when it is ours. */
  code: string | null;
  stats: Stats | null;
}

/**
 * Reads a regular file. It never waits (FIFO), never reads without end (device, sparse file, a file that grows), and with
 * `within` never reads what lies elsewhere: what was opened is looked at, not its name, so that a link which is put there
 * between two calls changes nothing. Null when nothing is there. Nothing throws.
 */
export async function readRegular(path: string, bounds: ReadBounds): Promise<ReadFile | NotRead | null> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, READ);
    const stats = await handle.stat();
    const real = await realPathOf(handle.fd, path, stats);
    if (!isWithin(real, bounds.within)) return { reason: LEADS_OUT, code: null, stats };
    const refused = refusalOf(stats, bounds.limit);
    if (refused !== null) return refused;
    const bytes = await readWhole(handle, stats.size, bounds.limit);
    return bytes === null ? tooLarge(stats, bounds.limit) : { bytes, stats, real };
  } catch (error) {
    return notOpened(path, bounds.within, error);
  } finally {
    await handle?.close();
  }
}

/** Reads what is open already, from its beginning, however often it was read before. @throws the system's error */
export async function readHandle(
  handle: FileHandle,
  limit: number,
): Promise<{ bytes: Buffer; stats: Stats } | NotRead> {
  const stats = await handle.stat();
  const refused = refusalOf(stats, limit);
  if (refused !== null) return refused;
  const bytes = await readWhole(handle, stats.size, limit);
  return bytes === null ? tooLarge(stats, limit) : { bytes, stats };
}

/** `readRegular` for workers and for what must not give way to others meanwhile. */
export function readRegularSync(path: string, bounds: ReadBounds): ReadFile | NotRead | null {
  let handle: number | undefined;
  try {
    handle = openSync(path, READ);
    const stats = fstatSync(handle);
    const real = realPathOfSync(handle, path, stats);
    if (!isWithin(real, bounds.within)) return { reason: LEADS_OUT, code: null, stats };
    const refused = refusalOf(stats, bounds.limit);
    if (refused !== null) return refused;
    const bytes = readWholeSync(handle, stats.size, bounds.limit);
    return bytes === null ? tooLarge(stats, bounds.limit) : { bytes, stats, real };
  } catch (error) {
    return notOpened(path, bounds.within, error);
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/** True for a file that was read. */
export function wasRead(file: ReadFile | NotRead | null): file is ReadFile {
  return file !== null && 'bytes' in file;
}

/**
 * Where an open file or directory lies now. Linux says it of the descriptor itself; elsewhere the name is resolved and
 * must still lead to the very same file.
 * @throws McError `file.refused` when it was exchanged meanwhile; the system's error
 */
export async function realPathOf(fd: number, path: string, stats: Stats): Promise<string> {
  const known = pathFromSystem(fd, stats);
  if (known !== null) return known;
  const real = await realpath(path);
  return sameFile(await stat(real), stats) ? real : exchanged();
}

/** `realPathOf`, at once. */
export function realPathOfSync(fd: number, path: string, stats: Stats): string {
  const known = pathFromSystem(fd, stats);
  if (known !== null) return known;
  const real = realpathSync(path);
  return sameFile(statSync(real), stats) ? real : exchanged();
}

/** What Linux says of an open descriptor, or null. At once: it is in memory, and a thread's answer takes ten times as long. */
function pathFromSystem(fd: number, stats: Stats): string | null {
  if (process.platform !== 'linux') return null;
  try {
    return withoutMark(readlinkSync(`/proc/self/fd/${fd}`), stats);
  } catch {
    // No /proc here: the name is asked instead.
    return null;
  }
}

/** True when both are the same file, whatever it is called. */
export function sameFile(one: Stats, other: Stats): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}

function exchanged(): never {
  throw new McError('file.refused', 'the file was exchanged while it was being opened', { hint: 'try again' });
}

/** The kernel marks what was deleted or replaced since it was opened. */
function withoutMark(path: string, stats: Stats): string {
  return stats.nlink === 0 && path.endsWith(' (deleted)') ? path.slice(0, -' (deleted)'.length) : path;
}

function refusalOf(stats: Stats, limit: number): NotRead | null {
  if (!stats.isFile()) return { reason: `is ${kindOfFile(stats)}`, code: null, stats };
  return stats.size > limit ? tooLarge(stats, limit) : null;
}

function tooLarge(stats: Stats, limit: number): NotRead {
  return { reason: `larger than ${sizeText(limit)}, not read`, code: null, stats };
}

function sizeText(bytes: number): string {
  return bytes >= 1024 * 1024 ? `${bytes / 1024 / 1024} MB` : `${bytes / 1024} kB`;
}

/** Where it leads is judged first, then what it is, then why it may not be read: permissions elsewhere change unseen. */
function notOpened(path: string, within: readonly string[] | undefined, error: unknown): NotRead | null {
  if (linksLeadOut(path, within)) return { reason: LEADS_OUT, code: null, stats: null };
  const code = errnoOf(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return null;
  const reason = error instanceof McError ? error.message : reasonOf(error);
  return (code === 'EACCES' ? otherKindAt(path) : null) ?? { reason, code, stats: null };
}

/** What is not a file is called what it is, also where it may not be opened. */
function otherKindAt(path: string): NotRead | null {
  try {
    const stats = statSync(path);
    return stats.isFile() ? null : { reason: `is ${kindOfFile(stats)}`, code: null, stats };
  } catch {
    return null;
  }
}

/** One read for a file that keeps its size; a file that grows meanwhile is read to its end, or null past the limit. */
async function readWhole(handle: FileHandle, size: number, limit: number): Promise<Buffer | null> {
  let buffer: Buffer = Buffer.allocUnsafe(size + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
    length += bytesRead;
    if (length > limit) return null;
    // Less than was asked for is not yet the end: only nothing is.
    if (bytesRead === 0) return buffer.subarray(0, length);
    if (length < buffer.length) continue;
    // The file is read anew: to copy 16 MB would hold up the event loop, and another read is done elsewhere.
    const { size: now } = await handle.stat();
    buffer = Buffer.allocUnsafe(grown(length, now, limit));
    length = 0;
  }
}

function readWholeSync(handle: number, size: number, limit: number): Buffer | null {
  let buffer: Buffer = Buffer.allocUnsafe(size + 1);
  let length = 0;
  for (;;) {
    const bytesRead = readSync(handle, buffer, length, buffer.length - length, length);
    length += bytesRead;
    if (length > limit) return null;
    if (bytesRead === 0) return buffer.subarray(0, length);
    if (length < buffer.length) continue;
    buffer = Buffer.allocUnsafe(grown(length, fstatSync(handle).size, limit));
    length = 0;
  }
}

/** Room for a file that was larger than it had said, and says now that it is of `size`. */
function grown(length: number, size: number, limit: number): number {
  return Math.min(Math.max(length * 2, size + 1), limit + 1);
}

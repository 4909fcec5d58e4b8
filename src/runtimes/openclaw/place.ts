import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { errnoOf, kindOfFile, reasonOf } from '../../base/index.js';
import { readLines } from '../read/lines.js';
import { ZstdUnpacker } from '../zstd.js';
import type { Budget } from './keep.js';
import { createLines, TOO_LONG } from './lines.js';
import { isSame, type Stamp, stampOfHandle } from './stamp.js';

/** How far a file is read. JSON-safe. */
export interface FilePlace {
  /** As it was when it was read last. */
  stamp: Stamp;
  /** After the last whole line, or inside one that is passed over. */
  offset: number;
  skipping: boolean;
  /** What its beginning was, as `length:hash`. */
  head: string;
  /** Nothing was left to read of it. */
  done: boolean;
}

/** How a file is read on. */
export interface FileReading {
  path: string;
  /** Packed files are read whole or not at all. */
  packed: boolean;
  /** Where an earlier read came to; null: nothing is read. */
  place: FilePlace | null;
  budget: Budget;
  /** It is another file than before, or was written anew: what its lines said is to be forgotten. */
  restart(): void;
  line: (line: Buffer) => void;
  warn: (reason: string) => void;
}

const LONGEST_LINE = 64 * 1024 * 1024;
const PACKED_BYTES = 256 * 1024 * 1024;
const HEAD_BYTES = 1024;
const CHUNK = 256 * 1024;
// A link that is put in a file's place is not followed, and a FIFO is not waited for.
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0) | (constants.O_NOFOLLOW ?? 0);

/** Reads a file on, until its last whole line or until the budget is used up. Null: it cannot be read now, which is said. */
export function readFileOn(reading: FileReading): FilePlace | null {
  let fd: number | undefined;
  try {
    fd = openSync(reading.path, READ);
    const stamp = stampOfHandle(fd);
    if (stamp === null) {
      reading.warn(`is ${kindOfFile(fstatSync(fd))}: it is not read`);
      return null;
    }
    return reading.packed ? readPacked(fd, stamp, reading) : readPlain(fd, stamp, reading);
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    if (errnoOf(error) !== 'ENOENT') reading.warn(reasonOf(error));
    return null;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Whether a file is read as it is now. */
export function isRead(place: FilePlace | null, stamp: Stamp): boolean {
  return place !== null && place.done && isSame(place.stamp, stamp);
}

function readPlain(fd: number, stamp: Stamp, reading: FileReading): FilePlace {
  const { place, budget } = reading;
  const goesOn =
    place !== null &&
    place.stamp.dev === stamp.dev &&
    place.stamp.ino === stamp.ino &&
    stamp.size >= place.offset &&
    headOf(fd, Number.parseInt(place.head, 10)) === place.head;
  if (!goesOn) reading.restart();
  const from = goesOn ? { offset: place.offset, skipping: place.skipping } : { offset: 0, skipping: false };
  const read = readLines(fd, from, { longest: LONGEST_LINE, budget: budget.left }, reading.line);
  budget.left -= read.bytes;
  if (read.tooLong > 0) reading.warn(TOO_LONG);
  const head = headOf(fd, Math.min(HEAD_BYTES, read.offset));
  return { stamp, offset: read.offset, skipping: read.skipping, head, done: read.done };
}

function readPacked(fd: number, stamp: Stamp, reading: FileReading): FilePlace {
  reading.restart();
  const lines = createLines(reading.line, () => reading.warn(TOO_LONG));
  const unpacker = new ZstdUnpacker(PACKED_BYTES, (piece) => {
    reading.budget.left -= piece.length;
    lines.push(piece);
  });
  try {
    const chunk = Buffer.allocUnsafe(CHUNK);
    for (let offset = 0, count = -1; count !== 0; offset += count) {
      count = readSync(fd, chunk, 0, CHUNK, offset);
      unpacker.push(chunk.subarray(0, count));
    }
    unpacker.end();
    lines.end();
  } catch (error) {
    if (errnoOf(error) !== null) throw error;
    reading.warn(error instanceof Error ? error.message : 'cannot be unpacked');
  }
  return { stamp, offset: stamp.size, skipping: false, head: '', done: true };
}

/** The hash of the first bytes of a file, as `length:hash`. */
function headOf(fd: number, length: number): string {
  if (!(length > 0 && length <= HEAD_BYTES)) return '0:';
  const bytes = Buffer.alloc(length);
  const count = readSync(fd, bytes, 0, length, 0);
  return `${length}:${createHash('sha256').update(bytes.subarray(0, count)).digest('base64url').slice(0, 22)}`;
}

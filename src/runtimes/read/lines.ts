import { readSync } from 'node:fs';

/** Where reading of a file has come to. */
export interface LinePlace {
  /** After the last whole line, or inside one that is passed over. */
  offset: number;
  /** Inside a line that is longer than the longest: it is passed over to its end. */
  skipping: boolean;
}

export interface LineBounds {
  /** The longest line that is read, in bytes. */
  longest: number;
  /** After so many bytes reading stops, behind the line that it is in. */
  budget: number;
}

/** What was read. */
export interface LinesRead extends LinePlace {
  /** Bytes that were taken from the file. */
  bytes: number;
  /** Lines that were longer than the longest. */
  tooLong: number;
  /** Nothing is left but a line that has no end yet. */
  done: boolean;
}

/** Most lines are shorter than this by far. */
const CHUNK = 1024 * 1024;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

let spare: Buffer | null = null;

/**
 * Gives the whole lines of an open file from a place on, without their ends, a byte order mark and blank ones. A last line without an
 * end waits: it is not given, and the place stays before it.
 * @param onLine its buffer is good until it returns
 */
export function readLines(fd: number, place: LinePlace, bounds: LineBounds, onLine: (line: Buffer) => void): LinesRead {
  let buffer = spare ?? Buffer.allocUnsafe(CHUNK);
  spare = null;
  const read: LinesRead = { ...place, bytes: 0, tooLong: 0, done: false };
  /** What of the buffer is filled, and how much of that was searched for an end. */
  let filled = 0;
  let searched = 0;
  for (;;) {
    if (filled === buffer.length) buffer = grown(buffer, filled);
    const count = readSync(fd, buffer, filled, buffer.length - filled, read.offset + filled);
    read.bytes += count;
    filled += count;
    let start = 0;
    // What lies behind is of an earlier read.
    const full = buffer.subarray(0, filled);
    for (let end = full.indexOf(NEWLINE, searched); end !== -1; end = full.indexOf(NEWLINE, start)) {
      if (read.skipping) read.skipping = false;
      else if (end - start > bounds.longest) read.tooLong++;
      else giveLine(buffer.subarray(start, end), read.offset === 0 && start === 0, onLine);
      start = end + 1;
    }
    read.offset += start;
    buffer.copyWithin(0, start, filled);
    filled -= start;
    searched = filled;
    if (read.skipping || filled > bounds.longest) {
      // What of it was read is forgotten, but not where it is: the rest is passed over to its end.
      if (!read.skipping) read.tooLong++;
      read.skipping = true;
      read.offset += filled;
      filled = 0;
      searched = 0;
    }
    if (count === 0) read.done = true;
    if (count === 0 || (read.bytes >= bounds.budget && (start > 0 || read.skipping))) break;
  }
  if (buffer.length === CHUNK) spare = buffer;
  return read;
}

function grown(buffer: Buffer, filled: number): Buffer {
  const larger = Buffer.allocUnsafe(buffer.length * 2);
  buffer.copy(larger, 0, 0, filled);
  return larger;
}

/** A line without what is not of it; nothing when nothing is left. */
export function giveLine(line: Buffer, isFirst: boolean, onLine: (line: Buffer) => void): void {
  const from = isFirst && line.subarray(0, BOM.length).equals(BOM) ? BOM.length : 0;
  const to = line.at(-1) === RETURN ? line.length - 1 : line.length;
  const text = line.subarray(from, Math.max(from, to));
  if (!isBlank(text)) onLine(text);
}

function isBlank(line: Buffer): boolean {
  for (const byte of line) if (byte !== 0x20 && byte !== 0x09 && byte !== RETURN) return false;
  return true;
}

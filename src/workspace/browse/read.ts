import type { FileHandle } from 'node:fs/promises';
import { McError } from '../../base/index.js';
import type { FileAnswer } from '../../protocol/index.js';
import { isSealed } from './names.js';
import { type Browsed, openPlace } from './place.js';
import { refusedPath } from './path.js';

/** The most that is read of a file at once, in bytes. */
export const MAX_PART_BYTES = 1024 * 1024;

/** A part of a file, in bytes. */
export interface PartRequest {
  offset: number;
  length: number;
}

/**
 * Reads a part of a file, at most MAX_PART_BYTES. Text comes as text and ends with a whole character; everything else
 * comes as base64.
 * @throws McError `file.refused` (also for what is not a regular file), `file.not_found` (also for a directory)
 */
export async function readPart(browsed: Browsed, path: string, part: PartRequest): Promise<FileAnswer> {
  const place = await openPlace(browsed, path);
  if (place === null) throw notFound();
  const { handle, stats, names } = place;
  try {
    if (stats.isDirectory()) throw notFound();
    if (!stats.isFile() || isSealed(names)) throw refusedPath();
    const { offset } = part;
    const bytes = await readBetween(handle, offset, Math.min(part.length, MAX_PART_BYTES), stats.size);
    // The file may have grown since it was looked at.
    const size = bytes.length === 0 ? stats.size : Math.max(stats.size, offset + bytes.length);
    const { content, encoding, length } = contentOf(bytes, offset + bytes.length < size);
    return { path, content, encoding, size, offset, length, truncated: offset + length < size };
  } finally {
    await handle.close();
  }
}

/** As much room as the file needs, and one byte more: a read that does not fill it has come to the end. */
async function readBetween(handle: FileHandle, offset: number, length: number, size: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(Math.min(length, Math.max(0, size - offset) + 1));
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, offset + filled);
    filled += bytesRead;
    if (bytesRead === 0 || offset + filled === size) break;
  }
  return buffer.subarray(0, filled);
}

/** `isCut`: the file goes on, so that the last character may have been cut in two; it is then left to the next part. */
function contentOf(bytes: Buffer, isCut: boolean): Pick<FileAnswer, 'content' | 'encoding' | 'length'> {
  const whole = isCut ? bytes.subarray(0, bytes.length - cutBytes(bytes)) : bytes;
  const text = whole.length === 0 && bytes.length > 0 ? null : textOf(whole);
  if (text !== null) return { content: text, encoding: 'utf-8', length: whole.length };
  return { content: bytes.toString('base64'), encoding: 'base64', length: bytes.length };
}

/** How many bytes at the end are the beginning of a character that goes on behind it. */
function cutBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < lengthBehind(byte) ? back : 0;
  }
  return 0;
}

/** Bytes of the character that begins with this one. */
function lengthBehind(first: number): number {
  if (first >= 0xf0) return 4;
  return first >= 0xe0 ? 3 : 2;
}

function textOf(bytes: Buffer): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function notFound(): McError {
  return new McError('file.not_found', 'File not found', { hint: 'GET /api/files/browse lists what is there' });
}

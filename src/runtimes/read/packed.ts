import { readSync } from 'node:fs';
import { ZstdUnpacker } from '../zstd.js';
import { giveLine } from './lines.js';

/** What an archive may unpack to, in bytes. */
const UNPACKED_BYTES = 256 * 1024 * 1024;
const CHUNK = 1024 * 1024;
const NEWLINE = 0x0a;

/** Gives the whole lines of an open file of zstd, from its beginning. @throws ZstdError when it is not whole or too large */
export function unpackLines(fd: number, onLine: (line: Buffer) => void): void {
  let rest: Buffer[] = [];
  let isFirst = true;
  const give = (line: Buffer): void => {
    giveLine(line, isFirst, onLine);
    isFirst = false;
  };
  const unpacker = new ZstdUnpacker(UNPACKED_BYTES, (piece) => {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      const line = bytes.subarray(start, end);
      give(rest.length === 0 ? line : Buffer.concat([...rest, line]));
      rest = [];
      start = end + 1;
    }
    // A copy: the piece is a part of memory that is filled anew.
    if (start < bytes.length) rest.push(Buffer.from(bytes.subarray(start)));
  });
  const chunk = Buffer.allocUnsafe(CHUNK);
  for (let at = 0; ; ) {
    const count = readSync(fd, chunk, 0, CHUNK, at);
    if (count === 0) break;
    at += count;
    unpacker.push(chunk.subarray(0, count));
  }
  unpacker.end();
  // Nobody writes on in an archive: its last line is whole.
  if (rest.length > 0) give(Buffer.concat(rest));
}

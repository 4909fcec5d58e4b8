import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';

/** Bytes of one archive that go into another as they are: where they lie, and where they are to lie. */
export interface Piece {
  from: number;
  to: number;
  length: number;
  /** The files in it, and what these are before deflating: for who watches. */
  files: number;
  bytes: number;
}

/** Pieces are put together up to so many bytes: small enough to be shared between threads. */
const MOST_BYTES = 8 * 1024 * 1024;
const BUFFER_BYTES = 1024 * 1024;

/** Puts together what follows each other on both sides. */
export function joinPieces(pieces: readonly Piece[]): Piece[] {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    const follows = last && last.from + last.length === piece.from && last.to + last.length === piece.to;
    if (!follows || last.length + piece.length > MOST_BYTES) joined.push({ ...piece });
    else {
      last.length += piece.length;
      last.files += piece.files;
      last.bytes += piece.bytes;
    }
  }
  return joined;
}

/** Reads a piece from where it was copied to, as far as the file goes. Gives way to other work in between. */
export async function readPiece(
  target: string,
  { to, length }: Piece,
  take: (bytes: Uint8Array) => void,
): Promise<void> {
  const input = openSync(target, 'r');
  try {
    const buffer = Buffer.allocUnsafe(Math.min(BUFFER_BYTES, length));
    for (let done = 0; done < length; ) {
      const count = readSync(input, buffer, 0, Math.min(buffer.length, length - done), to + done);
      if (count === 0) return;
      take(buffer.subarray(0, count));
      done += count;
      await turn();
    }
  } finally {
    closeSync(input);
  }
}

/** Copies a piece from file to file. Where the source has ended it stops: who reads the target back will find it out. */
export function copyPiece(source: string, target: string, { from, to, length }: Piece): void {
  const input = openSync(source, 'r');
  try {
    const output = openSync(target, 'r+');
    try {
      const buffer = Buffer.allocUnsafe(Math.min(BUFFER_BYTES, length));
      for (let done = 0; done < length; ) {
        const count = readSync(input, buffer, 0, Math.min(buffer.length, length - done), from + done);
        if (count === 0) return;
        writeFully(output, buffer.subarray(0, count), to + done);
        done += count;
      }
    } finally {
      closeSync(output);
    }
  } finally {
    closeSync(input);
  }
}

/** Writes all of the bytes at a position. */
export function writeFully(handle: number, bytes: Uint8Array, position: number): void {
  let done = 0;
  while (done < bytes.length) done += writeSync(handle, bytes, done, bytes.length - done, position + done);
}

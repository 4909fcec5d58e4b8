import { createHash } from 'node:crypto';
import { constants, gzipSync, type ZlibOptions } from 'node:zlib';

/**
 * How the archive is deflated: as small as `gzip -6` makes it, because a member holds files of one kind, in two thirds of
 * the time. More memory makes fewer blocks, and each of them costs a table.
 */
const CLOSELY: ZlibOptions = { level: 5, memLevel: 9 };
/** For what does not deflate: only the zeroes in the headers and the padding of tar are looked for, three times as fast. */
const BARELY: ZlibOptions = { level: 1, memLevel: 9, strategy: constants.Z_RLE };
/** For what is mostly hashes. */
export const QUICKLY: ZlibOptions = { level: 3 };
/** Each byte by itself: never smaller than an eighth. */
export const LOOSELY: ZlibOptions = { level: 1, strategy: constants.Z_HUFFMAN_ONLY };
const SAMPLE_BYTES = 4 * 1024;
/** A result is made in pieces of half of what goes in, between these: nearly always in one, which need not be put together. */
const PIECE_BYTES = { least: 64 * 1024, most: 512 * 1024 };

/** A gzip member, not yet in an archive. */
export interface PackedMember {
  bytes: Uint8Array;
  /** Bytes before deflating. */
  size: number;
  sha256: string;
}

/** What became of one file of a batch. */
export type PackedFile =
  | {
      outcome: 'packed';
      size: number;
      mode: number;
      mtimeMs: number;
      sha256: string;
      identity: string | null;
      changed: boolean;
    }
  | { outcome: 'vanished' | 'unreadable'; reason: string }
  /** Not packed here: it needs an online copy, or it has become large. */
  | { outcome: 'database' | 'large' };

export interface PackedBatch {
  member: PackedMember | null;
  /** In the order of the batch. */
  files: PackedFile[];
}

/** Deflates tar bytes into a gzip member of their own. What does not deflate (pictures, archives) is not tried hard. */
export function deflate(bytes: Uint8Array, how: ZlibOptions = isDense(bytes) ? BARELY : CLOSELY): PackedMember {
  const chunkSize = Math.min(PIECE_BYTES.most, Math.max(PIECE_BYTES.least, Math.ceil(bytes.length / 2)));
  const packed = gzipSync(bytes, { ...how, chunkSize });
  return { bytes: packed, size: bytes.length, sha256: sha256Of(packed) };
}

/** Whether a sample from the middle hardly deflates. */
function isDense(bytes: Uint8Array): boolean {
  if (bytes.length < 8 * SAMPLE_BYTES) return false;
  const middle = Math.floor(bytes.length / 2);
  const sample = bytes.subarray(middle, middle + SAMPLE_BYTES);
  return gzipSync(sample, { level: 1 }).length > 0.97 * SAMPLE_BYTES;
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

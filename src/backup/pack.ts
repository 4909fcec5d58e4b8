import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { errnoOf } from '../base/index.js';
import { encodeHead, paddingOf } from './archive/entry.js';
import type { OpenedFile, OpenFile } from './source.js';
import { beginsLikeDatabase, identityOf, type WalkedEntry } from './walk.js';

/** Files above this many bytes are packed alone, in parts. */
export const LARGE_FILE = 4 * 1024 * 1024;
const ATTEMPTS = 3;

/** How closely the archive is deflated. Above 7 time doubles for a percent. */
const LEVEL = 7;
const SAMPLE_BYTES = 16 * 1024;

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

/** Reads, hashes, packs and deflates a batch of small files: one gzip member of whole tar entries. */
export function packBatch(root: string, batch: WalkedEntry[], open: OpenFile): PackedBatch {
  const blocks: Buffer[] = [];
  const files = batch.map((entry) => packFile(root, entry, open, blocks));
  return { member: blocks.length === 0 ? null : deflate(Buffer.concat(blocks)), files };
}

/** Deflates tar bytes into a gzip member of their own. What does not deflate (pictures, archives) is not tried hard. */
export function deflate(bytes: Uint8Array, level: number = isDense(bytes) ? 1 : LEVEL): PackedMember {
  const packed = gzipSync(bytes, { level });
  return { bytes: packed, size: bytes.length, sha256: sha256Of(packed) };
}

/** Whether a sample from the middle hardly deflates. */
function isDense(bytes: Uint8Array): boolean {
  if (bytes.length < 4 * SAMPLE_BYTES) return false;
  const middle = Math.floor(bytes.length / 2);
  const sample = bytes.subarray(middle, middle + SAMPLE_BYTES);
  return gzipSync(sample, { level: 1 }).length > 0.97 * SAMPLE_BYTES;
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * The identity under which a later backup may take over these bytes unread; null while a write in the same tick of the
 * file system's clock could go unseen.
 */
export function safeIdentity(stat: ReturnType<OpenedFile['stat']>, readAtMs: number): string | null {
  const latest = stat.ctimeNs > stat.mtimeNs ? stat.ctimeNs : stat.mtimeNs;
  // File systems that keep whole seconds show them in both times.
  const coarse = stat.ctimeNs % 1_000_000_000n === 0n && stat.mtimeNs % 1_000_000_000n === 0n;
  const tickMs = coarse ? 2000 : 50;
  return Number(latest / 1_000_000n) + tickMs < readAtMs ? identityOf(stat) : null;
}

function packFile(root: string, entry: WalkedEntry, open: OpenFile, blocks: Buffer[]): PackedFile {
  let file: OpenedFile | undefined;
  try {
    file = open(join(root, entry.path));
    return readAndPack(entry, file, blocks);
  } catch (error) {
    const reason = errnoOf(error) ?? String(error);
    // ELOOP: a link has taken the file's place since the walk, so the file is gone.
    return { outcome: reason === 'ENOENT' || reason === 'ELOOP' ? 'vanished' : 'unreadable', reason };
  } finally {
    file?.close();
  }
}

function readAndPack(entry: WalkedEntry, file: OpenedFile, blocks: Buffer[]): PackedFile {
  let changed = true;
  let body = Buffer.alloc(0);
  let stat = file.stat();
  let readAt = 0;
  for (let attempt = 0; attempt < ATTEMPTS && changed; attempt += 1) {
    if (!stat.isFile()) return { outcome: 'vanished', reason: 'it is no file any more' };
    if (stat.size > LARGE_FILE) return { outcome: 'large' };
    readAt = Date.now();
    const buffer = Buffer.allocUnsafe(Number(stat.size));
    body = buffer.subarray(0, file.read(buffer, 0));
    const after = file.stat();
    changed = isChanged(stat, after) || body.length !== Number(stat.size);
    stat = after;
  }
  if (beginsLikeDatabase(body)) return { outcome: 'database' };
  const mode = Number(stat.mode) & 0o7777;
  const mtimeMs = Number(stat.mtimeNs / 1_000_000n);
  blocks.push(encodeHead({ ...entry, size: body.length, mode, mtimeMs }), body, Buffer.alloc(paddingOf(body.length)));
  return {
    outcome: 'packed',
    size: body.length,
    mode,
    mtimeMs,
    sha256: sha256Of(body),
    identity: changed ? null : safeIdentity(stat, readAt),
    changed,
  };
}

/** Whether a file was written between two looks at it. */
export function isChanged(before: ReturnType<OpenedFile['stat']>, after: ReturnType<OpenedFile['stat']>): boolean {
  return before.size !== after.size || before.mtimeNs !== after.mtimeNs || before.ino !== after.ino;
}

import { join } from 'node:path';
import { errnoOf, isWithin, LEADS_OUT } from '../../base/index.js';
import { encodeHead } from '../archive/entry.js';
import { deflate, type PackedBatch, type PackedFile, sha256Of } from '../archive/member.js';
import { TarBuffer } from '../archive/tar-buffer.js';
import type { OpenedFile, OpenFile } from '../tree/source.js';
import { beginsLikeDatabase } from '../tree/sqlite-files.js';
import { identityOf, timeOf, type WalkedEntry } from '../tree/entry.js';

/** Files above this many bytes are packed alone, in parts. */
export const LARGE_FILE = 4 * 1024 * 1024;
const ATTEMPTS = 3;

/** Reads, hashes, packs and deflates a batch of small files: one gzip member of whole tar entries. */
export function packBatch(root: string, roots: readonly string[], batch: WalkedEntry[], open: OpenFile): PackedBatch {
  const tar = new TarBuffer();
  const files = batch.map((entry) => packFile({ root, roots, open, tar }, entry));
  return { member: tar.bytes.length === 0 ? null : deflate(tar.bytes), files };
}

/**
 * The identity under which a later backup may take over these bytes unread; null while a write in the same tick of the
 * file system's clock could go unseen.
 */
export function safeIdentity(stat: ReturnType<OpenedFile['stat']>, readAtMs: number): string | null {
  // Any process may set mtime to a time that is still to come; a write moves ctime as well.
  const set = Number(stat.mtimeNs / 1_000_000n) > readAtMs;
  const latest = stat.ctimeNs > stat.mtimeNs || set ? stat.ctimeNs : stat.mtimeNs;
  // File systems that keep whole seconds show them in both times.
  const coarse = stat.ctimeNs % 1_000_000_000n === 0n && stat.mtimeNs % 1_000_000_000n === 0n;
  const tickMs = coarse ? 2000 : 50;
  return Number(latest / 1_000_000n) + tickMs < readAtMs ? identityOf(stat) : null;
}

/** Where a batch comes from, and where it goes. */
interface Batch {
  root: string;
  roots: readonly string[];
  open: OpenFile;
  tar: TarBuffer;
}

function packFile({ root, roots, open, tar }: Batch, entry: WalkedEntry): PackedFile {
  let file: OpenedFile | undefined;
  try {
    file = open(join(root, entry.path));
    if (!isWithin(file.real(), roots)) return { outcome: 'unreadable', reason: LEADS_OUT };
    return readAndPack(entry, file, tar);
  } catch (error) {
    const reason = errnoOf(error) ?? String(error);
    // ELOOP: a link has taken the file's place since the walk, so the file is gone.
    return { outcome: reason === 'ENOENT' || reason === 'ELOOP' ? 'vanished' : 'unreadable', reason };
  } finally {
    file?.close();
  }
}

function readAndPack(entry: WalkedEntry, file: OpenedFile, tar: TarBuffer): PackedFile {
  let changed = true;
  let body: Buffer = Buffer.alloc(0);
  let stat = file.stat();
  let readAt = 0;
  for (let attempt = 0; attempt < ATTEMPTS && changed; attempt += 1) {
    if (!stat.isFile()) return { outcome: 'vanished', reason: 'it is not a file any more' };
    if (stat.size > LARGE_FILE) return { outcome: 'large' };
    readAt = Date.now();
    const buffer = tar.room(Number(stat.size));
    body = buffer.subarray(0, file.read(buffer, 0));
    const after = file.stat();
    changed = isChanged(stat, after) || body.length !== Number(stat.size);
    stat = after;
  }
  if (beginsLikeDatabase(body)) return { outcome: 'database' };
  const mode = Number(stat.mode) & 0o7777;
  const mtimeMs = timeOf(stat);
  const sha256 = sha256Of(body);
  tar.add(encodeHead({ ...entry, size: body.length, mode, mtimeMs }), body.length);
  return {
    outcome: 'packed',
    size: body.length,
    mode,
    mtimeMs,
    sha256,
    identity: changed ? null : safeIdentity(stat, readAt),
    changed,
  };
}

/** Whether a file was written between two looks at it. */
export function isChanged(before: ReturnType<OpenedFile['stat']>, after: ReturnType<OpenedFile['stat']>): boolean {
  return before.size !== after.size || before.mtimeNs !== after.mtimeNs || before.ino !== after.ino;
}

import { createHash } from 'node:crypto';
import { errnoOf, isWithin, LEADS_OUT } from '../../base/index.js';
import { type Contents, manifestFile } from '../archive/contents.js';
import { encodeHead, paddingOf } from '../archive/entry.js';
import { isChanged, LARGE_FILE, safeIdentity } from './batch.js';
import { type PackedFile, type PackedMember } from '../archive/member.js';
import type { Pool } from '../archive/pool.js';
import type { OpenedFile, OpenFile } from '../tree/source.js';
import { beginsLikeDatabase } from '../tree/sqlite-files.js';
import { timeOf, type WalkedEntry } from '../tree/entry.js';

export interface LargeFile {
  entry: WalkedEntry;
  /** Where its bytes are read from: the file itself, or a copy of it. */
  from: string;
  /** Absent: the file's own bytes. `copy`: those of a database's consistent copy. `raw`: a database's own, or its log's. */
  as?: 'copy' | 'raw';
  /** The real directories in which `from` must lie; absent: anywhere. */
  within?: readonly string[];
  /** Of the database that was copied, where that is safe to say. */
  identity?: string | null;
}

/** What a large file is packed with, and into. */
export interface LargeTools {
  contents: Contents;
  pool: Pool;
  open: OpenFile;
  onBytes: (bytes: number) => void;
}

const ATTEMPTS = 3;

/**
 * Packs one file in parts of constant size: read and hashed here in order, deflated side by side. A file that changes
 * meanwhile is begun again, at most three times. Returns what became of it.
 */
export async function packLarge(large: LargeFile, tools: LargeTools): Promise<PackedFile['outcome']> {
  const { contents, open } = tools;
  const mark = contents.mark();
  for (let attempt = 1; ; attempt += 1) {
    let file: OpenedFile | undefined;
    try {
      file = open(large.from);
      if (!isWithin(file.real(), large.within)) {
        contents.problem(large.entry.path, 'unreadable', LEADS_OUT);
        return 'unreadable';
      }
      const outcome = await packOnce(large, file, tools, attempt === ATTEMPTS);
      if (outcome !== 'again') return outcome;
      contents.rewind(mark);
    } catch (error) {
      const reason = errnoOf(error);
      // What concerns the archive (a full disk) is not the file's fault.
      if (reason === null || reason === 'ENOSPC' || reason === 'EDQUOT') throw error;
      contents.rewind(mark);
      const outcome = reason === 'ENOENT' || reason === 'ELOOP' ? 'vanished' : 'unreadable';
      contents.problem(large.entry.path, outcome, reason);
      return outcome;
    } finally {
      file?.close();
    }
  }
}

async function packOnce(
  large: LargeFile,
  file: OpenedFile,
  { contents, pool, onBytes }: LargeTools,
  last: boolean,
): Promise<PackedFile['outcome'] | 'again'> {
  const before = file.stat();
  if (!before.isFile()) {
    contents.problem(large.entry.path, 'vanished', 'it is not a file any more');
    return 'vanished';
  }
  const isCopy = large.as === 'copy';
  const readAt = Date.now();
  const size = Number(before.size);
  if (large.as === undefined && startsDatabase(file)) return 'database';
  const entry = isCopy ? large.entry : { ...large.entry, mode: Number(before.mode) & 0o7777 };
  const mtimeMs = isCopy ? entry.mtimeMs : timeOf(before);
  const hash = createHash('sha256');
  const waiting: Promise<PackedMember>[] = [];
  const ready: PackedMember[] = [];
  // The parts of a hole are all alike.
  let hole: Promise<PackedMember> | null = null;
  const zeroes = () => (hole ??= pool.deflate(new Uint8Array(new ArrayBuffer(LARGE_FILE))));
  let short = false;
  let begun = false;
  const append = () => {
    for (const member of ready.splice(0)) {
      contents.append(member, begun ? [] : [manifestFile(entry)]);
      begun = true;
    }
  };
  try {
    for (const part of partsOf(encodeHead({ ...entry, size, mtimeMs }), size)) {
      const body = part.bytes.subarray(part.from, part.from + part.length);
      short = file.read(body, part.position) < part.length || short;
      hash.update(body);
      onBytes(part.length);
      waiting.push(large.entry.hole !== undefined && isZero(part) ? zeroes() : pool.deflate(part.bytes));
      if (waiting.length > pool.width) await takeFirst(waiting, ready);
      append();
    }
    while (waiting.length > 0) await takeFirst(waiting, ready);
    append();
  } finally {
    await Promise.allSettled(waiting);
  }
  const changed = short || isChanged(before, file.stat());
  if (changed && !last) return 'again';
  const own = isCopy ? (large.identity ?? null) : safeIdentity(before, readAt);
  const identity = changed ? null : own;
  const packed = {
    outcome: 'packed',
    size,
    mode: entry.mode,
    mtimeMs,
    sha256: hash.digest('hex'),
    identity,
    changed,
  } as const;
  contents.files[contents.files.length - 1] = {
    ...manifestFile(entry, packed),
    ...(isCopy && { database: true }),
  };
  if (changed) contents.problem(entry.path, 'changed_while_read', 'it was being written during every reading');
  return 'packed';
}

interface Part {
  bytes: Uint8Array<ArrayBuffer>;
  /** Where in `bytes` the file's own bytes begin, how many they are, and where they stand in the file. */
  from: number;
  length: number;
  position: number;
}

/** Zeroed buffers for a file's parts, the header already in the first, room for the padding in the last. */
function* partsOf(head: Buffer, size: number): Generator<Part> {
  for (let position = 0; position === 0 || position < size; position += LARGE_FILE) {
    const length = Math.min(LARGE_FILE, size - position);
    const from = position === 0 ? head.length : 0;
    const padding = position + length >= size ? paddingOf(size) : 0;
    const bytes = new Uint8Array(new ArrayBuffer(from + length + padding));
    if (position === 0) bytes.set(head);
    yield { bytes, from, length, position };
  }
}

const ZEROES = Buffer.alloc(64 * 1024);

/** A whole part of zeroes, with nothing before or behind them. */
function isZero({ bytes }: Part): boolean {
  if (bytes.length !== LARGE_FILE) return false;
  for (let from = 0; from < bytes.length; from += ZEROES.length) {
    if (ZEROES.compare(bytes, from, from + ZEROES.length) !== 0) return false;
  }
  return true;
}

async function takeFirst(waiting: Promise<PackedMember>[], ready: PackedMember[]): Promise<void> {
  const member = await waiting[0];
  void waiting.shift();
  if (member) ready.push(member);
}

function startsDatabase(file: OpenedFile): boolean {
  const head = Buffer.alloc(16);
  return file.read(head, 0) === head.length && beginsLikeDatabase(head);
}

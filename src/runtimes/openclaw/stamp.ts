import { type BigIntStats, lstatSync } from 'node:fs';

/** What tells that a file is the same as before. Absent files have one too. */
export interface Stamp {
  dev: string;
  ino: string;
  size: number;
  /** Nanoseconds since the epoch, as text. */
  mtime: string;
  mtimeMs: number;
}

/** Files that were written so lately may be written again within the same tick of the file system's clock. */
const RACY_MS = 2_000;

/** The stamp of a regular file; null: there is none, or something else stands there. Links are not followed. */
export function stampOf(path: string): Stamp | null {
  let stats: BigIntStats | undefined;
  try {
    stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    return null;
  }
  if (!stats?.isFile()) return null;
  const { dev, ino, size, mtimeNs, mtimeMs } = stats;
  return { dev: `${dev}`, ino: `${ino}`, size: Number(size), mtime: `${mtimeNs}`, mtimeMs: Number(mtimeMs) };
}

/** Whether both say the same of the same file. */
export function isSame(one: Stamp | null, other: Stamp | null): boolean {
  if (one === null || other === null) return one === other;
  return one.ino === other.ino && one.dev === other.dev && one.size === other.size && one.mtime === other.mtime;
}

/** Whether a file may have changed since its stamp was taken without a sign of it. */
export function isRacy(stamp: Stamp | null, now: number): boolean {
  return stamp !== null && Math.abs(now - stamp.mtimeMs) < RACY_MS;
}

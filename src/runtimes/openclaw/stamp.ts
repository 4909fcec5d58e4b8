import { type BigIntStats, fstatSync, lstatSync } from 'node:fs';

/** What tells that a file is the same as before. JSON-safe. */
export interface Stamp {
  dev: string;
  ino: string;
  size: number;
  /** Nanoseconds since the epoch. */
  mtime: string;
}

/** Files that were written so lately may be written again within the same tick of the file system's clock. */
const RACY_MS = 2_000;

/** The stamp of a regular file; null: there is none, or something else stands there. Links are not followed. */
export function stampOf(path: string): Stamp | null {
  try {
    return stampFrom(lstatSync(path, { bigint: true, throwIfNoEntry: false }));
  } catch {
    return null;
  }
}

/** The stamp of an open file; null: it is not a regular one. @throws the system's error */
export function stampOfHandle(fd: number): Stamp | null {
  return stampFrom(fstatSync(fd, { bigint: true }));
}

/** Whether both say the same of the same file, or of none. */
export function isSame(one: Stamp | null, other: Stamp | null): boolean {
  if (one === null || other === null) return one === other;
  return one.ino === other.ino && one.dev === other.dev && one.size === other.size && one.mtime === other.mtime;
}

/** When it was written to, in milliseconds since the epoch. */
export function writtenAt({ mtime }: Stamp): number {
  return Number(BigInt(mtime) / 1_000_000n);
}

/** Whether a file may have changed since its stamp was taken without a sign of it. */
export function isRacy(stamp: Stamp | null, now: number): boolean {
  return stamp !== null && Math.abs(now - writtenAt(stamp)) < RACY_MS;
}

function stampFrom(stats: BigIntStats | undefined): Stamp | null {
  if (!stats?.isFile()) return null;
  return { dev: `${stats.dev}`, ino: `${stats.ino}`, size: Number(stats.size), mtime: `${stats.mtimeNs}` };
}

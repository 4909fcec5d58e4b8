import {
  type Around,
  type DatabaseStamp,
  databaseStampOf,
  NotReadable,
  openDatabase,
  type ReadDatabase,
} from './sqlite.js';
import { isRacy, isSame } from './stamp.js';

/** A database that is opened when it changed, and only then. */
export interface WatchedDatabase {
  readonly path: string;
  /** Bytes of it and of its log; null: it is not there. */
  size(): number | null;
  /**
   * Gives the open database to `work` when it changed since the last time, or when there was more to do or it failed then.
   * @param force whether to do so in any case
   * @param work whether it is done: if not, it is asked again the next time
   * @returns why it could not be read; null: nothing is wrong
   */
  look(now: number, around: Around, force: boolean, work: (database: ReadDatabase) => boolean): string | null;
  /** Whether the last look left something undone. */
  more(): boolean;
  close(): void;
}

/** A database that cannot be read is tried again when it changes, and so often. */
const RETRY_MS = 30_000;
/** A large one that changes all the time and must be copied to be read is copied no faster than this, in bytes per millisecond. */
const COPIED_PER_MS = 20_000;
const LARGE_BYTES = 16 * 1024 * 1024;
/** A clock that was set back does not make a copy wait longer than this. */
const MOST_WAIT_MS = 300_000;

export function watchDatabase(path: string): WatchedDatabase {
  let stamp: DatabaseStamp = { main: null, wal: null };
  let racy = false;
  let more = true;
  let failed: { problem: string; at: number } | null = null;
  /** A copy stays open while there is more to read in it: to copy it for every slice would cost too much. */
  let held: ReadDatabase | null = null;
  /** When it may be copied again. */
  let copyFrom = Number.NEGATIVE_INFINITY;
  const release = () => {
    held?.close();
    held = null;
  };

  return {
    path,
    size() {
      const { main, wal } = databaseStampOf(path);
      return main === null ? null : main.size + (wal?.size ?? 0);
    },
    more: () => more && failed === null,
    close: release,
    look(now, around, force, work) {
      const current = databaseStampOf(path);
      const changed = !isSame(current.main, stamp.main) || !isSame(current.wal, stamp.wal);
      const retry = failed !== null && Math.abs(now - failed.at) >= RETRY_MS;
      if (!changed && !racy && !force && (failed === null ? !more : !retry)) return failed?.problem ?? null;
      const early = now < copyFrom && copyFrom - now < MOST_WAIT_MS;
      if (early && held === null) return failed?.problem ?? null;
      if (!early) {
        if (changed) release();
        stamp = current;
        racy = isRacy(current.main, now) || isRacy(current.wal, now);
      }
      failed = null;
      if (current.main === null) {
        release();
        more = false;
        return null;
      }
      try {
        held ??= openDatabase(path, around);
        if (held.isCopy && !early) copyFrom = now + waitFor(current);
        more = !work(held);
        if (!more || !held.isCopy) release();
      } catch (error) {
        release();
        if (!(error instanceof NotReadable)) throw error;
        more = true;
        failed = { problem: error.message, at: now };
      }
      return failed?.problem ?? null;
    },
  };
}

/** How long it is before a database that was copied just now is copied again, in milliseconds. */
function waitFor({ main, wal }: DatabaseStamp): number {
  const bytes = (main?.size ?? 0) + (wal?.size ?? 0);
  return bytes < LARGE_BYTES ? 0 : bytes / COPIED_PER_MS;
}

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

export function watchDatabase(path: string): WatchedDatabase {
  let stamp: DatabaseStamp = { main: null, wal: null };
  let racy = false;
  let more = true;
  let failed: { problem: string; at: number } | null = null;
  /** A copy stays open while there is more to read in it: to copy it for every slice would cost too much. */
  let held: ReadDatabase | null = null;
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
      if (changed) release();
      stamp = current;
      racy = isRacy(current.main, now) || isRacy(current.wal, now);
      failed = null;
      if (current.main === null) {
        more = false;
        return null;
      }
      try {
        held ??= openDatabase(path, around);
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

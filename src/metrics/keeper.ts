import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import type { Stats } from 'node:fs';
import { type Clock, makeDirectory, monotonicNow, sameFile } from '../base/index.js';
import { freeName } from './store/aside.js';
import { isHeld, openWriter } from './store/database.js';
import { createDeletionGuard, type DeletionGuard } from './store/deletion.js';
import type { MetricsThread } from './thread.js';
import { writeCopy } from './store/old-copy.js';
import { COMPANIONS, fileAt, isTaken, rootsAround } from './store/place.js';
import { giveUp, type Notice, prepareDatabase, preparesLong } from './store/prepare.js';
import { type Retention, retire } from './store/retention.js';
import { rollUp } from './store/rollup.js';
import { createStore, type Store } from './store/store.js';

/** Holds the database open and in order: prepares it, replaces a damaged one, rolls up, retires, checkpoints. */
export interface Keeper {
  /** The open store. Another one after `replace`. */
  store(): Store;
  open(): Promise<Notice[]>;
  /** Sets the database aside of which this error says that it cannot be used, and begins a new one. */
  replace(error: unknown): Promise<Notice[]>;
  /** True when the file that was opened no longer lies under its name: what is written would be lost at the end. */
  isDisplaced(): boolean;
  /** Writes what is held under its name again, or beside it where another file has been put there, and opens that. */
  reclaim(): Promise<Notice[]>;
  /** What has to be done now and then; asked after each collection, returns when nothing is left. */
  maintain(t: number): Promise<void>;
  /** Why nothing was deleted for its age at the last maintenance, as words that end a sentence; null: it was. */
  heldBecause(): string | null;
  close(): Promise<void>;
}

const CHECKPOINT_BYTES = 4 * 1024 * 1024;
const RETIRE_EVERY_MS = 3_600_000;

export interface KeeperOptions {
  /** Of the database. */
  path: string;
  retention: Retention;
  clock: Clock;
  thread: MetricsThread;
  monotonic?: () => number;
}

export function createKeeper({ path, retention, clock, thread, monotonic = monotonicNow }: KeeperOptions): Keeper {
  const atStart = rootsAround(path);
  const roots = atStart.length > 0 ? atStart : undefined;
  const guard: DeletionGuard = createDeletionGuard({ now: () => clock.now(), monotonic });
  let store: Store | null = null;
  let opened: Stats | null = null;
  let maintaining: Promise<void> | null = null;
  let retiredAt: number | null = null;
  let held: string | null = null;
  let closing = false;

  const current = (): Store => {
    if (!store) throw new Error('the metrics database is not open');
    return store;
  };
  const use = () => {
    // A server must not wait: what another program holds is written later.
    const db = openWriter(path, 0);
    try {
      store = createStore(db);
      store.observed();
      guard.begin(db);
    } catch (error) {
      store = null;
      db.close();
      throw error;
    }
    opened = fileAt(path);
  };
  const prepare = (now: number): Promise<Notice[]> =>
    preparesLong(path)
      ? thread.ask('prepare', { path, now, roots })
      : prepareDatabase(path, now, { roots, patience: 0 });
  const begin = async (): Promise<Notice[]> => {
    const now = clock.now();
    const notices = await prepare(now);
    try {
      use();
    } catch (error) {
      notices.push(await giveUp(path, now, error), ...(await prepare(now)));
      use();
    }
    return notices;
  };
  const tidy = async (t: number) => {
    const { db } = current();
    await rollUp(db, t, pause);
    const now = monotonic();
    if (retiredAt === null || now - retiredAt >= RETIRE_EVERY_MS) {
      retiredAt = now;
      held = guard.heldBecause(db, retention, t);
      if (held === null) await retire(db, retention, t, pause);
    }
    await pause();
  };
  /** Between two slices: others have their turn, and the log is kept short. False when it is time to stop. */
  const pause = async (): Promise<boolean> => {
    await breathe();
    if (!closing && sizeOf(`${path}-wal`) > CHECKPOINT_BYTES) await thread.ask('checkpoint', { path });
    return !closing;
  };
  const endMaintenance = async () => {
    closing = true;
    await maintaining?.catch(() => {});
    closing = false;
  };

  return {
    store: current,
    open: begin,
    async replace(error) {
      await endMaintenance();
      store?.db.close();
      store = null;
      return [await giveUp(path, clock.now(), error), ...(await begin())];
    },
    isDisplaced() {
      if (store === null || opened === null) return false;
      const now = fileAt(path);
      return now === null || !sameFile(now, opened);
    },
    async reclaim() {
      await endMaintenance();
      const now = clock.now();
      // Only in a workspace that is still there: one that is being removed must not come back.
      await makeDirectory(dirname(path), dirname(dirname(dirname(path))));
      const held = freeName(path, isTaken(path) ? 'replaced' : 'removed', now);
      await writeCopy(current().db, held);
      current().db.close();
      store = null;
      if (isTaken(path)) return [{ kind: 'replaced', path: held }, ...(await begin())];
      // A log of the file that is gone must not be taken for one of the file that comes, which holds all that was in it.
      for (const suffix of COMPANIONS) await rm(path + suffix, { force: true });
      await rename(held, path);
      return [{ kind: 'rewritten', path }, ...(await begin())];
    },
    async maintain(t) {
      if (maintaining) return maintaining;
      maintaining = tidy(t).finally(() => {
        maintaining = null;
      });
      return maintaining;
    },
    heldBecause: () => held,
    async close() {
      await endMaintenance();
      try {
        store?.close();
      } catch (error) {
        // The mark of an orderly stop cannot be written: the next start checks the file, that is all.
        if (!isHeld(error)) throw error;
      } finally {
        store = null;
      }
    },
  };
}

function sizeOf(path: string): number {
  return fileAt(path)?.size ?? 0;
}

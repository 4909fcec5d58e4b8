import { existsSync, statSync } from 'node:fs';
import { setImmediate as breathe } from 'node:timers/promises';
import type { Clock } from '../base/index.js';
import { setAside } from './aside.js';
import { openWriter } from './database.js';
import type { MetricsDesk } from './desk.js';
import { type Notice, prepareDatabase, preparesLong } from './prepare.js';
import { type Retention, retire } from './retention.js';
import { rollUp } from './rollup.js';
import { createStore, type Store } from './store.js';

/** Holds the database open and in order: prepares it, replaces a damaged one, rolls up, retires, checkpoints. */
export interface Keeper {
  /** The open store. Another one after `replace`. */
  store(): Store;
  open(): Promise<Notice[]>;
  /** Sets the database aside that was found damaged while in use, and begins a new one. */
  replace(): Promise<Notice[]>;
  /** What has to be done now and then; asked after each collection, returns when nothing is left. */
  maintain(t: number): Promise<void>;
  close(): Promise<void>;
}

const CHECKPOINT_BYTES = 4 * 1024 * 1024;
const RETIRE_EVERY_MS = 3_600_000;

export function createKeeper(path: string, retention: Retention, clock: Clock, desk: MetricsDesk): Keeper {
  let store: Store | null = null;
  let maintaining: Promise<void> | null = null;
  let retiredAt = Number.NEGATIVE_INFINITY;
  let closing = false;

  const current = (): Store => {
    if (!store) throw new Error('the metrics database is not open');
    return store;
  };
  const begin = async (): Promise<Notice[]> => {
    const now = clock.now();
    const notices = preparesLong(path) ? await desk.ask('prepare', { path, now }) : await prepareDatabase(path, now);
    store = createStore(openWriter(path));
    store.closeOpenIntervals();
    return notices;
  };
  const tidy = async (t: number) => {
    const { db } = current();
    await rollUp(db, t, pause);
    if (t - retiredAt >= RETIRE_EVERY_MS) {
      retiredAt = t;
      await retire(db, retention, t, pause);
    }
    await pause();
  };
  /** Between two slices: others have their turn, and the log is kept short. False when it is time to stop. */
  const pause = async (): Promise<boolean> => {
    await breathe();
    if (!closing && sizeOf(`${path}-wal`) > CHECKPOINT_BYTES) await desk.ask('checkpoint', { path });
    return !closing;
  };

  return {
    store: current,
    open: begin,
    async replace() {
      const now = clock.now();
      closing = true;
      await maintaining?.catch(() => {});
      closing = false;
      store?.db.close();
      store = null;
      const aside = await setAside(path, 'corrupt', now);
      return [{ kind: 'set_aside', reason: 'damaged', path: aside }, ...(await begin())];
    },
    async maintain(t) {
      if (maintaining) return maintaining;
      maintaining = tidy(t).finally(() => {
        maintaining = null;
      });
      return maintaining;
    },
    async close() {
      closing = true;
      await maintaining?.catch(() => {});
      closing = false;
      store?.close();
      store = null;
    },
  };
}

function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}

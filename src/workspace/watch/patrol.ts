import type { Ledger } from './ledger.js';
import { createPause } from './pause.js';
import type { Place } from './places.js';
import type { Tree } from './tree.js';

export interface PatrolOptions {
  tree: Tree;
  ledger: Ledger;
  isNative: () => boolean;
  /** This file is not as it was when it was last read. */
  report: (place: Place, name: string) => void;
  /** Between rounds where there are no watches, in milliseconds. */
  pollMs: number;
  /** A round went wrong; the next one comes all the same. */
  onError: (error: unknown) => void;
  /** Now and then, at each look at the clock. */
  onTick: () => void;
  /** Between rounds that only make sure that no watch missed anything, in milliseconds. */
  rescanMs: number;
}

/** Goes round and compares all files with what was written down: instead of watches, or to make sure. */
export interface Patrol {
  start(): void;
  /** A watch reported something. */
  heard(): void;
  /** The next round is due now. */
  hurry(): void;
  /** A round now. `strict` as in `changedNames`. */
  round(strict: boolean): Promise<void>;
  close(): Promise<void>;
}

/** The system's queue holds 16,384 events on Linux and drops the rest: after so many, better look. */
const BURST = 8_000;

/** A large workspace is polled less often, so that it takes no more than this share of a core. */
const SHARE = 0.1;

/** But no workspace is so large that it may be polled less often than this, in milliseconds. */
const MOST_PATIENT_MS = 15_000;

export function createPatrol(options: PatrolOptions): Patrol {
  const { tree, ledger, isNative, report, pollMs, rescanMs, onError, onTick } = options;
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> | null = null;
  let closed = false;
  let heard = 0;
  let nextRound = 0;

  return {
    start() {
      if (closed) return;
      nextRound = performance.now() + (isNative() ? rescanMs : pollMs);
      timer = setInterval(guarded, pollMs);
    },
    heard() {
      heard += 1;
    },
    hurry() {
      nextRound = 0;
    },
    async round(strict) {
      await running;
      await begin(strict);
    },
    async close() {
      closed = true;
      if (timer) clearInterval(timer);
      await running;
    },
  };

  function guarded(): void {
    try {
      onTick();
      tick();
    } catch (error) {
      onError(error);
    }
  }

  function tick(): void {
    if (running) return;
    const isBurst = heard > BURST;
    const isDue = performance.now() >= nextRound;
    if (isBurst || tree.isIncomplete() || (isDue && isNative())) void begin(isBurst);
    else if (isDue) void begin(true);
    else if (isNative()) lookAtBlind();
  }

  /** What no watch reports, although there are watches: a directory that may not be watched, a backslash in a name. */
  function lookAtBlind(): void {
    const blind = [...tree.branches.values()].filter((branch) => branch.blind);
    if (blind.some(({ agent }) => agent === null)) void begin(true);
    else
      for (const { key, places } of blind) {
        tree.look(key);
        compare(places, true);
      }
  }

  function begin(strict: boolean): Promise<void> {
    running ??= walk(strict)
      .catch(onError)
      .finally(() => {
        running = null;
      });
    return running;
  }

  async function walk(strict: boolean): Promise<void> {
    const started = performance.now();
    heard = 0;
    await tree.lookAtAll();
    const pause = createPause();
    for (const branch of tree.branches.values()) {
      if (closed) return;
      compare(branch.places, strict);
      await pause();
    }
    const took = performance.now() - started;
    const patience = Math.min(MOST_PATIENT_MS, Math.max(pollMs, took / SHARE) - pollMs / 2);
    nextRound = performance.now() + (isNative() ? rescanMs : patience);
  }

  function compare(places: readonly Place[], strict: boolean): void {
    for (const place of places) for (const name of ledger.changes(place, strict)) report(place, name);
  }
}

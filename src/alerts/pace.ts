import { monotonicNow } from '../base/index.js';

/** When the next look is due. */
export interface Pace {
  /** The next one in so many milliseconds at the latest. */
  within(ms: number): void;
  /** The next one now, in this call. */
  now(): void;
  stop(): void;
}

/** Many changes are looked at together. */
const SOON_MS = 20;
/** Looking takes at most one part in so many of the time. */
const SHARE = 10;

/** Runs `look`, never while it runs and never so often that little else gets done. What it throws is not caught here. */
export function createPace(look: () => void): Pace {
  let timer: NodeJS.Timeout | undefined;
  let dueAt = Number.POSITIVE_INFINITY;
  let earliest = 0;
  let stopped = false;
  const run = () => {
    clearTimeout(timer);
    timer = undefined;
    dueAt = Number.POSITIVE_INFINITY;
    const began = monotonicNow();
    look();
    const ended = monotonicNow();
    earliest = ended + Math.max(SOON_MS, (ended - began) * SHARE);
  };
  return {
    within(ms) {
      const now = monotonicNow();
      const at = Math.max(now + Math.max(0, ms), earliest);
      if (stopped || (timer && at >= dueAt)) return;
      clearTimeout(timer);
      dueAt = at;
      timer = setTimeout(run, Math.ceil(at - now));
      timer.unref();
    },
    now() {
      if (!stopped) run();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

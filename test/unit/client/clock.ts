import type { Timers } from '../../../src/client/index.js';

/** A clock that moves only when it is told to, and the timers that hang on it. */
export interface Clock extends Timers {
  now: () => number;
  /** Moves on, calling every timer that is due at its own time. */
  advance(ms: number): void;
  /** Sets the clock without letting time pass. */
  set(at: number): void;
  pending(): number;
}

export function createClock(): Clock {
  const timers = new Map<number, { at: number; callback: () => void }>();
  let now = 1_000_000;
  let lastId = 0;
  return {
    now: () => now,
    setTimeout(callback, ms) {
      lastId += 1;
      timers.set(lastId, { at: now + ms, callback });
      return lastId;
    },
    clearTimeout: (id) => void timers.delete(id as number),
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const [next] = [...timers].filter(([, { at }]) => at <= end).sort((a, b) => a[1].at - b[1].at);
        if (!next) break;
        timers.delete(next[0]);
        now = Math.max(now, next[1].at);
        next[1].callback();
      }
      now = end;
    },
    set(at) {
      const moved = at - now;
      for (const timer of timers.values()) timer.at += moved;
      now = at;
    },
    pending: () => timers.size,
  };
}

import type { HubLimits } from '../stream/limits.js';

/** How often the load is measured, in milliseconds. */
const MEASURE_MS = 500;
/** Share of the newest measurement in the mean cost of a write. */
const NEWEST = 0.1;
/** An open window closes when the load falls below this part of what opens it. */
const CLOSES_BELOW = 0.6;

/**
 * Decides how long a tick's frames wait before they are written. The number of writes is the cost: while they would be
 * too many, or take too much of the time, a short window lets several ticks share one write per socket.
 */
export interface Pace {
  /** Called once per tick that has events, with the writes it would take. Returns the wait in milliseconds, mostly 0. */
  wait(writes: number, now: number): number;
  /** Takes how long so many writes took, in milliseconds. */
  took(writes: number, ms: number): void;
}

/** A pace without load. */
export function createPace(limits: Pick<HubLimits, 'windowMs' | 'windowWrites' | 'windowShare'>): Pace {
  let open = false;
  let since = 0;
  let counted = 0;
  let msPerWrite = 0;

  /** 1 and more opens the window. What would have been written counts, not what was: else an open window would hide the load. */
  const load = (elapsed: number) => {
    const writes = counted / elapsed;
    return Math.max((writes * 1000) / limits.windowWrites, (writes * msPerWrite) / limits.windowShare);
  };

  return {
    wait(writes, now) {
      const elapsed = now - since;
      if (elapsed < 0 || elapsed >= MEASURE_MS) {
        if (elapsed < 0 || load(elapsed) < CLOSES_BELOW) open = false;
        since = now;
        counted = 0;
      }
      counted += writes;
      if (load(MEASURE_MS) >= 1) open = true;
      return open ? limits.windowMs : 0;
    },
    took(writes, ms) {
      // A clock that jumps says nothing about the writes.
      if (writes > 0 && ms >= 0 && ms < MEASURE_MS) msPerWrite += NEWEST * (ms / writes - msPerWrite);
    },
  };
}

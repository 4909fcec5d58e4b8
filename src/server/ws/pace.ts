import type { HubLimits } from './limits.js';

/** How often the load is measured, in milliseconds. */
const MEASURE_MS = 500;

/**
 * Decides how long a tick's frames wait before they are written. The number of writes is the cost: while there would be
 * too many of them a second, a short window lets several ticks share one write per socket.
 */
export interface Pace {
  /** Called once per tick that has events, with the writes it would take. Returns the wait in milliseconds, mostly 0. */
  wait(writes: number, now: number): number;
}

/** A pace without load. */
export function createPace(limits: Pick<HubLimits, 'windowMs' | 'windowOpens' | 'windowCloses'>): Pace {
  let open = false;
  let since = 0;
  let counted = 0;

  return {
    wait(writes, now) {
      const elapsed = now - since;
      if (elapsed < 0 || elapsed >= MEASURE_MS) {
        const rate = elapsed > 0 ? (counted / elapsed) * 1000 : 0;
        if (rate < limits.windowCloses) open = false;
        since = now;
        counted = 0;
      }
      counted += writes;
      if (counted >= (limits.windowOpens * MEASURE_MS) / 1000) open = true;
      return open ? limits.windowMs : 0;
    },
  };
}

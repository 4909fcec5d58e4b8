import { type Clock } from '../../base/index.js';
import { floorTo } from '../store/tiers.js';

/** Calls at whole multiples of an interval of the clock, one call after the other. */
export interface Timetable {
  stop(): Promise<void>;
}

/** A run this much behind its time is late: a tenth of the interval, at least half a second. */
export function isLate(lateMs: number, interval: number): boolean {
  return lateMs > Math.max(500, interval / 10);
}

/** `run` gets the time it was due at; it must not throw. Runs that could not be kept are skipped, not made up for. */
export function startTimetable(clock: Clock, interval: number, run: (due: number) => Promise<void>): Timetable {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let stopped = false;
  const runThenNext = async (due: number) => {
    await run(due);
    next();
  };
  const next = () => {
    if (stopped) return;
    const due = floorTo(clock.now(), interval) + interval;
    // Timers may fire a little early by the clock: the due time is what counts.
    timer = setTimeout(
      () => {
        running = runThenNext(due);
      },
      Math.max(1, due - clock.now()),
    );
    timer.unref();
  };
  next();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}

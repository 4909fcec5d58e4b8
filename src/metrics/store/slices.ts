import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database } from './database.js';

/** Called between two slices of long work; false ends it. */
export type Pause = () => Promise<boolean>;

/** Lets everybody else have their turn. */
export const breathe: Pause = async () => {
  await nextTurn();
  return true;
};

/** Does work step by step, in slices of at most about `sliceMs` of this thread; each slice is one transaction. */
export async function workInSlices(db: Database, steps: Iterator<void>, sliceMs: number, pause: Pause): Promise<void> {
  for (let done = false; !done; ) {
    db.transaction(() => {
      const end = performance.now() + sliceMs;
      do done = steps.next().done === true;
      while (!done && performance.now() < end);
    }).immediate();
    if (!done && !(await pause())) return;
  }
}

import { setImmediate as turn } from 'node:timers/promises';

/** How long a long piece of work may hold the event loop, in milliseconds. */
const SLICE_MS = 4;

/** To be awaited between steps of a long piece of work: lets others have a turn when they have waited long enough. */
export function createPause(): () => Promise<void> | void {
  let sliceEnd = performance.now() + SLICE_MS;
  return () => {
    if (performance.now() < sliceEnd) return;
    return turn().then(() => {
      sliceEnd = performance.now() + SLICE_MS;
    });
  };
}

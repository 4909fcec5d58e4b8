import { setTimeout as delay } from 'node:timers/promises';
import { monotonicNow } from '../../base/index.js';
import { interrupted } from '../signals.js';

/** Milliseconds between two looks: at first often, as most things are done soon. */
const FIRST_MS = 20;
const LATER_MS = 200;

export interface Patience {
  limitMs: number;
  /** Ends the wait with `interrupted`. */
  signal?: AbortSignal;
}

/** Looks again and again until there is something; null when the limit has passed. */
export async function until<T>(look: () => Promise<T | null>, { limitMs, signal }: Patience): Promise<T | null> {
  const end = monotonicNow() + limitMs;
  for (let pause = FIRST_MS; ; pause = Math.min(LATER_MS, pause * 1.3)) {
    if (signal?.aborted) throw interrupted();
    const found = await look();
    if (found !== null) return found;
    if (monotonicNow() >= end) return null;
    await delay(pause);
  }
}

import { monotonicNow } from '../../base/index.js';

/** Addresses that are remembered at once; beyond that the one that was heard of longest ago is forgotten. */
const MOST_ADDRESSES = 5000;

interface Window {
  count: number;
  /** Monotonic milliseconds. */
  beganAt: number;
}

type Answer = (error: Error | null, outcome: { current: number; ttl: number }) => void;

/**
 * How often each address has asked in the current window, for `@fastify/rate-limit`. Its own store measures windows with
 * the clock: one that is set back by an hour would lock everybody out for that hour.
 */
export class RateStore {
  readonly #windows = new Map<string, Window>();

  /** Counts one more request of an address. `timeWindow` and `ttl` in milliseconds. */
  incr(address: string, answer: Answer, timeWindow: number): void {
    const now = monotonicNow();
    const known = this.#windows.get(address);
    if (known && now - known.beganAt < timeWindow) {
      known.count += 1;
      answer(null, { current: known.count, ttl: timeWindow - (now - known.beganAt) });
      return;
    }
    this.#begin(address, { count: 1, beganAt: now });
    answer(null, { current: 1, ttl: timeWindow });
  }

  /** Each limit counts for itself. */
  child(): RateStore {
    return new RateStore();
  }

  #begin(address: string, window: Window): void {
    // A Map keeps the order of insertion: what stands first began first.
    this.#windows.delete(address);
    this.#windows.set(address, window);
    if (this.#windows.size <= MOST_ADDRESSES) return;
    const [oldest] = this.#windows.keys();
    if (oldest !== undefined) this.#windows.delete(oldest);
  }
}

import { type Bucket, fullBucket, type Rate, takeToken } from '../stream/rate.js';

/** From so many addresses on it is looked for those that have not come for a while: they are forgotten. */
const MANY = 1000;

/** Holds each address to a rate of connections, so that one that reconnects without end leaves the others their turn. */
export interface Arrivals {
  /** False: it has come too often. `now` in milliseconds. */
  admit(address: string, now: number): boolean;
  /** Addresses that are remembered. */
  readonly known: number;
}

/** No client has come yet. */
export function createArrivals(rate: Rate): Arrivals {
  const buckets = new Map<string, Bucket>();
  let many = MANY;
  /** After this long a bucket is full again: there is nothing to remember. */
  const refillMs = (rate.burst / rate.perSecond) * 1000;

  const forget = (now: number) => {
    for (const [address, { at }] of buckets) if (Math.abs(now - at) >= refillMs) buckets.delete(address);
    many = Math.max(MANY, 2 * buckets.size);
  };

  return {
    admit(address, now) {
      let bucket = buckets.get(address);
      if (!bucket) {
        if (buckets.size >= many) forget(now);
        bucket = fullBucket(rate, now);
        buckets.set(address, bucket);
      }
      return takeToken(bucket, rate, now);
    },
    get known() {
      return buckets.size;
    },
  };
}

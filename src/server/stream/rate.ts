/** A token bucket: how much is still allowed, and when that was counted (milliseconds). */
export interface Bucket {
  tokens: number;
  at: number;
}

/** So much a second for long, and so much at once. */
export interface Rate {
  perSecond: number;
  burst: number;
}

/** A full bucket. */
export function fullBucket(rate: Rate, now: number): Bucket {
  return { tokens: rate.burst, at: now };
}

/** Takes one token; false when there is none. A clock that jumps back gives nothing, one that jumps ahead fills up. */
export function takeToken(bucket: Bucket, rate: Rate, now: number): boolean {
  const gained = (Math.max(0, now - bucket.at) / 1000) * rate.perSecond;
  bucket.tokens = Math.min(rate.burst, bucket.tokens + gained);
  bucket.at = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

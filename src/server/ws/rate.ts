/** A token bucket: how many frames a client may still send, and when that was counted (milliseconds). */
export interface Bucket {
  tokens: number;
  at: number;
}

export interface Rate {
  framesPerSecond: number;
  frameBurst: number;
}

/** A full bucket. */
export function fullBucket(rate: Rate, now: number): Bucket {
  return { tokens: rate.frameBurst, at: now };
}

/** Takes one token; false when there is none. A clock that jumps back gives nothing, one that jumps ahead fills up. */
export function takeToken(bucket: Bucket, rate: Rate, now: number): boolean {
  const gained = (Math.max(0, now - bucket.at) / 1000) * rate.framesPerSecond;
  bucket.tokens = Math.min(rate.frameBurst, bucket.tokens + gained);
  bucket.at = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

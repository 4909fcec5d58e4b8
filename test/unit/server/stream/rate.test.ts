import { expect, it } from 'vitest';
import { fullBucket, takeToken } from '../../../../src/server/stream/rate.js';

const RATE = { perSecond: 10, burst: 3 };

function taken(bucket: ReturnType<typeof fullBucket>, now: number): number {
  let count = 0;
  while (takeToken(bucket, RATE, now)) count += 1;
  return count;
}

it('allows a burst, then as many as time brings, and never saves up more than a burst', () => {
  const bucket = fullBucket(RATE, 1000);
  expect(taken(bucket, 1000)).toBe(3);
  expect(taken(bucket, 1050)).toBe(0);
  expect(taken(bucket, 1250)).toBe(2);
  expect(taken(bucket, 60_000)).toBe(3);
});

it('a clock that jumps back gives nothing and takes nothing', () => {
  const bucket = fullBucket(RATE, 1_000_000);
  expect(taken(bucket, 1_000_000)).toBe(3);
  expect(taken(bucket, 5)).toBe(0);
  expect(taken(bucket, 105)).toBe(1);
});

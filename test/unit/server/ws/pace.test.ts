import { expect, it } from 'vitest';
import { createPace } from '../../../../src/server/ws/pace.js';

const LIMITS = { windowMs: 10, windowWrites: 100_000, windowShare: 0.4 };

/** Ticks for a second from `start`, each with so many writes; returns the waits. */
function second(pace: ReturnType<typeof createPace>, start: number, ticks: number, writes: number): number[] {
  return Array.from({ length: ticks }, (_, i) => pace.wait(writes, start + (i * 1000) / ticks));
}

it('never waits below the threshold', () => {
  const pace = createPace(LIMITS);
  expect(new Set([0, 1000, 2000].flatMap((at) => second(pace, at, 90, 1000)))).toEqual(new Set([0]));
});

it('opens by itself under load, stays open between the thresholds, and closes when the load falls', () => {
  const pace = createPace(LIMITS);
  expect(second(pace, 0, 200, 1000).at(-1)).toBe(10);
  expect(new Set(second(pace, 1000, 80, 1000))).toEqual(new Set([10]));
  expect(second(pace, 2000, 20, 1000).at(-1)).toBe(0);
});

it('closes after silence', () => {
  const pace = createPace(LIMITS);
  second(pace, 0, 200, 1000);
  expect(pace.wait(1000, 60_000)).toBe(0);
});

it('a clock that jumps back starts a new measurement', () => {
  const pace = createPace(LIMITS);
  second(pace, 1_000_000, 90, 1000);
  expect(new Set(second(pace, 0, 90, 1000))).toEqual(new Set([0]));
});

it('opens when fewer writes take too much of the time', () => {
  const pace = createPace(LIMITS);
  for (let i = 0; i < 100; i += 1) pace.took(1000, 10);
  expect(second(pace, 0, 30, 1000).at(-1)).toBe(0);
  expect(second(pace, 2000, 60, 1000).at(-1)).toBe(10);
});

it('what a clock that jumps says about the cost is not believed', () => {
  const pace = createPace(LIMITS);
  for (let i = 0; i < 100; i += 1) pace.took(1000, i % 2 ? -5000 : 3_600_000);
  expect(second(pace, 0, 90, 1000).at(-1)).toBe(0);
});

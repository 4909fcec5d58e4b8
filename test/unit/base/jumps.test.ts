import { describe, expect, it } from 'vitest';
import { deletionHeld, watchClock } from '../../../src/base/index.js';
import { ageOf, isAhead, isoOf } from '../../../src/protocol/index.js';

const DAY = 86_400_000;
const calm = { now: 100 * DAY, newestBefore: 99 * DAY, upMs: 0, jumpMs: 0 };

describe('deleting by age', () => {
  it('goes on while the clock can be believed', () => {
    expect(deletionHeld(calm)).toBeNull();
    expect(deletionHeld({ ...calm, newestBefore: null })).toBeNull();
    expect(deletionHeld({ ...calm, jumpMs: 60_000 })).toBeNull();
  });

  it('is held back after a jump, in either direction', () => {
    expect(deletionHeld({ ...calm, jumpMs: 9 * 3_600_000 })).toContain('moved by 9 h');
    expect(deletionHeld({ ...calm, jumpMs: -9 * DAY })).toContain('moved by 9 d');
  });

  it('is held back for a day when everything on record is much older or much newer than the clock', () => {
    const wrong = { ...calm, now: 800 * DAY };
    expect(deletionHeld(wrong)).toContain('701 d ahead of the newest record');
    expect(deletionHeld({ ...wrong, upMs: 25 * 3_600_000 })).toBeNull();
    expect(deletionHeld({ ...calm, newestBefore: 800 * DAY })).toContain('ahead of the clock');
  });

  it('tells a jump from time that passed', () => {
    let wall = 1000;
    let steady = 5;
    const clock = watchClock({ now: () => wall, monotonic: () => steady });
    wall += 500;
    steady += 500;
    expect([clock.jumpMs(), clock.upMs()]).toEqual([0, 500]);
    wall -= 2000;
    expect(clock.jumpMs()).toBe(-2000);
  });
});

describe('the age of a time', () => {
  it('is never negative, and not known for a time that cannot be', () => {
    expect(ageOf(900, 1000)).toBe(100);
    expect(ageOf(1100, 1000)).toBe(0);
    expect(ageOf(1000 + DAY, 1000)).toBeNull();
    expect(ageOf(Number.NaN, 1000)).toBeNull();
    expect(isAhead(Number.POSITIVE_INFINITY, 1000)).toBe(true);
  });

  it('has no text where no Date holds it', () => {
    expect(isoOf(0)).toBe('1970-01-01T00:00:00.000Z');
    expect(isoOf(9e15)).toBeNull();
    expect(isoOf(Number.NaN)).toBeNull();
  });
});

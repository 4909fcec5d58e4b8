import { describe, expect, it } from 'vitest';
import { judge, nextAttempt } from '../../../../src/alerts/delivery/plan.js';
import * as fc from '../../../support/property.js';

const HOUR = 3_600_000;
const after = (attempts: number, more: Partial<Parameters<typeof nextAttempt>[0]> = {}) =>
  nextAttempt({ attempts, firstAt: 0, now: 0, afterMs: null, random: 0.5, ...more });

describe('when it is tried again', () => {
  it('waits longer each time, then an hour, for a day', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 20].map((attempts) => after(attempts))).toEqual([
      10_000,
      30_000,
      120_000,
      600_000,
      1_800_000,
      HOUR,
      HOUR,
      HOUR,
    ]);
    expect(after(25, { now: 23.5 * HOUR })).toBeNull();
    expect(after(25, { now: 22.9 * HOUR })).not.toBeNull();
  });

  it('spreads by a fifth, so that not all come back at once', () => {
    expect(after(1, { random: 0 })).toBe(8000);
    expect(after(1, { random: 1 })).toBe(12_000);
  });

  it('waits as long as the receiver asks for, up to an hour', () => {
    expect(after(1, { afterMs: 90_000 })).toBe(90_000);
    expect(after(3, { afterMs: 1000 })).toBe(120_000);
    expect(after(1, { afterMs: 1e12 })).toBe(1.2 * HOUR);
  });

  it('ends also when the clock is set back meanwhile, and never lies before now', () => {
    fc.assert(
      fc.property(
        fc.record({
          attempts: fc.integer({ min: 1, max: 100 }),
          firstAt: fc.integer(),
          now: fc.integer(),
          afterMs: fc.option(fc.nat()),
          random: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
        (tried) => {
          const next = nextAttempt(tried);
          if (next !== null) expect(next).toBeGreaterThanOrEqual(tried.now);
          if (next === null) expect(tried.now).toBeGreaterThan(tried.firstAt);
        },
      ),
    );
  });
});

describe('what an answer means', () => {
  const verdict = (status: number, more: Partial<Parameters<typeof judge>[0]> = {}) =>
    judge({ status, retryAfter: null, leadsTo: null, text: '', ...more }, Date.parse('2026-11-28T12:00:00Z'));

  it.each([
    [200, 'delivered'],
    [202, 'delivered'],
    [204, 'delivered'],
    [301, 'again'],
    [302, 'again'],
    [400, 'refused'],
    [401, 'refused'],
    [403, 'refused'],
    [404, 'refused'],
    [408, 'again'],
    [410, 'gone'],
    [429, 'again'],
    [500, 'again'],
    [503, 'again'],
    [0, 'again'],
  ])('%i: %s', (status, outcome) => {
    expect(verdict(status).outcome).toBe(outcome);
  });

  it('reads how long it is asked to wait: seconds, a date, or JSON', () => {
    expect(verdict(429, { retryAfter: '120' })).toMatchObject({ afterMs: 120_000 });
    expect(verdict(503, { retryAfter: 'Sat, 28 Nov 2026 12:00:30 GMT' })).toMatchObject({ afterMs: 30_000 });
    expect(verdict(503, { retryAfter: 'Sat, 28 Nov 2020 12:00:30 GMT' })).toMatchObject({ afterMs: 0 });
    expect(verdict(429, { text: '{"ok":false,"parameters":{"retry_after":31}}' })).toMatchObject({ afterMs: 31_000 });
    expect(verdict(429, { text: '{"retry_after": 0.65}' })).toMatchObject({ afterMs: 650 });
    expect(verdict(429, { retryAfter: 'soon' })).toMatchObject({ afterMs: null });
  });

  it('tells what was said on one short line', () => {
    const { reason } = verdict(400, { text: `no\u001b[31m\r\n${'x'.repeat(5000)}` }) as { reason: string };
    expect(reason).toMatch(/^it answered 400: no \[31m x+…$/);
    expect(reason.length).toBeLessThan(230);
  });
});

import { describe, expect, it, vi } from 'vitest';
import { jitterOf, nextDue, startSchedule } from '../../../src/backup/schedule.js';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-11-23T12:00:00.000Z');

describe('nextDue', () => {
  it.each([
    ['nothing was ever made', null, 0],
    ['the last one is young', NOW - HOUR, 5 * HOUR],
    ['several were missed: made up once, now', NOW - 100 * HOUR, 0],
    ['the clock was set back', NOW + 1000 * HOUR, 6 * HOUR],
  ])('when %s', (_, last, wait) => {
    expect(nextDue(last, 6 * HOUR, NOW) - NOW).toBe(wait);
  });

  it('is put off by little', () => {
    expect(jitterOf(6 * HOUR, 0.5)).toBe(5 * 60_000);
    expect(jitterOf(60_000, 0.999)).toBeLessThan(3001);
    expect(jitterOf(HOUR, 0)).toBe(0);
  });
});

describe('the schedule', () => {
  it('runs one after the other, and comes back ever later after failures', async () => {
    let runs = 0;
    let busy = false;
    const clock = { now: () => NOW };
    const schedule = startSchedule({
      intervalMs: HOUR,
      clock,
      random: () => 0,
      lastAt: async () => null,
      run: async () => {
        expect(busy).toBe(false);
        busy = true;
        runs += 1;
        await new Promise((resolve) => setTimeout(resolve, 5));
        busy = false;
        throw new Error('no luck');
      },
    });
    await vi.waitFor(() => expect(runs).toBe(1));
    await vi.waitFor(() => expect(schedule.nextAt()).toBe(NOW + 60_000));
    await schedule.stop();
    expect(schedule.nextAt()).toBeNull();
    expect(runs).toBe(1);
  });

  it('runs what is due at once every time, also while the machine has more to do', async () => {
    const ran = new Set<number>();
    const schedules = Array.from({ length: 200 }, (_, index) =>
      startSchedule({
        intervalMs: HOUR,
        clock: { now: () => NOW },
        random: () => 0,
        lastAt: async () => (ran.has(index) ? NOW : null),
        run: async () => {
          ran.add(index);
          // What comes later finds its time passed.
          const until = performance.now() + 5;
          while (performance.now() < until);
        },
      }),
    );
    await vi.waitFor(() => expect(ran.size).toBe(200));
    await Promise.all(schedules.map((schedule) => schedule.stop()));
  });

  it('counts from the last one when it cannot be found out', async () => {
    const schedule = startSchedule({
      intervalMs: HOUR,
      clock: { now: () => NOW },
      random: () => 0.5,
      lastAt: async () => {
        throw new Error('the disk is gone');
      },
      run: async () => {},
    });
    await vi.waitFor(() => expect(schedule.nextAt()).toBe(NOW + jitterOf(HOUR, 0.5)));
    await schedule.stop();
  });
});

import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../../src/protocol/index.js';
import { watchLink } from '../../../src/client/link.js';
import { createClock } from './clock.js';

function watched() {
  const clock = createClock();
  const seen = { pings: 0, deaths: 0 };
  const ping = () => {
    seen.pings += 1;
  };
  const dead = () => {
    seen.deaths += 1;
  };
  return { clock, seen, link: watchLink({ now: clock.now, timers: clock, ping, dead }) };
}

describe('link', () => {
  it('is dead, once, when nothing comes while it opens; no ping is sent before it has begun', () => {
    const { clock, seen, link } = watched();
    link.probe();
    clock.advance(14_999);
    expect(seen).toEqual({ pings: 0, deaths: 0 });
    clock.advance(1_000_000);
    expect(seen).toEqual({ pings: 0, deaths: 1 });
  });

  it('is dead when heartbeats stay away, sooner than a ping would show it', () => {
    const { clock, seen, link } = watched();
    link.begun(1000);
    clock.advance(6000);
    link.heard();
    clock.advance(6999);
    expect(seen.deaths).toBe(0);
    clock.advance(1);
    expect(seen).toEqual({ pings: 0, deaths: 1 });
  });

  it('lives as long as pings are answered, also without heartbeats', () => {
    const { clock, seen, link } = watched();
    link.begun(0);
    for (let minute = 0; minute < 30; minute += 1) {
      clock.advance(20_000);
      link.heard();
    }
    expect(seen).toEqual({ pings: 30, deaths: 0 });
    clock.advance(29_999);
    expect(seen).toEqual({ pings: 31, deaths: 0 });
    clock.advance(1);
    expect(seen.deaths).toBe(1);
  });

  it('gains no time from probing again and again', () => {
    const { clock, seen, link } = watched();
    link.begun(30_000);
    for (let second = 0; second < 10; second += 1) {
      link.probe();
      clock.advance(1000);
    }
    expect(seen).toEqual({ pings: 10, deaths: 1 });
  });

  it('notices after a sleep, and in spite of a clock that was set back', () => {
    const slept = watched();
    slept.link.begun(30_000);
    slept.clock.set(slept.clock.now() + 3_600_000);
    slept.clock.advance(20_000);
    expect(slept.seen.deaths).toBe(1);
    const back = watched();
    back.link.begun(30_000);
    back.clock.set(back.clock.now() - 3_600_000);
    back.clock.advance(90_000);
    expect(back.seen.deaths).toBe(1);
  });

  it('says nothing after it was stopped', () => {
    const { clock, seen, link } = watched();
    link.begun(1000);
    link.stop();
    clock.advance(1_000_000);
    expect(seen).toEqual({ pings: 0, deaths: 0 });
    expect(clock.pending()).toBe(0);
  });
});

describe('backoff', () => {
  it('doubles its limit from 0.5 s to 30 s, with full jitter below it', () => {
    expect([1, 2, 3, 6, 7, 8, 5000].map((attempt) => backoffMs(attempt, 1))).toEqual([
      500, 1000, 2000, 16_000, 30_000, 30_000, 30_000,
    ]);
    expect(backoffMs(3, 0)).toBe(0);
    expect(backoffMs(3, 0.25)).toBe(500);
  });
});

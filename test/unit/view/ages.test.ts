import { describe, expect, it } from 'vitest';
import { ago, exactAgo, longSpan, shortSpan } from '../../../src/view/index.js';

const NOW = Date.parse('2026-02-18T06:00:00Z');

describe('how long ago', () => {
  it.each([
    ['2026-02-18T05:59:59Z', 'now', 'now'],
    ['2026-02-18T05:59:30Z', '30s', '30s'],
    ['2026-02-18T02:55:00Z', '3h', '3h 5m'],
    ['2026-02-16T06:00:00Z', '2d', '2d'],
    // Clocks differ by minutes; what lies further ahead has no age that anybody knows.
    ['2026-02-18T06:04:00Z', 'now', 'now'],
    ['2026-02-18T07:00:00Z', '–', '–'],
    ['yesterday', '–', '–'],
    ['', '–', '–'],
    [null, '–', '–'],
    [undefined, '–', '–'],
  ])('%s was %s ago, exactly %s', (iso, short, exact) => {
    expect([ago(iso, NOW), exactAgo(iso, NOW)]).toEqual([short, exact]);
  });
});

describe('a length of time', () => {
  it.each([
    [-5, '0s', '0s'],
    [59_000, '59s', '59s'],
    [754_000, '12m', '12m 34s'],
    [9_000_000, '2h', '2h 30m'],
    [7_440_000, '2h', '2h 04m'],
    [270_000_000, '3d', '3d 3h'],
  ])('of %d ms is %s or %s', (ms, short, long) => {
    expect([shortSpan(ms), longSpan(ms)]).toEqual([short, long]);
  });
});

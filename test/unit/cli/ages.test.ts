import { describe, expect, it } from 'vitest';
import { ago, figure, localTime } from '../../../src/cli/print/ages.js';

const NOW = Date.parse('2026-02-18T06:00:00Z');

describe('ago', () => {
  it.each([
    ['2026-02-18T05:59:59Z', 'now'],
    ['2026-02-18T05:59:30Z', '30s'],
    ['2026-02-18T03:00:00Z', '3h'],
    ['2026-02-16T06:00:00Z', '2d'],
    ['2026-02-18T06:04:00Z', 'now'],
    ['2026-02-18T07:00:00Z', '–'],
    [null, '–'],
    ['yesterday', '–'],
  ])('tells %s as %s', (iso, text) => {
    expect(ago(iso, NOW)).toBe(text);
  });
});

describe('figures and times', () => {
  it('rounds to two places and marks the unknown', () => {
    expect([figure(0.126), figure(12), figure(null), figure(undefined)]).toEqual(['0.13', '12', '–', '–']);
  });

  it('tells the time of day', () => {
    expect(localTime('2026-02-18T06:00:05Z')).toMatch(/^\d\d:\d\d:05$/);
    expect(localTime('never')).toBe('??:??:??');
  });
});

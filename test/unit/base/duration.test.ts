import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseDuration, parseMoment } from '../../../src/base/index.js';

const now = Date.parse('2026-02-18T12:00:00Z');

describe('durations and moments', () => {
  it.each([
    ['250ms', 250],
    ['90s', 90_000],
    ['15m', 900_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['2w', 1_209_600_000],
    ['1.5h', 5_400_000],
    ['10', null],
    ['-5m', null],
    ['5 apples', null],
    ['', null],
  ])('reads %s as %s', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each([
    ['15m', now - 900_000],
    ['2026-02-17T06:00:00Z', Date.parse('2026-02-17T06:00:00Z')],
    ['2026-02-17T06:00:00+08:00', Date.parse('2026-02-16T22:00:00Z')],
    ['1771366041000', 1_771_366_041_000],
  ])('reads the moment %s', (text, ms) => expect(parseMoment(text, now)).toBe(ms));

  it.each(['yesterday', '2026-99-99', '12', ''])('refuses the moment "%s", saying what it takes', (text) => {
    expect(() => parseMoment(text, now)).toThrowError(
      expect.objectContaining({ code: 'input.invalid', hint: expect.stringContaining('7d') }),
    );
  });
});

describe('a time without a zone', () => {
  const zone = process.env.TZ;
  beforeEach(() => {
    process.env.TZ = 'Asia/Tokyo';
  });
  afterEach(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });

  it.each([
    ['2026-11-28', '2026-11-27T15:00:00Z', '2026-11-28T00:00:00Z'],
    ['2026-11-28T00:00', '2026-11-27T15:00:00Z', '2026-11-28T00:00:00Z'],
    ['2026-11-28 09:30:15.5', '2026-11-28T00:30:15.500Z', '2026-11-28T09:30:15.500Z'],
    ['2026-11-28T09:30+0100', '2026-11-28T08:30:00Z', '2026-11-28T08:30:00Z'],
    ['1771366041', '2026-02-17T22:07:21Z', '2026-02-17T22:07:21Z'],
  ])('%s is read in the zone of who types it, or in UTC by a server', (text, local, utc) => {
    expect(parseMoment(text, now, 'local')).toBe(Date.parse(local));
    expect(parseMoment(text, now)).toBe(Date.parse(utc));
  });

  it.each(['2026-02-30', '2026-13-01', '2025-02-29T10:00', '2026-01-01T25:00', '17713660410', '2026-1-1'])(
    'refuses %s',
    (text) =>
      expect(() => parseMoment(text, now, 'local')).toThrowError(expect.objectContaining({ code: 'input.invalid' })),
  );

  it('says which day there is not', () => {
    expect(() => parseMoment('2026-02-30T10:00', now)).toThrowError('there is no day 2026-02-30');
  });
});

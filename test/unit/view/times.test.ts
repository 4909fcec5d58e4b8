import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clockTime, dateTime, dayTime, isZone } from '../../../src/view/index.js';

const AT = '2026-02-17T23:08:05Z';

describe('a moment', () => {
  const zone = process.env.TZ;
  beforeEach(() => {
    process.env.TZ = 'America/New_York';
  });
  afterEach(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });

  it.each([
    [undefined, '18:08:05', '02-17 18:08', '2026-02-17 18:08'],
    ['UTC', '23:08:05', '02-17 23:08', '2026-02-17 23:08'],
    ['Asia/Tokyo', '08:08:05', '02-18 08:08', '2026-02-18 08:08'],
    ['Asia/Kathmandu', '04:53:05', '02-18 04:53', '2026-02-18 04:53'],
  ])('is shown in the zone %s, or in that of the reader', (name, clock, day, full) => {
    expect([clockTime(AT, name), dayTime(AT, name), dateTime(AT, name)]).toEqual([clock, day, full]);
    expect(clockTime(Date.parse(AT), name)).toBe(clock);
  });

  it('has midnight as 00 and not as 24', () => {
    expect(clockTime('2026-02-17T00:00:00Z', 'UTC')).toBe('00:00:00');
  });

  it.each(['never', '', Number.NaN, 9e15])('that is none is %j, and is said to be unknown', (moment) => {
    for (const name of [undefined, 'UTC']) {
      expect([clockTime(moment, name), dayTime(moment, name), dateTime(moment, name)]).toEqual(['??:??:??', '–', '–']);
    }
  });
});

describe('a zone', () => {
  it.each([
    ['Europe/Berlin', true],
    ['UTC', true],
    ['Mars/Olympus', false],
    ['', false],
  ])('%j exists: %s', (name, exists) => {
    expect(isZone(name)).toBe(exists);
    if (!exists) expect(() => clockTime(AT, name)).toThrow(RangeError);
  });
});

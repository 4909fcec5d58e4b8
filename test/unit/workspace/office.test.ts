import * as fc from '../../support/property.js';
import { describe, expect, test } from 'vitest';
import type { Office } from '../../../src/protocol/index.js';
import { layOut, readOffice } from '../../../src/workspace/index.js';
import { numRuns } from './runs.js';

function officeOf(value: unknown): Office {
  const said = readOffice(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));
  if (!('office' in said) || said.office === null) throw new Error('refused');
  return said.office;
}

describe('readOffice', () => {
  test('keeps what else the file says', () => {
    expect(officeOf('{"hour": 06, "state": "x", "mood": [1], "positions": {"a": "ops_center"}}')).toEqual({
      hour: 6,
      state: 'x',
      mood: [1],
      positions: { a: { x: 87, y: 50, zone: 'ops_center' } },
    });
  });

  test.each([
    ['{"positions": {"a"', { place: 'line 1, column 19', reason: 'the JSON ends in the middle' }],
    ['[]', { place: null, reason: 'expected an object, found a list' }],
    ['', { place: null, reason: 'the file is empty' }],
  ])('refuses %j', (text, refused) => {
    expect(readOffice(Buffer.from(text))).toEqual({ refused });
  });

  test('an office without positions has none', () => {
    expect(officeOf({ positions: [1] }).positions).toEqual({});
    expect(officeOf({}).positions).toEqual({});
  });

  test('keeps numbers, also as texts; clamps them; passes over nonsense', () => {
    const { positions } = officeOf({
      positions: {
        a: { x: 10.5, y: '20', zone: 'z' },
        b: { x: -5, y: 400, zone: 'z' },
        c: { x: 'left', y: 7, zone: 'Ops Center' },
        d: { x: 1, y: 2 },
        e: null,
        f: 3,
        g: ' ',
      },
    });
    expect(positions).toMatchObject({
      a: { x: 10.5, y: 20, zone: 'z' },
      b: { x: 0, y: 100, zone: 'z' },
      c: { x: 87, y: 7, zone: 'Ops Center' },
      d: { x: 1, y: 2, zone: 'unknown' },
      g: { zone: 'unknown' },
    });
    expect(Object.keys(positions)).toEqual(['a', 'b', 'c', 'd', 'g']);
  });

  test('ids may be any word', () => {
    const { positions } = officeOf('{"positions": {"__proto__": "conference", "a b\\n": "conference"}}');
    expect(Object.keys(positions)).toEqual(['__proto__', 'a b\n']);
  });
});

describe('layOut', () => {
  const KNOWN = [
    'command_center',
    'content_corner',
    'marketing_bay',
    'ops_center',
    'conference',
    'break_area',
    'qa_station',
    'content_desk',
    'marketing_desk',
  ];

  test('zones lie where people expect them', () => {
    const at = layOut(Object.fromEntries(KNOWN.map((zone) => [zone, zone])));
    expect(at.command_center?.x).toBeLessThan(25);
    expect(at.ops_center?.x).toBeGreaterThan(75);
    expect(at.conference).toMatchObject({ x: 50, y: 50 });
    expect(at.break_area?.y).toBeGreaterThan(75);
    expect([at.content_corner?.x, at.content_corner?.y].every((n) => (n ?? 99) < 25)).toBe(true);
    expect(at.marketing_bay?.x).toBeGreaterThan(75);
    expect([at.qa_station?.x, at.qa_station?.y].every((n) => (n ?? 0) > 75)).toBe(true);
  });

  test('unknown zones keep clear of known ones and of each other, the same way every time', () => {
    const zones = [...KNOWN, ...Array.from({ length: 13 }, (_, n) => `attic_${n}`)];
    const places = Object.values(layOut(Object.fromEntries(zones.map((zone) => [zone, zone]))));
    expect(closest(places)).toBeGreaterThanOrEqual(15);
    expect(
      Object.values(layOut(Object.fromEntries(zones.toReversed().map((zone) => [zone, zone])))).toReversed(),
    ).toEqual(places);
  });

  test('a crowd in one zone does not cover itself, nor one who stands there already', () => {
    const crowd = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`a${n}`, 'conference']));
    expect(closest(Object.values(layOut(crowd)))).toBeGreaterThan(2);
    const places = layOut({ seated: { x: 50, y: 50, zone: 'conference' }, guest: 'conference' });
    expect(closest(Object.values(places))).toBeGreaterThan(2);
  });

  test('everything stays on the map', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.jsonValue())), (positions) => {
        for (const { x, y } of Object.values(layOut(positions))) {
          expect(x >= 0 && x <= 100 && y >= 0 && y <= 100).toBe(true);
        }
      }),
      { numRuns: numRuns(200) },
    );
  });

  test('more unknown zones than there is room are still laid out', () => {
    const zones = Array.from({ length: 60 }, (_, n) => [`zone ${n}`, `zone ${n}`] as const);
    expect(Object.keys(layOut(Object.fromEntries(zones)))).toHaveLength(60);
  });

  test('no bytes make it throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(readOffice(bytes)).toBeTypeOf('object');
      }),
      { numRuns: numRuns(200) },
    );
  });
});

function closest(places: { x: number; y: number }[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const [index, a] of places.entries()) {
    for (const b of places.slice(index + 1)) least = Math.min(least, Math.hypot(a.x - b.x, a.y - b.y));
  }
  return least;
}

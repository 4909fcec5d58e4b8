import type { Office, OfficeReading, Place } from '../protocol/index.js';
import { numberIn } from './counters.js';
import { isObject, kindOf, parseTolerantJson } from './json.js';
import { type Point, placeInZone, zoneCentres, zoneKey } from './zones.js';

/** The zone of an agent whose file names none. */
const NOWHERE = 'unknown';

/** What the bytes of the office file say: its own object, with coordinates for every position. Never throws. */
export function readOffice(bytes: Uint8Array): OfficeReading {
  const parsed = parseTolerantJson(bytes);
  if (!parsed.ok) return { refused: { place: parsed.place, reason: parsed.reason } };
  const { value } = parsed;
  if (!isObject(value)) return { refused: { place: null, reason: `expected an object, found ${kindOf(value)}` } };
  const positions = layOut(isObject(value.positions) ? value.positions : {});
  return { office: { ...value, positions } satisfies Office };
}

interface Stated {
  zone: string;
  x: number | null;
  y: number | null;
}

/**
 * Gives every position coordinates: those it states, else a spot in its zone where it covers nobody. What is neither a
 * zone nor an object states no position and is left out.
 */
export function layOut(positions: Record<string, unknown>): Record<string, Place> {
  const stated = Object.entries(positions).flatMap(([id, value]) => {
    const position = readPosition(value);
    return position === null ? [] : [[id, position] as const];
  });
  const centres = zoneCentres(stated.map(([, { zone }]) => zone));
  const counts = new Map<string, number>();
  for (const [, { zone }] of stated) counts.set(zoneKey(zone), (counts.get(zoneKey(zone)) ?? 0) + 1);
  const seats = new Map<string, number>();
  const fixed = stated.flatMap(([, { x, y }]) => (x === null || y === null ? [] : [{ x, y }]));
  return Object.fromEntries(
    stated.map(([id, { zone, x, y }]) => {
      if (x !== null && y !== null) return [id, { x, y, zone }];
      const key = zoneKey(zone);
      const centre = centres.get(key) ?? { x: 50, y: 50 };
      const seat = freeSeat(centre, seats.get(key) ?? 0, counts.get(key) ?? 1, fixed);
      seats.set(key, seat + 1);
      const place = placeInZone(centre, zone, seat, counts.get(key) ?? 1);
      return [id, { x: x ?? place.x, y: y ?? place.y, zone }];
    }),
  );
}

function readPosition(value: unknown): Stated | null {
  if (typeof value === 'string') return { zone: value.trim() === '' ? NOWHERE : value, x: null, y: null };
  if (!isObject(value)) return null;
  const zone = typeof value.zone === 'string' && value.zone.trim() !== '' ? value.zone : NOWHERE;
  return { zone, x: percent(value.x), y: percent(value.y) };
}

function percent(value: unknown): number | null {
  const number = numberIn(value);
  return number === null || !Number.isFinite(number) ? null : Math.min(100, Math.max(0, number));
}

/** The first seat from `from` on that nobody with coordinates of their own has taken. */
function freeSeat(centre: Point, from: number, count: number, fixed: readonly Point[]): number {
  const isTaken = (seat: number): boolean => {
    const { x, y } = placeInZone(centre, '', seat, count);
    return fixed.some((point) => Math.hypot(point.x - x, point.y - y) < 2);
  };
  let seat = from;
  // Each fixed point can take one seat at most, so this ends.
  while (seat < from + fixed.length && isTaken(seat)) seat += 1;
  return seat;
}

import { type Office, type OfficeReading, type Place, cutText, clip } from '../../protocol/index.js';
import { BOUNDS, counted } from '../text/bounds.js';
import { numberIn } from '../agents/counters.js';
import { createCrowd } from './crowd.js';
import { isObject, kindOf, parseTolerantJson } from '../text/json.js';
import { type Point, placeInZone, zoneCentres, zoneKey } from './zones.js';

/** The zone of an agent whose file names none. */
const NOWHERE = 'unknown';

/** What the bytes of the office file say: its own object, with coordinates for every position. Never throws. */
export function readOffice(bytes: Uint8Array): OfficeReading {
  const parsed = parseTolerantJson(bytes);
  if (!parsed.ok) return { refused: { place: parsed.place, reason: parsed.reason } };
  const { value } = parsed;
  if (!isObject(value)) return { refused: { place: null, reason: `expected an object, found ${kindOf(value)}` } };
  const passedOver = parsed.notes.map(({ place, reason }) => (place === null ? reason : `${place}: ${reason}`));
  const { positions } = value;
  const office: Office = {
    ...fewFields(value, passedOver),
    positions: layOut(fewPositions(isObject(positions) ? positions : {}, passedOver)),
  };
  return { office, ...(passedOver.length > 0 ? { passedOver } : {}) };
}

/** The first fields that fit into one event together; the others are left out. The positions are not such a field. */
function fewFields(fields: Record<string, unknown>, passedOver: string[]): Record<string, unknown> {
  let chars = 0;
  const kept: [string, unknown][] = [];
  let out = 0;
  let firstOut = '';
  for (const name of Object.keys(fields)) {
    if (name === 'positions') continue;
    const left = BOUNDS.officeFields - chars - name.length;
    // No JSON is shorter than one character: what cannot fit is not written to be measured.
    const length = left < 1 ? Number.POSITIVE_INFINITY : JSON.stringify(fields[name]).length;
    if (length > left) {
      if (out === 0) firstOut = name;
      out += 1;
    } else {
      chars += name.length + length;
      kept.push([name, fields[name]]);
    }
  }
  if (out > 0) {
    const more = out > 1 ? ` and ${counted(out - 1)} more` : '';
    const limit = `${BOUNDS.officeFields / 1024} kB`;
    passedOver.push(`${clip(firstOut, 40)}${more}: the fields are larger than ${limit} together, left out`);
  }
  return Object.fromEntries(kept);
}

/** The first positions, as many as are shown, with zones whose names can be shown. */
function fewPositions(positions: Record<string, unknown>, passedOver: string[]): Record<string, unknown> {
  const all = Object.keys(positions);
  const named = all.filter((id) => id.length <= MAX_ID);
  if (named.length < all.length) {
    passedOver.push(`${counted(all.length - named.length)} positions of names longer than ${MAX_ID}: left out`);
  }
  if (named.length > BOUNDS.positions) {
    const limit = counted(BOUNDS.positions);
    passedOver.push(`positions: ${counted(named.length)} of them, the first ${limit} are shown`);
  }
  const few = named.slice(0, BOUNDS.positions).map((id) => [id, positions[id]] as const);
  if (few.some(([, value]) => (zoneOf(value)?.length ?? 0) > BOUNDS.zone)) {
    passedOver.push(`a zone with a name longer than ${BOUNDS.zone} characters: shown cut`);
  }
  return Object.fromEntries(few);
}

/** No file has a longer name, so no agent has. */
const MAX_ID = 255;

function zoneOf(value: unknown): string | null {
  const zone = isObject(value) ? value.zone : value;
  return typeof zone === 'string' ? zone : null;
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
  const taken = createCrowd(stated.flatMap(([, { x, y }]) => (x === null || y === null ? [] : [{ x, y }])));
  return Object.fromEntries(
    stated.map(([id, { zone, x, y }]) => {
      if (x !== null && y !== null) return [id, { x, y, zone }];
      const key = zoneKey(zone);
      const centre = centres.get(key) ?? { x: 50, y: 50 };
      const seat = freeSeat(centre, seats.get(key) ?? 0, counts.get(key) ?? 1, taken);
      seats.set(key, seat + 1);
      const place = placeInZone(centre, zone, seat, counts.get(key) ?? 1);
      return [id, { x: x ?? place.x, y: y ?? place.y, zone }];
    }),
  );
}

function readPosition(value: unknown): Stated | null {
  const said = zoneOf(value);
  if (said === null && !isObject(value)) return null;
  const zone = said === null || said.trim() === '' ? NOWHERE : cutText(said, BOUNDS.zone);
  if (!isObject(value)) return { zone, x: null, y: null };
  return { zone, x: percent(value.x), y: percent(value.y) };
}

function percent(value: unknown): number | null {
  const number = numberIn(value);
  return number === null || !Number.isFinite(number) ? null : Math.min(100, Math.max(0, number));
}

/** A zone in which so many seats in a row are taken is full: whoever comes then stands with others. */
const SEATS_TRIED = 32;

/** The first seat from `from` on that nobody with coordinates of their own has taken. */
function freeSeat(centre: Point, from: number, count: number, taken: (point: Point) => boolean): number {
  for (let seat = from; seat < from + SEATS_TRIED; seat += 1) {
    if (!taken(placeInZone(centre, '', seat, count))) return seat;
  }
  return from;
}

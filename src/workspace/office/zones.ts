import type { Place } from '../../protocol/index.js';

/** A point on the office map in percent of its width and height. */
export interface Point {
  x: number;
  y: number;
}

/** Where the zones that everybody knows lie. */
const KNOWN: Record<string, Point> = {
  command_center: { x: 13, y: 50 },
  content_corner: { x: 15, y: 15 },
  marketing_bay: { x: 85, y: 15 },
  ops_center: { x: 87, y: 50 },
  conference: { x: 50, y: 50 },
  break_area: { x: 50, y: 86 },
  qa_station: { x: 85, y: 85 },
  content_desk: { x: 35, y: 15 },
  marketing_desk: { x: 65, y: 15 },
};

/** Room for zones that nobody knows: each at least 16 from its neighbours and from the known ones. */
const FREE: readonly Point[] = [
  { x: 15, y: 85 },
  { x: 32, y: 36 },
  { x: 68, y: 36 },
  { x: 50, y: 32 },
  { x: 32, y: 66 },
  { x: 68, y: 66 },
  { x: 50, y: 68 },
  { x: 32, y: 86 },
  { x: 68, y: 86 },
  { x: 15, y: 32 },
  { x: 85, y: 32 },
  { x: 13, y: 68 },
  { x: 87, y: 68 },
];

/** How far from a zone's centre its agents stand. */
const RADIUS = 8;
/** How far apart agents of one zone stand while there is room. */
const SPACING = 5;
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));

/** A zone's name as it is looked up: `Ops Center` is `ops_center`. */
export function zoneKey(zone: string): string {
  return zone
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
}

/**
 * Centres for these zones. Known zones have their place; the others take free places by the hash of their name, so that the
 * same set of zones always lies the same way.
 */
export function zoneCentres(zones: Iterable<string>): Map<string, Point> {
  const keys = [...new Set([...zones].map(zoneKey))];
  const centres = new Map<string, Point>();
  const taken = new Set<number>();
  for (const key of keys.sort()) centres.set(key, knownCentre(key) ?? freeCentre(key, taken));
  return centres;
}

/** The place of the nth of `count` agents in a zone: a sunflower, so that none covers another. */
export function placeInZone(centre: Point, zone: string, nth: number, count: number): Place {
  const spacing = Math.min(SPACING, RADIUS / Math.sqrt(Math.max(1, count - 1)));
  const radius = spacing * Math.sqrt(nth);
  const angle = nth * GOLDEN_ANGLE;
  return { x: rounded(centre.x + radius * Math.cos(angle)), y: rounded(centre.y + radius * Math.sin(angle)), zone };
}

function knownCentre(key: string): Point | null {
  return Object.hasOwn(KNOWN, key) ? (KNOWN[key] ?? null) : null;
}

function freeCentre(key: string, taken: Set<number>): Point {
  const hash = hashOf(key);
  for (let step = 0; step < FREE.length; step += 1) {
    const slot = (hash + step) % FREE.length;
    const point = FREE[slot];
    if (point === undefined || taken.has(slot)) continue;
    taken.add(slot);
    return point;
  }
  // More unknown zones than room: anywhere, but always there.
  return { x: 10 + (hash % 81), y: 10 + (Math.floor(hash / 81) % 81) };
}

/** FNV-1a: small, the same everywhere, and spreads names well. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash;
}

function rounded(percent: number): number {
  return Math.min(100, Math.max(0, Math.round(percent * 100) / 100));
}

import type { Point } from './zones.js';

/** Two who stand closer than this cover each other, in percent of the map. */
const APART = 2;
/** So many of those who stand in one square are looked at: a square is half as wide as people stand apart. */
const IN_A_SQUARE = 4;

/**
 * Says of a point whether one of these covers it. They are kept by squares, so that an answer costs the same however many
 * there are.
 */
export function createCrowd(points: readonly Point[]): (point: Point) => boolean {
  const side = APART / 2;
  const squares = new Map<number, Point[]>();
  const squareOf = (x: number, y: number): number => Math.floor(y / side) * 1000 + Math.floor(x / side);
  for (const point of points) {
    const key = squareOf(point.x, point.y);
    const those = squares.get(key) ?? [];
    if (those.length < IN_A_SQUARE) those.push(point);
    squares.set(key, those);
  }
  return ({ x, y }) => {
    for (let dy = -APART; dy <= APART; dy += side) {
      for (let dx = -APART; dx <= APART; dx += side) {
        const those = squares.get(squareOf(x + dx, y + dy));
        if (those?.some((point) => Math.hypot(point.x - x, point.y - y) < APART)) return true;
      }
    }
    return false;
  };
}

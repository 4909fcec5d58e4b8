import { fieldOf, isoOf } from '../../protocol/index.js';

/** A field some steps down. */
export function pathOf(value: unknown, ...names: string[]): unknown {
  return names.reduce<unknown>((inner, name) => fieldOf(inner, name), value);
}

/** ISO 8601 UTC, or null. */
export function isoFrom(time: number | null): string | null {
  return time === null ? null : isoOf(time);
}

/** The larger of two times of which either may be unknown. */
export function later(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}

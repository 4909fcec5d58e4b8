import { isAhead, isoOf, clip } from '../../protocol/index.js';
import type { Warn } from './files.js';
import { kindOf } from '../text/json.js';

/** A time at which an agent did something, and where it is written. Milliseconds since the epoch. */
export interface Sign {
  at: number;
  place: string | null;
  warn: Warn;
}

/**
 * The newest sign of life, ISO 8601 UTC. One from the future is passed over with a warning, and so is a time that no calendar
 * knows. `ahead`: there was one from the future.
 */
export function lastSign(signs: readonly Sign[], now: number): { last: string | null; ahead: boolean } {
  let newest: number | null = null;
  let ahead = false;
  for (const { at, place, warn } of signs) {
    const time = isoOf(at);
    if (time === null)
      warn(place, `the time ${Math.round(at / 1000)} (seconds since 1970) cannot be: it is not a sign of life`);
    else if (isAhead(at, now)) {
      ahead = true;
      warn(place, `a time in the future (${time}) is not a sign of life`);
    } else if (newest === null || at > newest) newest = at;
  }
  return { last: newest === null ? null : isoOf(newest), ahead };
}

/** The signs that the fields `lastActive` and `last_active` of an object give. */
export function fieldSigns(fields: Record<string, unknown>, prefix: string, warn: Warn): Sign[] {
  return ['lastActive', 'last_active'].flatMap((name) => {
    const value = fields[name];
    if (value === undefined || value === null || value === '') return [];
    const at = timeIn(value);
    if (at !== null) return [{ at, place: prefix + name, warn }];
    warn(prefix + name, `expected a time, found ${typeof value === 'string' ? `"${clip(value, 40)}"` : kindOf(value)}`);
    return [];
  });
}

/** What is longer is not a time, however many blanks stand around it. */
const TIME_LENGTH = 64;

/** ISO times (with or without offset) and Unix times in seconds or milliseconds; null for anything else. */
export function timeIn(value: unknown): number | null {
  if (typeof value === 'number') return value > 0 && value < 8e15 ? (value < 1e11 ? value * 1000 : value) : null;
  if (
    typeof value !== 'string' ||
    value.length > TIME_LENGTH ||
    !/^\d{4}-\d\d-\d\d([T ]\d\d:\d\d|$)/.test(value.trim())
  )
    return null;
  const at = Date.parse(value.trim().replace(' ', 'T'));
  return Number.isNaN(at) ? null : at;
}

/** ISO 8601 UTC with milliseconds. */
export function isoTime(at: number): string {
  return new Date(at).toISOString();
}

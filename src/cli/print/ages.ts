import { formatDuration } from '../../base/index.js';
import { ageOf } from '../../protocol/index.js';

/** What stands for a value that nobody knows. */
export const UNKNOWN = '–';

/**
 * How long ago a moment was: `now`, `4s`, `2m`, `3h 5m`, `2d`. Not known of one that lies ahead of the clock. `iso`: ISO
 * 8601; `now`: milliseconds since the epoch.
 */
export function ago(iso: string | null, now: number): string {
  const then = iso === null ? Number.NaN : Date.parse(iso);
  const age = Number.isNaN(then) ? null : ageOf(then, now);
  if (age === null) return UNKNOWN;
  return age < 2000 ? 'now' : formatDuration(age);
}

/** The local time of day of a moment, `14:08:31`. */
export function localTime(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return '??:??:??';
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

/** A number, or the sign for an unknown one. */
export function figure(value: number | null | undefined): string {
  return value === null || value === undefined ? UNKNOWN : String(Math.round(value * 100) / 100);
}

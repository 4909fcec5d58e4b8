import { ageOf, formatDuration } from '../protocol/index.js';
import { UNKNOWN } from './words.js';

/** Younger than this is `now`, in milliseconds. */
const NOW_MS = 2000;

/**
 * How long ago a moment was, in at most four characters: `now`, `4s`, `2m`, `3h`, `2d`. Not known of one that lies ahead of
 * the clock. `iso`: ISO 8601; `now`: milliseconds since the epoch.
 */
export function ago(iso: string | null | undefined, now: number): string {
  return agoAs(shortSpan, iso, now);
}

/** The same to the minute within a day: `3h 5m`. */
export function exactAgo(iso: string | null | undefined, now: number): string {
  return agoAs(formatDuration, iso, now);
}

/** A length of time in at most four characters: `45s`, `12m`, `3h`, `21d`. Milliseconds. */
export function shortSpan(ms: number): string {
  return formatDuration(ms).split(' ')[0] ?? UNKNOWN;
}

/** A length of time with two units: `2h 04m`, `31m 12s`, `3d 4h`. Milliseconds. */
export function longSpan(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h ${two(Math.floor((seconds % 3600) / 60))}m`;
  return `${Math.floor(seconds / 86_400)}d ${Math.floor((seconds % 86_400) / 3600)}h`;
}

function agoAs(form: (ms: number) => string, iso: string | null | undefined, now: number): string {
  const age = ageOf(Date.parse(iso ?? ''), now);
  if (age === null) return UNKNOWN;
  return age < NOW_MS ? 'now' : form(age);
}

/**
 * How far ahead of our own clock a time may lie and still be believed, in milliseconds: the clocks of two machines differ
 * by as much. What lies further ahead was written while a clock was wrong.
 */
export const AHEAD_MS = 5 * 60_000;

/** True for a time (milliseconds since the epoch) that cannot be: it lies ahead by more than clocks differ, or is not a number. */
export function isAhead(time: number, now: number): boolean {
  return !(time <= now + AHEAD_MS);
}

/**
 * How old something is, in milliseconds, never negative. Null when its time lies ahead: then its age is not known, and it is
 * neither young nor old. Every `now - time` that decides something goes through here.
 */
export function ageOf(time: number, now: number): number | null {
  return isAhead(time, now) ? null : Math.max(0, now - time);
}

/** The times that a Date holds, in milliseconds on either side of the epoch (ECMA-262, 21.4.1.1). */
const DATE_LIMIT_MS = 8.64e15;

/** The ISO 8601 UTC text of a time in milliseconds, or null where no Date holds it: `touch -d @9000000000000` makes such. */
export function isoOf(timeMs: number): string | null {
  return Math.abs(timeMs) <= DATE_LIMIT_MS ? new Date(timeMs).toISOString() : null;
}

/** Writes milliseconds the short way people read: `4s`, `2m`, `3h 5m`, `2d`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours}h` : `${hours}h ${minutes % 60}m`;
  return `${Math.floor(hours / 24)}d`;
}

import { isCalendarDay, McError, parseMoment } from '../base/index.js';
import { isoOf } from '../protocol/index.js';

/** What `--since` and `--until` take, for their descriptions. */
export const MOMENT_FORMS =
  '15m, 24h, 7d, a date or time (in your zone unless it names one), epoch seconds or milliseconds';

/**
 * Range flags as absolute times (ISO 8601 UTC), before they go anywhere: what a person types without a zone is meant in
 * that person's zone, whichever zone the server is in.
 * @throws McError `input.invalid` for what is not a time
 */
export function readRange(
  { since, until }: { since?: string | undefined; until?: string | undefined },
  now: number,
): { since: string | undefined; until: string | undefined } {
  const absolute = (text: string | undefined) =>
    text === undefined ? undefined : (isoOf(parseMoment(text, now, 'local')) ?? text);
  return { since: absolute(since), until: absolute(until) };
}

/**
 * Reads `--due`: a day stays a day, which has no zone; a time of day becomes absolute.
 * @throws McError `usage` for what is neither
 */
export function readDue(text: string): string {
  const day = text.trim();
  if (isCalendarDay(day)) return day;
  try {
    // A duration would be one ago, and a number of seconds is nothing to write into a task.
    if (/^\d{4}-/.test(day)) return isoOf(parseMoment(day, 0, 'local')) ?? day;
  } catch (error) {
    throw new McError('usage', `--due: ${(error as Error).message}`, { hint: DUE_HINT, cause: error });
  }
  throw new McError('usage', `--due: "${text.slice(0, 80)}" is not a day`, { hint: DUE_HINT });
}

const DUE_HINT = 'write a day (2026-02-21) or a time (2026-02-21T18:00, in your zone)';

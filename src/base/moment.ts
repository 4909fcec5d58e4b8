import { parseDuration } from './duration.js';
import { McError } from './errors.js';

/**
 * Whose clock a time without a zone is read by: `local` is that of the person who types it here, `utc` that of a server,
 * which cannot know where its clients are.
 */
export type Zone = 'local' | 'utc';

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const FORM = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?)?$/i;

/**
 * Reads a moment: a duration ago (`15m`), an ISO date or time, epoch seconds (10 digits) or milliseconds (12 to 14). A
 * date alone is its midnight. Returns milliseconds since the epoch.
 * @throws McError `input.invalid` naming what is accepted
 */
export function parseMoment(text: string, now: number, zone: Zone = 'utc'): number {
  const trimmed = text.trim();
  const ago = parseDuration(trimmed);
  if (ago !== null) return now - ago;
  if (/^\d{10}$/.test(trimmed)) return Number(trimmed) * 1000;
  if (/^\d{12,14}$/.test(trimmed)) return Number(trimmed);
  const time = parseTime(trimmed, zone);
  if (time !== null) return time;
  const date = trimmed.slice(0, 10);
  const why =
    DATE.test(date) && !isCalendarDay(date) ? `there is no day ${date}` : `"${text.slice(0, 80)}" is not a time`;
  throw new McError('input.invalid', why, {
    hint: 'use a duration ago (15m, 24h, 7d, 2w), a date or time (2026-02-17, 2026-02-17T06:00, with Z or +01:00 for a zone), or epoch seconds or milliseconds',
  });
}

/** True for a day that the calendar has, written `2026-02-17`. */
export function isCalendarDay(text: string): boolean {
  const [, year, month, day] = (DATE.exec(text) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) return false;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function parseTime(text: string, zone: Zone): number | null {
  const [, date, hour = '00', minute = '00', second = '00', fraction = '', offset] = FORM.exec(text) ?? [];
  if (date === undefined || !isCalendarDay(date)) return null;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const place = offset ?? (zone === 'utc' ? 'Z' : '');
  // Without a zone, and with a time of day, a Date is local (ECMA-262, 21.4.1.32).
  const time = Date.parse(
    `${date}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}${isoZone(place)}`,
  );
  return Number.isNaN(time) ? null : time;
}

/** `+0100` and `z` as Date.parse takes them everywhere: `+01:00`, `Z`. */
function isoZone(text: string): string {
  return text.toUpperCase().replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
}

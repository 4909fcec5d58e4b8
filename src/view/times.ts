import { UNKNOWN } from './words.js';

/*
 * Moments in a zone of time. `moment`: ISO 8601, or milliseconds since the epoch. `zone`: an IANA name (`Europe/Berlin`,
 * `UTC`); left out: the zone of who reads it. Every function throws RangeError for a zone that does not exist (`isZone`).
 */

/** The time of day: `14:08:31`; `??:??:??` for what is not a time. */
export function clockTime(moment: string | number, zone?: string): string {
  const parts = partsOf(moment, zone);
  return parts === null ? '??:??:??' : `${parts.hour}:${parts.minute}:${parts.second}`;
}

/** Day and time without the year: `02-17 14:08`. */
export function dayTime(moment: string | number, zone?: string): string {
  const parts = partsOf(moment, zone);
  return parts === null ? UNKNOWN : `${parts.month}-${parts.day} ${parts.hour}:${parts.minute}`;
}

/** Day and time with the year: `2026-02-17 14:08`. */
export function dateTime(moment: string | number, zone?: string): string {
  const parts = partsOf(moment, zone);
  return parts === null ? UNKNOWN : `${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute}`;
}

/** True for the name of a zone that this machine knows. */
export function isZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

type Parts = Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', string>;

function partsOf(moment: string | number, zone: string | undefined): Parts | null {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return null;
  if (zone !== undefined) {
    return Object.fromEntries(
      formatOf(zone)
        .formatToParts(date)
        .map(({ type, value }) => [type, value]),
    ) as Parts;
  }
  const two = (part: number) => String(part).padStart(2, '0');
  return {
    year: String(date.getFullYear()),
    month: two(date.getMonth() + 1),
    day: two(date.getDate()),
    hour: two(date.getHours()),
    minute: two(date.getMinutes()),
    second: two(date.getSeconds()),
  };
}

/** Making one takes as long as thousands of uses. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formats.set(zone, format);
  return format;
}

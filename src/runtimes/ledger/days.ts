import { McError } from '../../base/index.js';

export const DAY_MS = 86_400_000;
/** Before and after these nobody asks for days with the offsets of that time. */
const [EARLIEST, LATEST] = [Date.UTC(2015, 0), Date.UTC(2060, 0)];

/** From `from` on (milliseconds since the epoch), clocks are `offset` milliseconds ahead of UTC. */
export interface Offset {
  from: number;
  offset: number;
}

/**
 * By how much clocks are ahead of UTC between two times, and when that changes: the first holds from the beginning.
 * @throws McError `input.invalid` for a time zone that is none
 */
export function offsetsOf(tz: string, since: number, until: number): Offset[] {
  const offsetAt = clockOf(tz);
  let at = within(since);
  let offset = offsetAt(at);
  const offsets = [{ from: Number.NEGATIVE_INFINITY, offset }];
  for (const end = within(until); at < end; at += DAY_MS) {
    const next = offsetAt(at + DAY_MS);
    if (next === offset) continue;
    offsets.push({ from: changeBetween(offsetAt, at, at + DAY_MS), offset: next });
    offset = next;
  }
  return offsets;
}

/** `2026-11-28` for the number of a day since the epoch. */
export function dayName(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, -14);
}

function within(at: number): number {
  return Math.min(Math.max(at, EARLIEST), LATEST);
}

/** When the offset of `low` ends, to the second. */
function changeBetween(offsetAt: (at: number) => number, low: number, high: number): number {
  const before = offsetAt(low);
  let [from, to] = [Math.floor(low / 1000), Math.floor(high / 1000)];
  while (to - from > 1) {
    const middle = Math.floor((from + to) / 2);
    if (offsetAt(middle * 1000) === before) from = middle;
    else to = middle;
  }
  return to * 1000;
}

function clockOf(tz: string): (at: number) => number {
  if (tz === 'UTC') return () => 0;
  let format: Intl.DateTimeFormat;
  try {
    const numeric = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
    format = new Intl.DateTimeFormat('en', { timeZone: tz, hourCycle: 'h23', second: 'numeric', ...numeric });
  } catch {
    throw new McError('input.invalid', `tz: ${JSON.stringify(tz.slice(0, 60))} is not a time zone`, {
      hint: 'name one like Europe/Vienna or UTC',
    });
  }
  return (at) => {
    const parts: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(at)) parts[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
  };
}

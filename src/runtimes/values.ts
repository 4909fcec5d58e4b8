import { isoOf } from '../protocol/index.js';

/** Values out of lines that anything may have written: each is what is wanted, or null. None of these throws. */

/** A time before this one is none: these programs did not exist. 2020, in milliseconds. */
const FIRST_TIME = 1_577_836_800_000;
/** Nor is one after this: the year 2100. */
const LAST_TIME = 4_102_444_800_000;
/** More tokens than this in one response are a mistake. Sums of so many stay whole numbers. */
const MOST_TOKENS = 1e9;

/** The value as an object with named members; null for all else, arrays too. */
export function objectOf(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

/** A text that says something and is at most so long (UTF-16 units); longer is no name, id or code, and null. */
export function textOf(value: unknown, longest = 256): string | null {
  return typeof value === 'string' && value !== '' && value.length <= longest ? value : null;
}

/** A text for people to read, cut to so many characters; null when there is none. */
export function titleOf(value: unknown, longest = 200): string | null {
  if (typeof value !== 'string') return null;
  const text = value
    .slice(0, longest * 4)
    .replaceAll(/\s+/gu, ' ')
    .trim();
  return text === '' ? null : Array.from(text).slice(0, longest).join('');
}

/** Milliseconds since the epoch, from such, from seconds, or from an ISO 8601 text; null when it can be no time of ours. */
export function timeOf(value: unknown): number | null {
  const time = typeof value === 'string' ? Date.parse(value) : typeof value === 'number' ? value : Number.NaN;
  const ms = typeof value === 'number' && time < FIRST_TIME ? time * 1000 : time;
  return ms >= FIRST_TIME && ms <= LAST_TIME ? Math.trunc(ms) : null;
}

/** The same as ISO 8601 UTC. */
export function isoTimeOf(value: unknown): string | null {
  const ms = timeOf(value);
  return ms === null ? null : isoOf(ms);
}

/**
 * How many tokens a field says. Missing is 0; what is negative, not finite or not a number is 0 too, and `bad` is told.
 * @param most more is a mistake: for counts of more than one response
 */
export function tokensOf(value: unknown, bad: () => void, most = MOST_TOKENS): number {
  if (value === undefined || value === null) return 0;
  if (typeof value === 'number' && value >= 0 && value <= most) return Math.trunc(value) || 0;
  bad();
  return 0;
}

/** USD as 10⁻¹² USD; null when nothing, or nothing that can be meant, is said. 0 means that it is not known. */
export function picoOf(usd: unknown): bigint | null {
  return typeof usd === 'number' && usd > 0 && usd < 1e6 ? BigInt(Math.round(usd * 1e12)) : null;
}

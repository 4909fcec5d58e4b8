const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/**
 * How long to wait before an attempt (1 is the first), in milliseconds: full jitter below a limit that doubles from
 * 0.5 s to 30 s, so that clients that lost one server do not come back as one. `random` is 0 to 1.
 */
export function backoffMs(attempt: number, random: number, longestMs: number = LONGEST_MS): number {
  return Math.round(random * Math.min(longestMs, FIRST_MS * 2 ** (attempt - 1)));
}

/** Milliseconds from some moment on that only ever grow, whatever is done to the clock: for durations, never for dates. */
export function monotonicNow(): number {
  return performance.now();
}

/** Where times come from. */
export interface Times {
  /** Milliseconds since the epoch, as the clock says. */
  now: () => number;
  /** As `monotonicNow`. */
  monotonic: () => number;
}

/** What a deletion by age is decided on. */
export interface DeletionFacts {
  /** Milliseconds since the epoch: what the clock says. */
  now: number;
  /** The newest time on record before this process began, milliseconds since the epoch; null when there is none. */
  newestBefore: number | null;
  /** How long this process has run, monotonic milliseconds. */
  upMs: number;
  /** By how much the clock moved beyond what passed since this process began (see `watchClock`), milliseconds. */
  jumpMs: number;
}

/** A clock that is set by more than this was wrong before or is wrong now. */
const JUMP_MS = 60 * 60_000;
/** A record that is older than this when a process begins: the machine was off that long, or its clock is wrong. */
const GAP_MS = 3 * 24 * 60 * 60_000;
/** After this long a person has had the chance to see what is said of the clock. */
export const TRUST_AFTER_MS = 24 * 60 * 60_000;

/**
 * Why nothing must be deleted for its age now, as words that end a sentence ("the clock moved by 9 h …"), or null when the
 * clock can be believed. One boot with a wrong clock must not age everything at once: deleting waits for a day of running,
 * in which what is kept costs a little room and nothing else.
 */
export function deletionHeld({ now, newestBefore, upMs, jumpMs }: DeletionFacts): string | null {
  if (Math.abs(jumpMs) > JUMP_MS) return `the clock moved by ${hours(jumpMs)} while mc was running`;
  const gap = newestBefore === null ? 0 : now - newestBefore;
  if (gap > GAP_MS && upMs < TRUST_AFTER_MS)
    return `the clock is ${hours(gap)} ahead of the newest record from before the start`;
  if (gap < -JUMP_MS) return `the newest record from before the start lies ${hours(gap)} ahead of the clock`;
  return null;
}

/** Says by how much the clock moved beyond what passed, in milliseconds; negative when it was set back. */
export function watchClock(times: Times): { jumpMs(): number; upMs(): number } {
  const wall = times.now();
  const began = times.monotonic();
  const upMs = () => times.monotonic() - began;
  return { upMs, jumpMs: () => times.now() - wall - upMs() };
}

function hours(ms: number): string {
  const found = Math.abs(ms) / 3_600_000;
  return found < 48 ? `${Math.round(found)} h` : `${Math.round(found / 24)} d`;
}

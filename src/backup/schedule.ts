import { Cron } from 'croner';
import type { Clock } from '../base/index.js';

/** Up to this share of the interval a run is put off, so that many workspaces on one machine do not start at once. */
const JITTER = 0.05;
const MAX_JITTER_MS = 10 * 60_000;
/** What is due sooner is not given to the library: a time that passes while it is taken in never comes there. */
const SOON_MS = 10_000;

/**
 * When the next backup is due. Every interval after the last; one that was missed while nothing ran is made up once, at
 * once. A last backup in the future counts as made now: clocks differ by as much, and one from further ahead is not a last
 * backup to whoever asks (`lastBackupAt`). Milliseconds since the epoch.
 */
export function nextDue(lastAt: number | null, intervalMs: number, now: number): number {
  if (lastAt === null) return now;
  return Math.max(now, Math.min(lastAt, now) + intervalMs);
}

/** How long a run is put off. `random`: from 0 up to 1. */
export function jitterOf(intervalMs: number, random: number): number {
  return Math.floor(Math.min(MAX_JITTER_MS, intervalMs * JITTER) * random);
}

export interface Schedule {
  /** Milliseconds since the epoch, null while a run is under way or after the stop. */
  nextAt(): number | null;
  /** Ends the schedule and waits for a run under way. */
  stop(): Promise<void>;
}

export interface ScheduleOptions {
  intervalMs: number;
  clock: Clock;
  random: () => number;
  /** When the last backup was made or found to hold still. Asked before every wait. */
  lastAt: () => Promise<number | null>;
  /** Makes a backup. Its failures are its own business. */
  run: () => Promise<void>;
}

/** Runs backups one after the other: the next is planned when one has ended, so two never overlap. */
export function startSchedule(options: ScheduleOptions): Schedule {
  const { intervalMs, clock } = options;
  let job: { stop(): void } | null = null;
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  let next: number | null = null;
  let failures = 0;
  const plan = async () => {
    const now = clock.now();
    const due = nextDue(await options.lastAt().catch(() => null), intervalMs, now);
    // After a failure the next attempt does not come at once, and ever later up to the interval.
    const pause = failures === 0 ? 0 : Math.min(intervalMs, 60_000 * 2 ** (failures - 1));
    if (stopped) return;
    next = Math.max(due, now + pause) + jitterOf(intervalMs, options.random());
    job = after(next - now, () => {
      running = turn();
    });
  };
  const turn = async () => {
    next = null;
    try {
      await options.run();
      failures = 0;
    } catch {
      failures += 1;
    }
    if (!stopped) await plan();
  };
  const planned = plan();
  return {
    nextAt: () => next,
    async stop() {
      stopped = true;
      await planned;
      job?.stop();
      next = null;
      await running;
    },
  };
}

/**
 * Runs a step once, after these milliseconds by the machine's own clock (a test's clock only decides how long to wait), also when the
 * machine sleeps meanwhile. Does not keep the process alive.
 */
function after(ms: number, step: () => void): { stop(): void } {
  if (ms > SOON_MS) return new Cron(new Date(Date.now() + ms), { unref: true, maxRuns: 1 }, step);
  const timer = setTimeout(step, Math.max(10, ms)).unref();
  return { stop: () => clearTimeout(timer) };
}

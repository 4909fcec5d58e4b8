import type { Clock } from '../base/index.js';

/** How the service does, for whoever asks and for what it does next. */
export interface Condition {
  /** Why there is no database just now; null: it is open. */
  away(): string | null;
  goAway(reason: string | null): void;
  /** Another program holds the database. True when that has lasted long enough to be told. */
  held(): boolean;
  isHeld(): boolean;
  /** False when it was paused already. */
  pause(reason: string): boolean;
  /** Something was written. Returns how long it had been paused, null when it was not. */
  well(): number | null;
  failed(reason: string): void;
  /** Neither paused nor failed. */
  isWell(): boolean;
  /** A database was set aside, for this reason ("damaged"). */
  setAside(reason: string): void;
  /** The database's file is not under its name, and cannot be put there again; null: it is. */
  lost(reason: string | null): void;
  /** A collection took place. */
  ran(): void;
  /** `available`, or what is wrong. */
  text(): string;
}

export const HELD_REASON = 'another program holds the metrics database';
/** What holds the database for less is somebody's daily work. */
const TOLD_AFTER_MS = 5000;

export function createCondition(clock: Clock, monotonic: () => number, interval: number): Condition {
  let away: string | null = 'the metrics service has not started';
  let paused: { since: number; at: number; reason: string } | null = null;
  let heldSince: number | null = null;
  let failed: string | null = null;
  let setAsideReason: string | null = null;
  let lost: string | null = null;
  let ranAt: number | null = null;
  return {
    away: () => away,
    goAway(reason) {
      away = reason;
    },
    held() {
      heldSince ??= monotonic();
      return monotonic() - heldSince >= TOLD_AFTER_MS;
    },
    isHeld: () => heldSince !== null,
    pause(reason) {
      if (paused) return false;
      paused = { since: clock.now(), at: monotonic(), reason };
      return true;
    },
    well() {
      failed = null;
      heldSince = null;
      const pausedMs = paused === null ? null : Math.round(monotonic() - paused.at);
      paused = null;
      return pausedMs;
    },
    failed(reason) {
      failed = reason;
    },
    isWell: () => failed === null && paused === null,
    setAside(reason) {
      setAsideReason = reason;
    },
    lost(reason) {
      lost = reason;
    },
    ran() {
      ranAt = monotonic();
    },
    text() {
      if (away !== null) return away;
      if (lost !== null) return lost;
      if (paused) return `paused since ${new Date(paused.since).toISOString()}: ${paused.reason}`;
      if (failed !== null) return `the last collection failed: ${failed}`;
      if (setAsideReason !== null) return `the database was ${setAsideReason} and set aside; a new one was begun`;
      const behind = ranAt === null ? 0 : monotonic() - ranAt;
      return behind > interval * 2.5 ? `no collection for ${Math.round(behind / 1000)} s` : 'available';
    },
  };
}

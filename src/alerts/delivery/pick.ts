import type { Waiting } from './outbox.js';
import { LONGEST_WAIT_MS } from './plan.js';

/** More messages than this in a minute are told as one. */
const BURST = 20;
export const MINUTE_MS = 60_000;

/** What is known of a target when its next message is picked. */
export interface Lane {
  /** Milliseconds since the epoch. */
  now: number;
  /** Only what is critical may leave. */
  quiet: boolean;
  /** Messages that left in the last minute. */
  sentLately: number;
  /** A digest left in the last minute. */
  digestLately: boolean;
  /** Whether a few alerts of one rule at one time go together. */
  groups: boolean;
}

export interface Picked {
  /** What is sent now, as one message; empty: nothing. */
  rows: Waiting[];
  /** Whether they go as a digest. */
  digest: boolean;
  /** What has to wait for the end of quiet hours. */
  held: Waiting[];
  /** When to look again, milliseconds from now; null: something is sent. */
  waitMs: number | null;
}

/** Picks the next message for a target out of what waits for it, oldest first. */
export function pick(waiting: readonly Waiting[], lane: Lane): Picked {
  const { now, quiet } = lane;
  const free = quiet ? waiting.filter(({ severity }) => severity === 'critical') : waiting;
  const held = quiet ? waiting.filter((row) => row.severity !== 'critical' && row.state === 'waiting') : [];
  const due = free.filter(({ next_at }) => isDue(next_at, now));
  const [first] = due;
  if (first === undefined) {
    const soonest = Math.min(...free.map(({ next_at }) => next_at - now), MINUTE_MS);
    return { rows: [], digest: false, held, waitMs: Math.max(1, soonest) };
  }
  const send = (rows: Waiting[], digest = rows.length > 1): Picked => ({ rows, digest, held, waitMs: null });
  // A digest that was begun stays as it is: its receivers know it by its id.
  if (first.batch !== null)
    return send(
      due.filter(({ batch }) => batch === first.batch),
      true,
    );
  if (first.attempts > 0) return send([first]);
  const fresh = due.filter(({ attempts, batch }) => attempts === 0 && batch === null);
  const released = fresh.filter(({ state }) => state === 'held');
  if (released.length > 1) return send(released);
  if (lane.sentLately + fresh.length > BURST) {
    const isUrgent = fresh.some(({ severity }) => severity === 'critical');
    if (!lane.digestLately || isUrgent) return send(fresh);
    const retried = due.find(({ attempts }) => attempts > 0);
    if (retried !== undefined)
      return send(
        due.filter(({ id, batch }) => id === retried.id || (batch !== null && batch === retried.batch)),
        retried.batch !== null,
      );
    return { rows: [], digest: false, held, waitMs: 1000 };
  }
  const alike = (row: Waiting) =>
    row.rule === first.rule && row.kind === first.kind && row.queued_at === first.queued_at;
  return send(lane.groups && first.kind !== 'test' ? fresh.filter(alike) : [first]);
}

/** A time that lies further ahead than any wait was written under another clock. */
function isDue(next: number, now: number): boolean {
  return next <= now || next > now + LONGEST_WAIT_MS;
}

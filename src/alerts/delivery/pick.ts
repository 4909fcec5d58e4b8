import type { Waiting } from './outbox.js';
import { LONGEST_WAIT_MS } from './plan.js';

/** More messages than this in a minute are told as one. */
const BURST = 20;
/** A digest waits until nothing new has come for so long: a fleet that fails as a whole is one message, not two. */
const SETTLED_MS = 2000;
/** By then it leaves, whatever else comes. */
const SETTLED_MOST_MS = 10_000;
/** How often it is looked whether the next digest may leave, in milliseconds. */
const DIGEST_LOOK_MS = 1000;
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
    const waitMs = !lane.digestLately || isUrgent ? settling(fresh, now) : DIGEST_LOOK_MS;
    if (waitMs === 0) return send(fresh);
    const retried = due.find(({ attempts }) => attempts > 0);
    if (retried !== undefined)
      return send(
        due.filter(({ id, batch }) => id === retried.id || (batch !== null && batch === retried.batch)),
        retried.batch !== null,
      );
    return { rows: [], digest: false, held, waitMs };
  }
  const alike = (row: Waiting) =>
    row.rule === first.rule && row.kind === first.kind && row.queued_at === first.queued_at;
  return send(lane.groups && first.kind !== 'test' ? fresh.filter(alike) : [first]);
}

/** How long a burst, oldest first, is still waited for, in milliseconds. A clock that was set back ends the wait. */
function settling(burst: readonly Waiting[], now: number): number {
  const ages = [burst[0], burst.at(-1)].map((row) => now - (row?.queued_at ?? now));
  const [oldest = 0, newest = 0] = ages;
  if (oldest < 0 || newest < 0) return 0;
  return Math.max(0, Math.min(SETTLED_MS - newest, SETTLED_MOST_MS - oldest));
}

/** A time that lies further ahead than any wait was written under another clock. */
function isDue(next: number, now: number): boolean {
  return next <= now || next > now + LONGEST_WAIT_MS;
}

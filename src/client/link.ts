import type { Timers } from './socket.js';

/** How long a server may take from the first byte to `hello`. */
const OPENING_MS = 15_000;
const PING_EVERY_MS = 20_000;
const ANSWER_WITHIN_MS = 10_000;
/** What a heartbeat may be late, beyond one that is lost. */
const MARGIN_MS = 5_000;

interface LinkOptions {
  now: () => number;
  timers: Timers;
  openingMs?: number | undefined;
  /** Sends something that is answered; null: nothing would be, so that only heartbeats show that it lives. */
  ping: (() => void) | null;
  /** Called once, when nobody can be there any more. */
  dead: () => void;
}

/** Watches whether the other side still speaks: sockets can stay open for hours after a link died. */
export interface Link {
  /** A frame came, whatever it says. */
  heard(): void;
  /** The stream has begun: from now on pings are sent and heartbeats expected. */
  begun(heartbeatMs: number): void;
  /** Asks at once, for example after a sleep. */
  probe(): void;
  stop(): void;
}

/** Watches a link that is being opened. */
export function watchLink({ now, timers, openingMs = OPENING_MS, ping, dead }: LinkOptions): Link {
  let heardAt = now();
  let silenceMs = openingMs;
  /** When the next ping is due; never before the stream has begun. */
  let pingAt = Number.POSITIVE_INFINITY;
  /** When the answer to a ping is overdue. */
  let answerBy = Number.POSITIVE_INFINITY;
  let timer: unknown = null;

  const ask = (at: number) => {
    pingAt = at + PING_EVERY_MS;
    answerBy = Math.min(answerBy, at + ANSWER_WITHIN_MS);
    ping?.();
  };

  const check = () => {
    const at = now();
    // A clock that was set back must not buy a dead link time.
    if (at < heardAt) heardAt = at;
    if (at >= heardAt + silenceMs || at >= answerBy) return dead();
    if (at >= pingAt) ask(at);
    arm(at);
  };

  const arm = (at: number) => {
    timers.clearTimeout(timer);
    const longest = Number.isFinite(pingAt) ? PING_EVERY_MS : openingMs;
    const due = Math.min(heardAt + silenceMs, pingAt, answerBy) - at;
    timer = timers.setTimeout(check, Math.min(longest, Math.max(0, due)));
  };

  arm(heardAt);
  return {
    heard() {
      heardAt = now();
      answerBy = Number.POSITIVE_INFINITY;
    },
    begun(heartbeatMs) {
      silenceMs = heartbeatMs > 0 ? 2 * heartbeatMs + MARGIN_MS : Number.POSITIVE_INFINITY;
      if (ping !== null) pingAt = now() + PING_EVERY_MS;
      arm(now());
    },
    probe() {
      if (!Number.isFinite(pingAt)) return;
      ask(now());
      arm(now());
    },
    stop: () => timers.clearTimeout(timer),
  };
}

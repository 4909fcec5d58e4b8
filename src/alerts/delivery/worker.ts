import { type Alert, ALERT_SEVERITIES, type NewNotification } from '../../protocol/index.js';
import { bounded, idOf, type Message, MOST_NAMED } from './message.js';
import type { Outbox, Waiting } from './outbox.js';
import { type Lane, MINUTE_MS, pick } from './pick.js';
import { nextAttempt } from './plan.js';
import { isQuiet } from './quiet.js';
import type { Attempt, Sender } from './send.js';
import type { Target } from './target.js';

/** Targets that are sent something at once. */
const AT_ONCE = 4;
/** At most one message in so long goes to a target. */
const PACE_MS = 1000;
/** How often it is looked for what nothing else tells of, in milliseconds: the end of quiet hours, a clock that was set. */
const LOOK_MS = 30_000;
/** After what the database refused. */
const PAUSE_MS = 5000;
/** How long a target that failed too often is left alone, in milliseconds. */
const RESTING_MS = 15_000;

export interface WorkerOptions {
  /** The outbox as it is now: a database that was set aside is replaced. */
  outbox: () => Outbox;
  /** Those that may be sent something, as they are now; null: not known, so that nothing may be dropped. */
  targets: () => readonly Target[];
  /** Whether whoever is not among `targets` is there no more. */
  isComplete: () => boolean;
  sender: Sender;
  host: string;
  /** Where a person can look; of one rule, or of all. */
  linkTo: (alert: Alert | null) => string;
  now: () => number;
  monotonic: () => number;
  random: () => number;
  notify: (notification: NewNotification) => void;
  /** What went wrong that is nobody's message. */
  onError: (error: unknown) => void;
  /** What a message met that did not arrive. */
  onFailure: (target: string, reason: string) => void;
  /** A message has arrived. */
  onSuccess: (target: string) => void;
}

export interface Worker {
  /** Looks for what is to be sent, soon. */
  wake(): void;
  /** Breaks off what is on its way, which is sent again after the next start. */
  close(): Promise<void>;
}

/** What is remembered of a target while the process runs; monotonic milliseconds. */
interface Memory {
  sent: number[];
  digestAt: number;
  /** Until when it is left alone, because it failed too often. */
  restsUntil: number;
}

/** Sends what waits in the outbox: several targets at once, one message at a time to each. */
export function startWorker(options: WorkerOptions): Worker {
  const { sender, now, monotonic } = options;
  const memories = new Map<string, Memory>();
  const busy = new Map<string, Promise<void>>();
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let isWoken = false;

  const look = (): void => {
    isWoken = false;
    if (stop.signal.aborted) return;
    let waitMs = LOOK_MS;
    try {
      const targets = new Map(options.targets().map((target) => [target.name, target]));
      // The first message must not wait for packages to be read.
      if (targets.size > 0) sender.warm();
      for (const { target: name } of queuesInTurn()) {
        const target = targets.get(name);
        if (target === undefined) dropOf(name);
        else if (!busy.has(name) && !target.paused && busy.size < AT_ONCE) waitMs = Math.min(waitMs, serve(target));
      }
    } catch (error) {
      options.onError(error);
      waitMs = PAUSE_MS;
    }
    clearTimeout(timer);
    timer = setTimeout(look, Math.max(1, waitMs));
    timer.unref();
  };

  /** Whoever was served longest ago comes first. */
  const queuesInTurn = () =>
    options
      .outbox()
      .queues()
      .sort((a, b) => (memoryOf(a.target).sent.at(-1) ?? 0) - (memoryOf(b.target).sent.at(-1) ?? 0));

  const memoryOf = (name: string): Memory => {
    const known = memories.get(name) ?? { sent: [], digestAt: Number.NEGATIVE_INFINITY, restsUntil: 0 };
    memories.set(name, known);
    return known;
  };

  const dropOf = (name: string): void => {
    if (options.isComplete())
      options.outbox().end(options.outbox().waiting(name), 'dropped', now(), 'the target was removed');
  };

  /** Begins to send the next message, if there is one; returns when to look again, in milliseconds. */
  const serve = (target: Target): number => {
    const memory = memoryOf(target.name);
    const at = monotonic();
    memory.sent = memory.sent.filter((time) => at - time < MINUTE_MS);
    const pause = Math.max((memory.sent.at(-1) ?? Number.NEGATIVE_INFINITY) + PACE_MS, memory.restsUntil) - at;
    if (pause > 0) return pause;
    const lane: Lane = {
      now: now(),
      quiet: target.quiet !== null && isQuiet(target.quiet, now()),
      sentLately: memory.sent.length,
      digestLately: at - memory.digestAt < MINUTE_MS,
      groups: target.address.kind !== 'pagerduty',
    };
    const picked = pick(options.outbox().waiting(target.name), lane);
    if (picked.held.length > 0) options.outbox().hold(picked.held.map(({ id }) => id));
    if (picked.rows.length === 0) return picked.waitMs ?? LOOK_MS;
    const message = messageOf(picked.rows, picked.digest, target);
    if (message === null) return 1;
    memory.sent.push(at);
    if (picked.digest) memory.digestAt = at;
    const ids = picked.rows.map(({ id }) => id);
    const tried = triedOf(picked.rows, lane.now);
    const next = nextAttempt({ ...tried, now: lane.now, afterMs: null, random: options.random() }) ?? lane.now;
    options.outbox().begin(ids, picked.digest ? message.id : null, lane.now, next);
    const canary = picked.rows.every(({ rule }) => rule === 'canary');
    const sent = sender
      .send(target, message, { signal: stop.signal, canary })
      .then((attempt) => settle(target, picked.rows, attempt))
      .catch(options.onError)
      .finally(() => {
        busy.delete(target.name);
        wake();
      });
    busy.set(target.name, sent);
    return LOOK_MS;
  };

  /** Null when there is nothing (more) to say: the rows are over then. */
  const messageOf = (rows: readonly Waiting[], isDigest: boolean, target: Target): Message | null => {
    // Of a thousand only those that are named are looked up, the loudest first.
    const named = rows.toSorted((a, b) => rankOf(b) - rankOf(a)).slice(0, MOST_NAMED);
    const alerts = named.flatMap(({ alert }) => options.outbox().alert(alert) ?? []);
    const [first] = alerts;
    const [row] = rows;
    if (first === undefined || row === undefined) {
      options.outbox().end(rows, 'dropped', now(), 'its alert is not known any more');
      return null;
    }
    const at = now();
    const common = { at, host: options.host, total: rows.length, alerts: alerts.map(bounded) };
    if (isDigest) {
      const id = row.batch ?? idOf(`digest|${target.name}|${options.host}|${new Date(at).toISOString()}`);
      return { ...common, id, type: 'alert.digest', url: options.linkTo(null) };
    }
    const type = row.kind === 'test' ? 'test' : (`alert.${row.kind}` as const);
    return {
      ...common,
      id: idOf(row.alert, row.kind === 'resolved' ? '|resolved' : ''),
      type,
      url: options.linkTo(first),
    };
  };

  const settle = (target: Target, rows: readonly Waiting[], attempt: Attempt): void => {
    const at = now();
    const ids = rows.map(({ id }) => id);
    switch (attempt.outcome) {
      case 'delivered':
        options.outbox().end(rows, 'delivered', at, null);
        options.outbox().success(target.name, at);
        return options.onSuccess(target.name);
      case 'again': {
        const next = nextAttempt({ ...triedOf(rows, at), now: at, afterMs: attempt.afterMs, random: options.random() });
        options.outbox().failure(target.name, at, attempt.reason, null);
        options.onFailure(target.name, attempt.reason);
        if (next !== null) return options.outbox().again(ids, next, attempt.reason);
        options.outbox().end(rows, 'gave_up', at, attempt.reason);
        return tell(target, rows, `it was tried for a day: ${attempt.reason}`);
      }
      case 'gone':
      case 'refused':
        options.outbox().failure(target.name, at, attempt.reason, attempt.outcome === 'gone' ? attempt.reason : null);
        options.onFailure(target.name, attempt.reason);
        options.outbox().end(rows, 'refused', at, attempt.reason);
        return tell(
          target,
          rows,
          attempt.outcome === 'gone' ? `${attempt.reason}; nothing more is sent to it` : attempt.reason,
        );
      case 'resting':
        memoryOf(target.name).sent.pop();
        memoryOf(target.name).restsUntil = monotonic() + RESTING_MS;
        return options.outbox().unbegin(ids, at);
      case 'stopped':
        // It may have arrived: it stays as it was put on record.
        return;
    }
  };

  const tell = ({ name }: Target, rows: readonly Waiting[], reason: string): void => {
    const what = rows.length === 1 ? `the alert ${rows[0]?.rule}` : `a digest of ${rows.length} alerts`;
    options.notify({
      title: 'Alert not delivered',
      message: `${what} did not reach the target ${name}: ${reason}`,
      level: 'error',
      data: { target: name, deliveries: rows.slice(0, 20).map(({ id }) => id), hint: `mc alerts target test ${name}` },
    });
  };

  const wake = (): void => {
    if (isWoken || stop.signal.aborted) return;
    isWoken = true;
    setImmediate(look);
  };

  wake();
  return {
    wake,
    async close() {
      stop.abort(new Error('the server stops'));
      clearTimeout(timer);
      await Promise.all(busy.values());
    },
  };
}

function rankOf({ severity }: Waiting): number {
  return ALERT_SEVERITIES.indexOf(severity);
}

/** How often the oldest of some messages was tried, with the attempt that is being made, and since when. */
function triedOf(rows: readonly Waiting[], now: number): { attempts: number; firstAt: number } {
  return {
    attempts: Math.max(...rows.map(({ attempts }) => attempts)) + 1,
    firstAt: Math.min(...rows.map(({ first_at }) => first_at ?? now)),
  };
}

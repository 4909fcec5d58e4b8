import { createHash } from 'node:crypto';
import { type Clock, McError, monotonicNow, toMcError } from '../../base/index.js';
import type { Logger } from '../../base/log.js';
import {
  type Alert,
  type AlertTarget,
  type AlertTargetsAnswer,
  type DeliveriesAnswer,
  type DeliveryRow,
  type NewNotification,
  isoOf,
  routePath,
  type TargetTestAnswer,
} from '../../protocol/index.js';
import type { AlertChange, AlertsDatabase, AlertsOutlet } from '../contract.js';
import type { Smtp } from './mail.js';
import { type Managers, startManagers } from './managers.js';
import { bounded, idOf } from './message.js';
import { createOutbox, migrate, type Outbox, type Outcome, type TargetRecord } from './outbox.js';
import { queueChanges } from './queue.js';
import { createSender } from './send.js';
import { mustHave, type TargetBook } from './target-file.js';
import { hears, shownTarget, type Target } from './target.js';
import { startWorker, type Worker } from './worker.js';

const HOUR = 3_600_000;
/** A target that nothing arrived at for so long is sent a proof that it would. */
const CANARY_MS = 7 * 24 * HOUR;
/** A message that waits for longer makes its target a problem. */
const LATE_MS = 10 * 60_000;

export interface DeliveryOptions {
  targets: TargetBook;
  /** URLs of Alertmanagers, all of which hear of everything. */
  alertmanagers: readonly string[];
  smtp: Smtp;
  /** The name of this machine. */
  host: string;
  /** Where a person finds this server, `http://…` without a slash at its end. */
  url: string;
  clock: Clock;
  log: Pick<Logger, 'warn' | 'info' | 'error'>;
  notify: (notification: NewNotification) => void;
  /** Where secrets may stand. Default: this process's. */
  env?: NodeJS.ProcessEnv;
  monotonic?: () => number;
  /** 0 to 1. */
  random?: () => number;
  /** Other times than the contract's, in milliseconds. */
  ms?: { attempt?: number; rest?: number; resend?: number; away?: number };
}

export interface DeliveriesWanted {
  /** Only those that gave up or were refused. */
  failed?: boolean | undefined;
  target?: string | undefined;
  limit?: number | undefined;
  /** `next_cursor` of the page before. */
  cursor?: string | undefined;
}

/** What a scrape is told. */
export interface DeliveryFigures {
  outcomes: { target: string; outcome: Outcome; count: number }[];
  /** How long the oldest message that waits for a target has waited, in seconds; 0: none waits. */
  lags: { target: string; seconds: number }[];
}

/** Takes alerts to people. */
export interface Delivery extends AlertsOutlet {
  /** Begins to send what waits. */
  start(): void;
  close(): Promise<void>;
  /** What does not arrive, in words; null: all is well. */
  health(): string | null;
  targets(): AlertTargetsAnswer;
  deliveries(wanted: DeliveriesWanted): DeliveriesAnswer;
  /** Sends again what was refused or given up. @throws McError `delivery.not_found`, `input.invalid` for what has arrived */
  retry(id: number): DeliveryRow;
  /** Sends a test to a target, at once and once. @throws McError `target.not_found`, `starting` */
  test(target: string): Promise<TargetTestAnswer>;
  /** Whether an Alertmanager holds an alert back. */
  suppresses(alert: Alert): boolean;
  figures(): DeliveryFigures;
}

/** Makes what takes alerts to people; `prepare` gives it its database, and nothing is sent before `start`. */
export function createDelivery(options: DeliveryOptions): Delivery {
  const {
    targets: book,
    host,
    clock,
    log,
    env = process.env,
    monotonic = monotonicNow,
    random = Math.random,
  } = options;
  const now = () => clock.now();
  const sender = createSender({ smtp: options.smtp, env, now, ...(options.ms ? { ms: options.ms } : {}) });
  const stop = new AbortController();
  let outbox: Outbox | null = null;
  let worker: Worker | null = null;
  let managers: Managers | null = null;
  let chores: NodeJS.Timeout | undefined;
  const failing = new Set<string>();

  const linkTo = (alert: Alert | null): string =>
    options.url + (alert === null ? routePath('alerts') : routePath('alertRule', { rule: alert.rule }));
  const recordOf = ({ name, url }: Target): TargetRecord | null =>
    outbox?.record(name, createHash('sha256').update(url).digest('base64url')) ?? null;
  /** With those that were switched off as paused. */
  const standing = (): Target[] =>
    book.targets().map((target) => (recordOf(target)?.off ? { ...target, paused: true } : target));
  /** Whoever hears of what changes now. */
  const listening = (): Target[] => {
    const managed = options.alertmanagers.length > 0 && managers?.away() !== true;
    return standing().filter(({ paused, fallback }) => !paused && !(fallback && managed));
  };

  let lastFault = '';
  /** The same again and again says nothing new. */
  const onError = (error: unknown): void => {
    const { message } = toMcError(error);
    if (message !== lastFault) log.error({ err: error }, 'sending alerts failed');
    lastFault = message;
  };
  const onFailure = (target: string, reason: string): void => {
    if (failing.has(target)) return;
    failing.add(target);
    log.warn({ target, reason }, 'a target of alerts does not take what it is sent');
  };

  /** What comes round each hour: proofs that targets would be reached, and forgetting. */
  const doChores = (): void => {
    try {
      const at = now();
      for (const target of standing()) if (!target.paused) proveWeekly(target, at);
      outbox?.forget(at);
    } catch (error) {
      onError(error);
    }
  };

  const proveWeekly = (target: Target, at: number): void => {
    const { last_success_at: success = null, canary_at: canary = null } = recordOf(target) ?? {};
    // Of a new target the first one is due in a week: whoever makes it, tests it.
    const last = Math.max(success ?? 0, canary ?? 0);
    if (canary !== null && last <= at && at - last < CANARY_MS) return;
    outbox?.canary(target.name, at);
    if (canary === null) return;
    const alert = testAlert('canary', target.name, host, at);
    outbox?.keep(alert, false, at);
    outbox?.add(alert, target.name, 'test', at);
    worker?.wake();
  };

  const takeOver = (since: number): void => {
    log.warn({}, 'no Alertmanager answers: targets that are a fallback take over');
    const fallbacks = standing().filter(({ paused, fallback }) => fallback && !paused);
    for (const alert of outbox?.current(now()) ?? []) {
      const isNews = Date.parse(alert.fired_at ?? alert.since) >= since - 60_000;
      if (alert.state !== 'firing' || alert.acknowledged_at !== null || !isNews) continue;
      for (const target of fallbacks) if (hears(target, alert)) outbox?.add(alert, target.name, 'firing', now());
    }
    worker?.wake();
  };

  const open = (): Outbox => {
    if (outbox !== null) return outbox;
    throw new McError('starting', 'the database of alerts is not open', { hint: 'try again in a moment' });
  };

  const rowOf = (target: Target): AlertTarget => {
    const record = recordOf(target);
    const waiting = outbox?.queues().find(({ target: name }) => name === target.name)?.count ?? 0;
    return {
      ...shownTarget(target),
      off: record?.off ?? null,
      waiting: outbox === null ? null : waiting,
      last_success_at: timeOf(record?.last_success_at),
      last_error_at: timeOf(record?.last_error_at),
      last_error: record?.last_error ?? null,
    };
  };

  const problemOf = (target: Target, at: number): string | null => {
    const record = recordOf(target);
    if (record?.off) return `target ${target.name} is off: ${record.off}`;
    const queue = outbox?.queues().find(({ target: name }) => name === target.name);
    const isLate = queue !== undefined && at - queue.oldest > LATE_MS && record?.last_error != null;
    return isLate ? `target ${target.name} is not reached: ${record.last_error}` : null;
  };

  return {
    prepare(database: AlertsDatabase) {
      migrate(database);
      outbox = createOutbox(database);
    },
    onChange(changes: readonly AlertChange[]) {
      if (outbox !== null) queueChanges(changes, { outbox, targets: listening(), now: now() });
    },
    onCommitted() {
      worker?.wake();
      managers?.wake();
    },
    start() {
      worker = startWorker({
        outbox: open,
        targets: standing,
        isComplete: () => book.error() === null,
        sender,
        host,
        linkTo,
        now,
        monotonic,
        random,
        notify: options.notify,
        onError,
        onFailure,
      });
      if (options.alertmanagers.length > 0) {
        managers = startManagers({
          urls: options.alertmanagers,
          host,
          linkTo,
          current: () => outbox?.current(now()) ?? [],
          now,
          monotonic,
          onChange: (url, error) =>
            error === null
              ? log.info({ url }, 'Alertmanager answers')
              : log.warn({ url, reason: error }, 'Alertmanager does not take alerts'),
          onError,
          onAway: takeOver,
          ...(options.ms ? { ms: options.ms } : {}),
        });
      }
      doChores();
      chores = setInterval(doChores, HOUR);
      chores.unref();
    },
    async close() {
      stop.abort(new Error('the server stops'));
      clearInterval(chores);
      await Promise.all([worker?.close(), managers?.close()]);
    },
    health() {
      const at = now();
      const away = managers?.away() === true ? ['no Alertmanager answers'] : [];
      const problems = [...away, ...book.targets().flatMap((target) => problemOf(target, at) ?? [])];
      return problems.length === 0 ? null : problems.join('; ');
    },
    targets: () => ({
      targets: book.targets().map(rowOf),
      alertmanagers: managers?.states() ?? [],
      error: book.error(),
    }),
    deliveries({ failed = false, target, limit = 100, cursor }) {
      if (cursor !== undefined && !/^\d{1,15}$/.test(cursor)) {
        throw new McError('input.invalid', 'cursor: not one of this list', {
          hint: 'pass the next_cursor of the page before',
        });
      }
      const before = cursor === undefined ? null : Number(cursor);
      const rows = open().page({ failed, target: target ?? null, before, limit: limit + 1 });
      const page = rows.slice(0, limit);
      return { deliveries: page, next_cursor: rows.length > limit ? String(page.at(-1)?.id) : null };
    },
    retry(id) {
      const row = open().one(id);
      if (row === null) {
        throw new McError('delivery.not_found', `there is no delivery ${id}`, { hint: 'mc alerts deliveries' });
      }
      if (!open().retry(id, now())) {
        throw new McError('input.invalid', `delivery ${id} is ${row.state}: it is not sent again`, {
          hint: 'mc alerts deliveries --failed shows what can be',
        });
      }
      worker?.wake();
      return open().one(id) ?? row;
    },
    async test(name) {
      const box = open();
      const target = mustHave(book.targets(), name);
      recordOf(target);
      const at = now();
      const alert = testAlert('test', name, host, at);
      const message = {
        id: idOf(alert.id),
        type: 'test',
        at,
        alerts: [bounded(alert)],
        total: 1,
        host,
        url: linkTo(null),
      } as const;
      const began = monotonic();
      const attempt = await sender.send(target, message, { signal: stop.signal });
      const error = 'reason' in attempt ? attempt.reason : (UNSENT[attempt.outcome] ?? null);
      if (error === null) {
        box.success(name, now());
        failing.delete(name);
      } else box.failure(name, now(), error, null);
      return { success: error === null, target: name, duration_ms: Math.round(monotonic() - began), error };
    },
    suppresses: (alert) => managers?.suppresses(alert) ?? false,
    figures() {
      const at = now();
      const queues = new Map(outbox?.queues().map(({ target, oldest }) => [target, oldest]));
      const lags = book.targets().map(({ name }) => {
        return { target: name, seconds: Math.max(0, at - (queues.get(name) ?? at)) / 1000 };
      });
      return { outcomes: outbox?.counts() ?? [], lags };
    },
  };
}

const UNSENT: Record<string, string | undefined> = {
  resting: 'it failed five times in a row and is left alone for a minute',
  stopped: 'the server stops',
};

/** An alert that is about nothing, to be told to one target. */
function testAlert(rule: 'test' | 'canary', target: string, host: string, at: number): Alert {
  const since = new Date(at).toISOString();
  return {
    id: `${rule}|${target}|${host}|${since}`,
    rule,
    severity: 'info',
    state: 'firing',
    agent: null,
    since,
    fired_at: since,
    resolved_at: null,
    summary: `This is a test: alerts from ${host} reach the target ${target}`,
    evidence: rule === 'test' ? 'somebody asked for it: mc alerts test' : 'sent when nothing else arrived for a week',
    value: null,
    limit: null,
    unit: null,
    acknowledged_at: null,
    silenced_until: null,
  };
}

function timeOf(time: number | null | undefined): string | null {
  return time === null || time === undefined ? null : isoOf(time);
}

import { createHash } from 'node:crypto';
import { McError, monotonicNow, toMcError } from '../../base/index.js';
import { type Alert, routePath } from '../../protocol/index.js';
import type { AlertChange, AlertsDatabase } from '../contract.js';
import type { Delivery, DeliveryOptions } from './contract.js';
import { type Managers, startManagers } from './managers.js';
import { bounded, idOf } from './message.js';
import { createOutbox, migrate, type Outbox, type TargetRecord } from './outbox.js';
import { proveWeekly, testAlert } from './proof.js';
import { queueChanges } from './queue.js';
import { createSender } from './send.js';
import { mustHave } from './target-file.js';
import { problemOf, queuesByTarget, rowOf } from './standing.js';
import { hears, type Target } from './target.js';
import { startWorker, type Worker } from './worker.js';

/** How often chores come round, in milliseconds. */
const HOUR = 3_600_000;

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
  /** Targets whose trouble is in the log already. */
  const failing = new Set<string>();

  const linkTo = (alert: Alert | null): string =>
    options.url + (alert === null ? routePath('alerts') : routePath('alertRule', { rule: alert.rule }));
  const recordOf = ({ name, url }: Target): TargetRecord | null =>
    outbox?.record(name, createHash('sha256').update(url).digest('base64url')) ?? null;
  /** With those that were switched off as paused. */
  const standing = (): Target[] => {
    tellBook(book.error());
    return book.targets().map((target) => (recordOf(target)?.off ? { ...target, paused: true } : target));
  };
  /** Whoever hears of what changes now. */
  const listening = (): Target[] => {
    const managed = options.alertmanagers.length > 0 && managers?.away() !== true;
    return standing().filter(({ paused, fallback }) => !paused && !(fallback && managed));
  };

  let bookFault: string | null = null;
  const tellBook = (fault: string | null): void => {
    if (fault === bookFault) return;
    bookFault = fault;
    if (fault === null) return log.info({}, 'the targets of alerts were read');
    log.warn({ reason: fault }, 'the targets of alerts are wrong: those that were read before are in force');
    const message = `${fault}; the targets that were read before are in force`;
    options.notify({ title: 'Alerts: the targets are wrong', message, level: 'warning' });
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
      for (const target of standing()) {
        const isDue =
          !target.paused && outbox !== null && proveWeekly(outbox, target, { record: recordOf(target), host, now: at });
        if (isDue) worker?.wake();
      }
      outbox?.forget(at);
    } catch (error) {
      onError(error);
    }
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
        onSuccess: (name) => void failing.delete(name),
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
      const fault = book.error();
      const away = [
        ...(fault === null ? [] : [fault]),
        ...(managers?.away() === true ? ['no Alertmanager answers'] : []),
      ];
      const targets = book.targets();
      // Probes ask all day: where nobody is sent anything the database is not asked.
      const queues = targets.length === 0 ? new Map() : queuesByTarget(outbox);
      const of = (target: Target) => problemOf(target, recordOf(target), queues.get(target.name), at);
      const problems = [...away, ...targets.flatMap((target) => of(target) ?? [])];
      return problems.length === 0 ? null : problems.join('; ');
    },
    targets() {
      const queues = queuesByTarget(outbox);
      const waiting = ({ name }: Target) => (outbox === null ? null : (queues.get(name)?.count ?? 0));
      return {
        targets: book.targets().map((target) => rowOf(target, recordOf(target), waiting(target))),
        alertmanagers: managers?.states() ?? [],
        error: book.error(),
      };
    },
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
      const queues = queuesByTarget(outbox);
      const lags = book.targets().map(({ name }) => {
        return { target: name, seconds: Math.max(0, at - (queues.get(name)?.oldest ?? at)) / 1000 };
      });
      return { outcomes: outbox?.counts() ?? [], lags };
    },
  };
}

const UNSENT: Record<string, string | undefined> = {
  resting: 'it failed five times in a row and is left alone for a minute',
  stopped: 'the server stops',
};

import { hostname } from 'node:os';
import { type Clock, monotonicNow, toMcError } from '../base/index.js';
import type { Logger } from '../base/log.js';
import type { Bus, Entry as BusEntry } from '../bus/index.js';
import {
  ageOf,
  type AlertRule,
  type EventDraft,
  type EventType,
  isoOf,
  type MetricRow,
  type Snapshot,
} from '../protocol/index.js';
import { ruleRows, type Standing } from './answers.js';
import { openRuleBook } from './book.js';
import { flyCanary } from './canary.js';
import type { AlertChange, Alerts, AlertsOutlet } from './contract.js';
import type { AlertsFileReader } from './file.js';
import { createRequests } from './requests.js';
import { createEngine, keyOf, type Round } from './engine/engine.js';
import { createNotifier } from './engine/notifier.js';
import { createWorks } from './engine/work.js';
import { createKeeper } from './keeper.js';
import { createPace } from './pace.js';
import type { Facts, World } from './rules/index.js';
import { openOrRemember } from './store/database.js';
import { createStore, type KeptSilence } from './store/store.js';

export interface AlertsOptions {
  /** Where the database lies (`alertsDatabasePath`); null: what is kept ends with the process. */
  database: string | null;
  /** The user's `alerts.json`. */
  file: AlertsFileReader;
  snapshot: Snapshot;
  bus: Pick<Bus, 'subscribe'>;
  /** Puts events onto the stream, and into the snapshot. */
  publish: (drafts: EventDraft[]) => void;
  /** Into the snapshot only: what fired before the start is no news. */
  restore: (draft: EventDraft) => void;
  /** From memory: asked at every look. */
  facts: () => Facts;
  /** The newest samples. */
  latest: () => { agents: ReadonlyMap<string, MetricRow>; system: MetricRow | null; timestamp: string | null };
  /** How far two samples lie apart, in milliseconds. */
  collectInterval: number;
  clock: Clock;
  /** Milliseconds that only ever grow. */
  monotonic?: () => number;
  log: Logger;
  newId: () => string;
  /** Takes alerts out of the house; null: clients and the event log hear of them, nobody else. */
  outlet?: AlertsOutlet | null;
  /** Is told once, when looking fails again and again: then it must be stopped and started anew. */
  onFailure?: (error: unknown) => void;
}

/** The watch over rules, at work. */
export interface AlertsService extends Alerts {
  /** `available`, or what is wrong. */
  health(): string;
  /** Every rule with what it has found, for figures. */
  rows(): AlertRule[];
  /** Writes what is pending, and ends. */
  stop(): void;
}

/** Between two looks when nothing happens: ages grow, silences end. */
const TICK_MS = 1000;
/** Progress of what is pending is written so often. */
const CHECKPOINT_MS = 30_000;
/** A sample that is older than so many intervals says nothing of now. */
const FRESH_INTERVALS = 2.5;
/** Looks that fail one after the other before it is given up. */
const FAILURES = 5;
/** Events after which something may be wrong that was not, or the other way round. */
const HEARD: ReadonlySet<EventType> = new Set([
  'agent_status',
  'agent_removed',
  'task_update',
  'backup_update',
  'system_metric',
]);

/**
 * Opens what was kept (a database that cannot be used is set aside, one that cannot be written is done without), proves that
 * alerts arrive, and begins to look.
 */
export async function startAlerts(options: AlertsOptions): Promise<AlertsService> {
  const { snapshot, clock, log, monotonic = monotonicNow, outlet = null } = options;
  const opened = await openOrRemember(options.database, clock.now(), (db) => outlet?.prepare(db));
  const store = createStore(opened.db);
  const keeper = createKeeper(store, outlet, (error) => log.error({ err: error }, 'alerts could not be kept'));
  const book = openRuleBook(options.file);
  const works = createWorks(store.work(), clock.now(), monotonic());
  const engine = createEngine({ host: hostname(), kept: store.current(), cooling: cooling() });
  let silences: KeptSilence[] = store.silences();
  const failures = new Map<string, string>();
  let checkpointAt = 0;
  let failed = 0;

  const notify = (title: string, message: string) => {
    const data = { id: options.newId(), title, message, level: 'warning' as const, data: {} };
    options.publish([{ type: 'notification', data, at: clock.now() }]);
  };
  const notifier = createNotifier({
    newId: options.newId,
    publish: (data) => options.publish([{ type: 'notification', data, at: clock.now() }]),
    onNotified(entries, notification) {
      for (const entry of entries) entry.notification = notification;
      keeper.also(() => {
        for (const entry of entries) if (entry.alert.state === 'firing') store.keep(entry);
      });
    },
  });

  /** For how much longer what is over keeps the next of its kind waiting. */
  function cooling(): Map<string, number> {
    const waits = new Map(book.rules().map(({ name, cooldownMs }) => [name, cooldownMs]));
    const recent = store.history({ since: clock.now() - Math.max(0, ...waits.values()), limit: 1000 }).alerts;
    return new Map(
      recent.flatMap(({ rule, agent, resolved_at: at }): [string, number][] => {
        const age = ageOf(Date.parse(at ?? ''), clock.now());
        const rest = (waits.get(rule) ?? 0) - (age ?? Number.POSITIVE_INFINITY);
        return rest > 0 ? [[keyOf(rule, agent), rest]] : [];
      }),
    );
  }

  const worldAt = (at: number): World => {
    const now = clock.now();
    const { agents, system, timestamp } = options.latest();
    const age = timestamp === null ? null : ageOf(Date.parse(timestamp), now);
    const isFresh = age !== null && age <= FRESH_INTERVALS * options.collectInterval;
    const facts = options.facts();
    return {
      now,
      agents: snapshot.agents,
      tasks: snapshot.tasks,
      samples: isFresh ? { agents, system } : null,
      facts: opened.setAside === null ? facts : { ...facts, setAside: [...facts.setAside, opened.setAside] },
      workOf: (agent) => works.view(agent, at),
    };
  };

  /** What changed goes into the database first, then onto the stream. */
  const take = (changes: Round['changes']): void => {
    if (changes.length === 0) return;
    keeper.write(changes);
    const at = clock.now();
    // An update has the time that it names, so that it can be told from other news of the alert (`isAlertUpdate`).
    const timeOf = ({ kind, alert }: AlertChange) => (kind === 'updated' ? Date.parse(alert.updated_at ?? '') : at);
    options.publish(changes.map((change) => ({ type: 'alert', data: change.alert, at: timeOf(change) })));
    notifier.take(changes);
  };

  const look = (): void => {
    const at = monotonic();
    if (book.look()) reportFile();
    endSilences();
    const round = engine.look(book.rules(), worldAt(at), silences, at);
    noteFailures(round.failures);
    take(round.changes);
    if (at >= checkpointAt) checkpoint(at);
    pace.within(Math.min(round.dueMs ?? TICK_MS, TICK_MS));
  };
  const pace = createPace(() => {
    // Planned first: a look that throws is not the last one.
    pace.within(TICK_MS);
    try {
      look();
      failed = 0;
    } catch (error) {
      failed += 1;
      log.error({ err: error }, 'looking for alerts failed');
      if (failed !== FAILURES) return;
      pace.stop();
      options.onFailure?.(error);
    }
  });

  const reportFile = () => {
    const { path, error, state } = book.file();
    if (error === null) return log.info({ file: path, state }, 'the rules of alerts were read');
    log.warn({ file: path, error }, 'the file of alerts is wrong');
    const inForce = state === 'kept' ? 'what it said before is in force' : 'the built-in rules are in force';
    notify('Alerts: the file is wrong', `${error}; ${inForce}`);
  };

  const endSilences = () => {
    const now = clock.now();
    const over = silences.filter(({ until }) => until <= now);
    if (over.length === 0) return;
    silences = silences.filter(({ until }) => until > now);
    keeper.also(() => {
      for (const { id } of over) store.endSilence(id);
    });
  };

  const noteFailures = (found: Round['failures']) => {
    for (const rule of failures.keys()) if (!found.has(rule)) failures.delete(rule);
    for (const [rule, error] of found) {
      const { message } = toMcError(error);
      if (failures.get(rule) !== message) log.error({ err: error, rule }, 'a rule of alerts failed');
      failures.set(rule, message);
    }
  };

  /** What changes all the time is written now and then: how long things have been pending, what agents work on. */
  const checkpoint = (at: number) => {
    checkpointAt = at + CHECKPOINT_MS;
    keeper.retry();
    const pending = [...engine.entries()].filter(({ alert }) => alert.state === 'pending');
    const gone = store.current().filter(({ alert }) => alert.state === 'pending');
    const work = works.changed();
    if (pending.length + gone.length + work.size === 0) return;
    keeper.also(() => {
      for (const { alert } of gone) store.forget(alert);
      for (const entry of pending) store.keep(entry);
      for (const [agent, seen] of work) {
        if (seen) store.keepWork(seen);
        else store.forgetWork(agent);
      }
    });
  };

  const standing = (): Standing => ({
    rules: book.rules(),
    failures,
    alerts: [...engine.entries()].map(({ alert }) => alert),
    silences,
    file: book.file(),
    now: clock.now(),
  });
  const requests = createRequests({
    standing,
    engine,
    store,
    keeper,
    take,
    isAgent: (agent) => snapshot.agents.has(agent),
    now: () => clock.now(),
    newId: options.newId,
    setSilences(next) {
      silences = next;
      pace.now();
    },
    acknowledgeNotification(id, at) {
      const kept = snapshot.notifications.find((notification) => notification.id === id);
      if (kept?.acknowledged_at !== null) return;
      options.publish([{ type: 'notification_ack', data: { id, acknowledged_at: isoOf(at) ?? '' }, at }]);
    },
  });

  const hear = ({ event }: BusEntry): void => {
    if (event.type === 'notification_ack') requests.acknowledgeBy(event.data.id);
    if (event.type === 'agent_removed') works.drop(event.data.agent);
    const agent = event.type === 'agent_status' ? snapshot.agents.get(event.data.agent) : undefined;
    if (agent) works.see(agent, clock.now(), monotonic());
    if (HEARD.has(event.type)) pace.within(0);
  };

  for (const { alert } of engine.entries()) {
    if (alert.state === 'firing') options.restore({ type: 'alert', data: alert, at: clock.now() });
  }
  for (const agent of snapshot.agents.values()) works.see(agent, clock.now(), monotonic(), true);
  const canary = flyCanary(store, worldAt(monotonic()));
  if (canary !== null) log.error({ reason: canary }, 'alerts do not arrive');
  if (opened.fault !== null) log.warn({ reason: opened.fault }, 'alerts are not kept when the server ends');
  if (book.file().error !== null) reportFile();
  const unsubscribe = options.bus.subscribe(hear);
  pace.now();

  return {
    ...requests,
    health() {
      const [failing] = failures;
      if (canary !== null) return canary;
      if (failing) return `the rule ${failing[0]} failed: ${failing[1]}`;
      return keeper.fault() ?? 'available';
    },
    rows: () => ruleRows(standing()),
    stop() {
      pace.stop();
      unsubscribe();
      notifier.stop();
      checkpoint(monotonic());
      store.close();
    },
  };
}

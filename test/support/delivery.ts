import Sqlite from 'better-sqlite3';
import { onTestFinished, vi } from 'vitest';
import type { AlertChange } from '../../src/alerts/contract.js';
import type { Delivery, DeliveryOptions } from '../../src/alerts/delivery/contract.js';
import { createDelivery } from '../../src/alerts/delivery/delivery.js';
import { parseTargets } from '../../src/alerts/delivery/target-list.js';
import type { TargetBook } from '../../src/alerts/delivery/target-file.js';
import type { Target } from '../../src/alerts/delivery/target.js';
import type { Alert, NewNotification } from '../../src/protocol/index.js';
import { FIRED_AT } from './firing.js';

/** A delivery with its own database, clock and targets. */
export interface Stand {
  delivery: Delivery;
  database: Sqlite.Database;
  notified: NewNotification[];
  /** Everything that was logged, as one text. */
  logged: () => string;
  /** Moves both clocks. */
  pass(ms: number): void;
  now: () => number;
  /** Makes the targets others. */
  target(entries: unknown[]): void;
  change(changes: (Partial<AlertChange> & { alert: Alert })[]): void;
  fire(...alerts: Alert[]): void;
  resolve(alert: Alert): void;
  /** What became of messages, oldest first. */
  states(): string[];
  close(): Promise<void>;
}

interface StandOptions extends Partial<Pick<DeliveryOptions, 'alertmanagers' | 'smtp' | 'env' | 'ms'>> {
  targets?: unknown[];
  database?: Sqlite.Database;
  now?: number;
  /** False: it is not started yet. */
  start?: boolean;
}

/** Makes a delivery over real sockets whose clock stands still until it is moved; closed after the test. */
export function standUp(options: StandOptions = {}): Stand {
  let [now, monotonic] = [options.now ?? FIRED_AT, 0];
  const database = options.database ?? new Sqlite(':memory:');
  const notified: NewNotification[] = [];
  const lines: string[] = [];
  const say = (...words: unknown[]) =>
    void lines.push(JSON.stringify(words, (_, it) => (it instanceof Error ? it.stack : it)));
  let targets: Target[] = parseTargets(options.targets ?? [], 'alerts.json');
  const book: TargetBook = { targets: () => targets, error: () => null };
  const delivery = createDelivery({
    targets: book,
    alertmanagers: options.alertmanagers ?? [],
    smtp: options.smtp ?? { url: null, from: null },
    host: 'host-1',
    url: 'http://127.0.0.1:8080',
    clock: { now: () => now },
    monotonic: () => monotonic,
    random: () => 0.5,
    log: { warn: say, info: say, error: say },
    notify: (notification) => void notified.push(notification),
    env: options.env ?? {},
    ...(options.ms ? { ms: options.ms } : {}),
  });
  delivery.prepare(database);
  if (options.start !== false) delivery.start();
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= delivery.close();
    return closed;
  };
  onTestFinished(close);
  const change: Stand['change'] = (changes) => {
    const whole = changes.map(({ alert, kind = alert.state === 'resolved' ? 'resolved' : 'firing', tell = true }) => {
      return { alert, kind, tell, title: 'Something is wrong' } satisfies AlertChange;
    });
    database.transaction(() => delivery.onChange(whole, database))();
    delivery.onCommitted();
  };
  return {
    delivery,
    database,
    notified,
    logged: () => lines.join('\n'),
    now: () => now,
    pass(ms) {
      now += ms;
      monotonic += ms;
      delivery.onCommitted();
    },
    target(entries) {
      targets = parseTargets(entries, 'alerts.json');
    },
    change,
    fire: (...alerts) => change(alerts.map((alert) => ({ alert }))),
    resolve(alert) {
      change([{ alert: { ...alert, state: 'resolved', resolved_at: new Date(now).toISOString() } }]);
    },
    states: () =>
      database
        .prepare(`SELECT target || ' ' || kind || ' ' || state FROM deliveries ORDER BY id`)
        .pluck()
        .all() as string[],
    close,
  };
}

/** Waits until something is so. */
export function until(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: 20_000, interval: 10 });
}

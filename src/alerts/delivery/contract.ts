import type { Clock } from '../../base/index.js';
import type { Logger } from '../../base/log.js';
import type {
  Alert,
  AlertTargetsAnswer,
  DeliveriesAnswer,
  DeliveryRow,
  NewNotification,
  TargetTestAnswer,
} from '../../protocol/index.js';
import type { AlertsOutlet } from '../contract.js';
import type { Smtp } from './mail.js';
import type { Outcome } from './outbox.js';
import type { TargetBook } from './target-file.js';

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

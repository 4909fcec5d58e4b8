import type BetterSqlite from 'better-sqlite3';
import type {
  Alert,
  AlertAckAnswer,
  AlertHistoryAnswer,
  AlertRuleAnswer,
  AlertsAnswer,
  AlertSilence,
  NewAlertSilence,
} from '../protocol/index.js';

/** The database of alerts, open. */
export type AlertsDatabase = BetterSqlite.Database;

/** What happened to one alert. */
export interface AlertChange {
  /**
   * `changed`: acknowledged, silenced or muted, or that no longer; it fires all the same. `updated`: only what it says is new.
   */
  kind: 'firing' | 'resolved' | 'changed' | 'updated';
  /** As it is now. */
  alert: Alert;
  /** What is wrong, in a few words, the same for all alerts of a rule. */
  title: string;
  /**
   * Whether people are to be told now. False while it is silenced, acknowledged or its rule is muted, and for the end of an
   * alert of which nobody was told. A `changed` alert is to be told when a silence ended and it fires still.
   */
  tell: boolean;
}

/** Takes alerts out of the house. */
export interface AlertsOutlet {
  /** Makes its tables. Called before anything else, again with a new database when one had to be set aside. */
  prepare(database: AlertsDatabase): void;
  /**
   * In the transaction that keeps what changed, so that neither is kept without the other. Must not wait. What it throws
   * undoes its own writes only, and is told.
   */
  onChange(changes: readonly AlertChange[], database: AlertsDatabase): void;
  /** After that transaction. */
  onCommitted(): void;
}

/** Which alerts are asked for. */
export interface AlertsWanted {
  state?: 'firing' | 'pending' | undefined;
  rule?: string | undefined;
  agent?: string | undefined;
}

export interface HistoryWanted {
  rule?: string | undefined;
  agent?: string | undefined;
  /** Milliseconds since the epoch. */
  since?: number | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** What routes and commands ask of alerts. Everything but `history` is answered from memory. */
export interface Alerts {
  list(wanted: AlertsWanted): AlertsAnswer;
  /** @throws McError `alert.not_found` for a rule that there is not */
  show(rule: string): AlertRuleAnswer;
  /** @throws McError `input.invalid` for a cursor of another list */
  history(wanted: HistoryWanted): AlertHistoryAnswer;
  /** @throws McError `alert.not_found`, `input.invalid` */
  silence(rule: string, silence: NewAlertSilence): AlertSilence;
  /** @throws McError `alert.not_found` */
  endSilence(id: string): AlertSilence;
  /** Those about one agent, else all of the rule. @throws McError `alert.not_found` when none fires */
  acknowledge(rule: string, agent: string | null): AlertAckAnswer['alerts'];
  /** Those that are told of by this notification; none where it is about none. */
  acknowledgeBy(notification: string): Alert[];
}

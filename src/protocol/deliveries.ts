import type { AlertSeverity } from './alerts.js';

/**
 * What became of a message. `held`: waits for the end of quiet hours. `gave_up`: tried for a day. `refused`: the receiver
 * will not take it. `dropped`: it was not worth sending any more before it left.
 */
export const DELIVERY_STATES = ['waiting', 'held', 'delivered', 'gave_up', 'refused', 'dropped'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** One message about one alert to one target. Times: ISO 8601 UTC. */
export interface DeliveryRow {
  id: number;
  /** The alert's id. */
  alert: string;
  rule: string;
  severity: AlertSeverity;
  agent: string | null;
  target: string;
  kind: 'firing' | 'resolved' | 'test';
  state: DeliveryState;
  attempts: number;
  queued_at: string;
  /** When it is tried next; null: it is over. */
  next_at: string | null;
  /** When it was over; null: it is not. */
  done_at: string | null;
  /** The id of the digest that it went with; null: it goes by itself. */
  digest: string | null;
  /** Why the last attempt failed, or it was not sent; null: nothing failed. */
  last_error: string | null;
}

/** Answer of `/api/alerts/deliveries`: newest first. */
export interface DeliveriesAnswer {
  deliveries: DeliveryRow[];
  next_cursor: string | null;
}

/** Where alerts go, and whether they arrive. Nothing of it is secret. */
export interface AlertTarget {
  name: string;
  kind: 'webhook' | 'slack' | 'discord' | 'ntfy' | 'telegram' | 'pagerduty' | 'email' | 'apprise';
  /** Without what may be secret. */
  url: string;
  /** The mildest severity that it hears of. */
  level: AlertSeverity;
  /** Empty: of all rules. */
  rules: string[];
  /** Empty: of all agents, and of what is about none. */
  agents: string[];
  quiet: string | null;
  private: boolean;
  fallback: boolean;
  paused: boolean;
  /** Why it is sent nothing more until a test arrives; null: it is. */
  off: string | null;
  /** Messages that wait for it; null: not known without a server. */
  waiting: number | null;
  /** Null: never, or not known without a server. */
  last_success_at: string | null;
  last_error_at: string | null;
  last_error: string | null;
}

/** One Alertmanager of the settings, and whether it answers. */
export interface AlertmanagerState {
  url: string;
  last_success_at: string | null;
  last_error: string | null;
  /** How many of our alerts it holds back; null: it was not asked yet. */
  suppressed: number | null;
}

/** Answer of `/api/alerts/targets`. */
export interface AlertTargetsAnswer {
  targets: AlertTarget[];
  alertmanagers: AlertmanagerState[];
  /** What is wrong with the targets of `alerts.json`; those that were read before are in force. Null: nothing. */
  error: string | null;
}

/** Answer of `POST /api/alerts/targets/{name}/test`: an attempt was made, and this came of it. */
export interface TargetTestAnswer {
  success: boolean;
  target: string;
  duration_ms: number;
  /** Why it did not arrive; null: it did. */
  error: string | null;
}

/** Answer of `POST /api/alerts/deliveries/{id}/retry`. */
export interface RetryAnswer {
  success: true;
  delivery: DeliveryRow;
}

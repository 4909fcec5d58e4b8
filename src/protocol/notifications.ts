/** Levels, mildest first. */
export const NOTIFICATION_LEVELS = ['info', 'success', 'warning', 'error', 'critical'] as const;
export type NotificationLevel = (typeof NOTIFICATION_LEVELS)[number];

/** Something a person should see. */
export interface Notification {
  id: string;
  title: string;
  message: string;
  level: NotificationLevel;
  agent?: string;
  data: Record<string, unknown>;
}

/** A notification as it is kept: with its time and whether a person has acknowledged it. ISO 8601 UTC. */
export interface KeptNotification extends Notification {
  timestamp: string;
  acknowledged_at: string | null;
}

/** A notification to be sent, as API and CLI take it. */
export interface NewNotification {
  title?: string;
  message: string;
  level?: NotificationLevel;
  agent?: string;
  data?: Record<string, unknown>;
}

/** How many notifications snapshot and mirrors keep, newest last. */
export const NOTIFICATIONS_KEPT = 200;

/** The most that the `data` of a notification may hold, in bytes as JSON: hundreds are kept, and go to everyone who comes. */
export const MAX_NOTIFICATION_DATA_BYTES = 16 * 1024;

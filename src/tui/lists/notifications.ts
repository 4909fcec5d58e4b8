import { type Alert, byLoudness, fieldOf, isUnseen, type KeptNotification, listFrom } from '../../protocol/index.js';
import { alertState, applyFilter, isUnread, unseenAlerts } from '../../view/index.js';
import type { Listed } from '../list.js';
import type { Model } from '../model.js';

/** What the bell rings for: an alert that fires, or a notification. */
export type BellRow = { alert: Alert; notification: null } | { alert: null; notification: KeptNotification };

/** Alerts that fire, loudest first, then notifications, newest first, as far as they pass the filter. */
export const notificationList: Listed<BellRow> = {
  name: 'notifications',
  rows: (model) =>
    applyFilter(bellRows(model), model.lists.notifications.filter, (row) => fieldsOf(row, model.data.now)),
  key: ({ alert, notification }) => (alert === null ? notification.id : `alert ${alert.id}`),
};

/** Those that nobody has acknowledged. */
export function unreadOf({ data }: Model): KeptNotification[] {
  return data.view.notifications.filter(isUnread);
}

/** How much waits for a person: unread notifications, and unseen alerts that none of those announces. */
export function waitingOf(model: Model): number {
  const unread = unreadOf(model);
  const announced = new Set(unread.flatMap(({ data }) => listFrom(fieldOf(fieldOf(data, 'alert'), 'ids'))));
  return unread.length + unseenAlerts(model.data.view.alerts.values()).filter(({ id }) => !announced.has(id)).length;
}

/** True for what nobody has acknowledged, nor silenced. */
export function isWaiting({ alert, notification }: BellRow): boolean {
  return alert === null ? isUnread(notification) : isUnseen(alert);
}

function bellRows({ data }: Model): BellRow[] {
  const { alerts, notifications } = data.view;
  return [
    ...[...alerts.values()].sort(byLoudness).map((alert): BellRow => ({ alert, notification: null })),
    ...notifications.toReversed().map((notification): BellRow => ({ alert: null, notification })),
  ];
}

function fieldsOf(row: BellRow, now: number): string[] {
  const seen = isWaiting(row) ? 'unread' : 'read';
  if (row.alert === null) {
    const { title, message, level, agent } = row.notification;
    return [title, message, level, agent ?? '', seen];
  }
  const { rule, summary, evidence, severity, agent } = row.alert;
  return [rule, summary, evidence, severity, agent ?? '', `alert ${alertState(row.alert, now)}`, seen];
}

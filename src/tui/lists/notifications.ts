import type { KeptNotification } from '../../protocol/index.js';
import { applyFilter, isUnread } from '../../view/index.js';
import type { Listed } from '../list.js';
import type { Model } from '../model.js';

/** Notifications that pass the filter, newest first. */
export const notificationList: Listed<KeptNotification> = {
  name: 'notifications',
  rows: (model) =>
    applyFilter(model.data.view.notifications.toReversed(), model.lists.notifications.filter, (row) => [
      row.title,
      row.message,
      row.level,
      row.agent ?? '',
      isUnread(row) ? 'unread' : 'read',
    ]),
  key: ({ id }) => id,
};

/** Those that nobody has acknowledged. */
export function unreadOf({ data }: Model): KeptNotification[] {
  return data.view.notifications.filter(isUnread);
}

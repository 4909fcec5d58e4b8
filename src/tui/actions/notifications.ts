import { isUnread } from '../../view/index.js';
import type { Step } from '../effects.js';
import type { Model } from '../model.js';
import { ackRequest } from '../requests.js';
import { ask, say } from '../say.js';
import { atCursor } from '../list.js';
import { notificationList } from '../lists/notifications.js';

export const NOTIFICATION_ACTIONS = {
  'notification.ack': (model: Model) => {
    const row = atCursor(notificationList, model);
    if (!row) return say(model, 'there is no notification here', 'warn');
    if (row.acknowledged_at !== null) return say(model, 'it is acknowledged already', 'plain');
    return ask(model, ackRequest(row.id, row.title || row.message));
  },
  'notification.ackAll': (model: Model): Step => {
    const unread = notificationList.rows(model).filter(isUnread);
    if (unread.length === 0) return say(model, 'all of them are acknowledged', 'plain');
    const effects = unread.map(({ id, title }) => ({ type: 'request' as const, request: ackRequest(id, title) }));
    return say(model, `acknowledging ${unread.length}…`, 'plain', effects);
  },
};

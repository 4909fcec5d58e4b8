import type { Step } from '../effects.js';
import { newEditor } from '../editor.js';
import { atCursor } from '../list.js';
import { type BellRow, isWaiting, notificationList } from '../lists/notifications.js';
import type { Model } from '../model.js';
import { ackAlertRequest, ackRequest, type Request } from '../requests.js';
import { ask, become, say } from '../say.js';

/** How long a silence may last, as choices; any duration can be written. */
const SILENCES = ['30m', '2h', '8h', '1d', '7d'];

export const NOTIFICATION_ACTIONS = {
  'notification.ack': (model: Model) => {
    const row = atCursor(notificationList, model);
    if (!row) return say(model, 'there is nothing to acknowledge here', 'warn');
    const { acknowledged_at: at } = row.alert ?? row.notification;
    return at === null ? ask(model, acknowledge(row)) : say(model, 'it is acknowledged already', 'plain');
  },
  'notification.ackAll': (model: Model): Step => {
    const unread = notificationList.rows(model).filter(isWaiting);
    if (unread.length === 0) return say(model, 'all of them are acknowledged', 'plain');
    const effects = unread.map((row) => ({ type: 'request' as const, request: acknowledge(row) }));
    return say(model, `acknowledging ${unread.length}…`, 'plain', effects);
  },
  'alert.silence': (model: Model): Step => {
    const alert = atCursor(notificationList, model)?.alert;
    if (!alert) return say(model, 'only an alert can be silenced: put the cursor on one', 'warn');
    const { rule, agent } = alert;
    const question = `silence ${rule}${agent === null ? '' : ` of ${agent}`}: how long, and why (2h the new disk comes)`;
    const purpose = { name: 'alert.silence' as const, rule, agent };
    return become({ ...model, prompt: { name: 'ask', question, purpose, editor: newEditor(), choices: SILENCES } });
  },
};

function acknowledge({ alert, notification }: BellRow): Request {
  if (alert !== null) return ackAlertRequest(alert);
  return ackRequest(notification.id, notification.title || notification.message);
}

import { Type } from '@sinclair/typebox';
import type { AckAnswer, NotificationsAnswer, NotifyAnswer } from '../../protocol/index.js';
import type { ApiContext } from './context.js';
import { type Endpoints, endpoint } from './endpoint.js';
import { keyOf, NextCursor, nextOf, PageQuery, pageOf } from './pages.js';
import { IdParams, NotificationBody, NotificationRow } from './schemas.js';

const Notifications = Type.Object({ notifications: Type.Array(NotificationRow), next_cursor: NextCursor });
const Notified = Type.Object({
  success: Type.Literal(true),
  notification: NotificationRow,
  epoch: Type.String(),
  seq: Type.Integer(),
});
const Acknowledged = Type.Object({ success: Type.Literal(true), notification: NotificationRow });

/** What people should see: the latest, new ones, and that a person has seen one. */
export function notificationEndpoints(context: ApiContext): Endpoints<'notifications' | 'notify' | 'ackNotification'> {
  const { feed, cache, writes } = context;
  return {
    notifications: endpoint({ query: Type.Object(PageQuery), answer: Notifications }, ({ query, ...exchange }) =>
      cache.send(
        exchange,
        keyOf('notifications', query),
        `${feed.revision('notifications')}`,
        (): NotificationsAnswer => {
          const page = pageOf(feed.snapshot.notifications.toReversed(), ({ id }) => id, query);
          return { notifications: page.items, ...nextOf(query, page.next) };
        },
      ),
    ),
    notify: endpoint({ body: NotificationBody, answer: Notified }, ({ body }): NotifyAnswer => {
      const { notification, position } = writes.notify(body);
      return { success: true, notification, ...position };
    }),
    ackNotification: endpoint(
      { params: IdParams, answer: Acknowledged },
      ({ params }): AckAnswer => ({ success: true, notification: writes.acknowledge(params.id) }),
    ),
  };
}

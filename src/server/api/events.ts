import { Type } from '@sinclair/typebox';
import type { ApiContext } from './context.js';
import { type Endpoints, endpoint } from './endpoint.js';
import { sendRead } from './metrics.js';
import { Nullable, NullableText, Time } from './schemas.js';

const Limit = Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'a whole number from 1 to 1000' }));
const EventsQuery = Type.Object({
  type: Type.Optional(Type.String()),
  agent: Type.Optional(Type.String()),
  limit: Limit,
  since: Type.Optional(Type.String()),
  until: Type.Optional(Type.String()),
  cursor: Type.Optional(
    Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'the next_cursor of the page before' }),
  ),
});
const LoggedEvent = Type.Object({
  id: Type.Integer(),
  timestamp: Time,
  event_type: Type.String(),
  agent_id: NullableText,
  data: Type.Unknown(),
});
const ActivityQuery = Type.Object({
  limit: Limit,
  offset: Type.Optional(
    Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'a whole number from 0' }),
  ),
  session_id: Type.Optional(Type.String()),
});
const Line = Type.Object({
  timestamp: Time,
  agent: NullableText,
  type: Type.String(),
  message: Type.String(),
  sessionId: NullableText,
});

/** The event log: as it was written, and as lines to read. */
export function eventEndpoints(context: ApiContext): Endpoints<'systemEvents' | 'activityLog'> {
  return {
    systemEvents: endpoint(
      {
        query: EventsQuery,
        answer: Type.Object({
          events: Type.Array(LoggedEvent),
          next_cursor: Type.Optional(Nullable(Type.String())),
          ahead: Type.Optional(Type.Integer({ description: 'entries of the future, left out without until' })),
        }),
      },
      ({ query, reply }) => sendRead(context, reply, 'events', query),
    ),
    activityLog: endpoint(
      {
        query: ActivityQuery,
        answer: Type.Object({
          logs: Type.Array(Line),
          total: Type.Integer(),
          limit: Type.Integer(),
          offset: Type.Integer(),
          timestamp: Time,
        }),
      },
      ({ query: { session_id: session, ...page }, reply }) =>
        sendRead(context, reply, 'activity', { ...page, session }),
    ),
  };
}

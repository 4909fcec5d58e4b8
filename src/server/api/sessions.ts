import { Type } from '@sinclair/typebox';
import { McError, parseMoment } from '../../base/index.js';
import type { SessionsAnswer } from '../../protocol/index.js';
import type { ApiContext } from './context.js';
import { type Endpoints, endpoint } from './endpoint.js';
import { nextOf, PageQuery, pageOf } from './pages.js';
import { LiveWord, RuntimeWord, SessionSchema, SessionsSchema } from './runtime-schemas.js';

const DAY_MS = 86_400_000;
const Wanted = Type.Object({
  runtime: Type.Optional(RuntimeWord),
  agent: Type.Optional(Type.String()),
  status: Type.Optional(LiveWord),
  hidden: Type.Optional(Type.Boolean({ description: 'true: those that no person began, too' })),
  since: Type.Optional(
    Type.String({
      description:
        'of those that are gone, the ones that were at work since: a duration ago (default 24h), an ISO time …',
    }),
  ),
  ...PageQuery,
});
const Params = Type.Object({ runtime: Type.String(), id: Type.String() });

/** Sessions of runtimes, those first that were at work last. */
export function sessionEndpoints({ runtimes, clock }: ApiContext): Endpoints<'sessions' | 'session'> {
  return {
    sessions: endpoint({ query: Wanted, answer: SessionsSchema }, async ({ query }): Promise<SessionsAnswer> => {
      const { limit, cursor, since, ...wanted } = query;
      const now = clock.now();
      const recent = wanted.status === 'gone' ? {} : { since: now - DAY_MS };
      const from = since === undefined ? recent : { since: parseMoment(since, now) };
      const { sessions, summary } = await runtimes.ask('sessions', { ...wanted, ...from });
      const asked = { ...(limit === undefined ? {} : { limit }), ...(cursor === undefined ? {} : { cursor }) };
      const page = pageOf(sessions, ({ runtime, id }) => `${runtime}/${id}`, asked);
      return { sessions: page.items, summary, ...nextOf(asked, page.next) };
    }),
    session: endpoint({ params: Params, answer: SessionSchema }, async ({ params }) => {
      const session = await runtimes.ask('session', params);
      if (session) return session;
      throw new McError('session.not_found', `there is no session ${params.id} of ${params.runtime}`, {
        hint: 'GET /api/sessions lists them',
      });
    }),
  };
}

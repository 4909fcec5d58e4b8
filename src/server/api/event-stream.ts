import { Type } from '@sinclair/typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { parsePosition } from '../../protocol/index.js';
import { type ConnectRequest, parseConnect } from '../stream/connect.js';
import type { ApiContext } from './context.js';
import { type Endpoints, endpoint } from './endpoint.js';

const Query = Type.Object({
  channels: Type.Optional(Type.String({ description: 'a comma list of event types, * for all' })),
  agents: Type.Optional(Type.String({ description: 'a comma list of agent ids, * for all' })),
  since: Type.Optional(Type.String({ description: 'a position, <epoch>:<seq>; Last-Event-ID comes before it' })),
});
const Stream = Type.String({ description: 'one frame of the WebSocket per event; id is <epoch>:<seq>' });

/** For proxies: a stream is not to be kept back until it is whole. */
const STREAM_HEADERS = { 'cache-control': 'no-store', 'x-accel-buffering': 'no' };

/** The event stream for those who cannot or will not speak WebSocket. */
export function eventStreamEndpoints({ streams, guards }: ApiContext): Endpoints<'eventStream'> {
  return {
    eventStream: endpoint({ query: Query, answer: Stream }, ({ query, request, reply }) => {
      reply.headers(STREAM_HEADERS);
      if (request.method === 'HEAD') {
        reply.type('text/event-stream; charset=utf-8').send();
        return;
      }
      const { authorization } = request.headers;
      streams.open(reply.raw, {
        request: asked(query, request),
        headers: headersOf(reply),
        mayRead: () => typeof guards.tokens.check(authorization) !== 'string',
      });
      reply.hijack();
    }),
  };
}

/** A browser that comes back says which event it got last; the address it comes back to is still the first one. */
function asked(query: Record<string, string>, { headers }: FastifyRequest): ConnectRequest {
  // Never an old client: those do not know of this route.
  const words = new URLSearchParams({ channels: '*', ...query });
  const last = headers['last-event-id'];
  const request = parseConnect(`/?${words.toString()}`);
  if (typeof last !== 'string' || last === '') return request;
  return { ...request, since: parsePosition(last) ?? 'junk' };
}

function headersOf(reply: FastifyReply): Record<string, string | string[] | number> {
  const given = Object.entries(reply.getHeaders()).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Record<string, string | string[] | number>;
}

import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import { McError } from '../../base/index.js';
import { refusedCall } from '../auth/index.js';
import type { ApiContext } from './context.js';
import { methodsAt } from './paths.js';

/** Answers are data, never pages: nothing in them may be run, sniffed, framed or kept. */
const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** What every answer carries, a refusal too. */
export function addHeaders(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  // An empty body is not a body, whatever its content type says.
  if (request.headers['content-length'] === '0') delete request.headers['content-type'];
  reply.headers(SECURITY_HEADERS);
  reply.header('x-request-id', request.id);
  done();
}

/** Stands before every route: who is called, who asks, whether they may, and whether there is such a route. */
export function createGate({ guards }: Pick<ApiContext, 'guards'>): onRequestHookHandler {
  const refusal = (request: FastifyRequest, reply: FastifyReply): McError | null => {
    const { origin, authorization } = request.headers;
    const uncalled = refusedCall(request.raw, guards.allowHost);
    if (uncalled) return uncalled;
    const friendly = guards.allowOrigin(origin) && !hidesOrigin(request);
    if (origin !== undefined && friendly) allowPage(reply, origin);
    if (!friendly && !isRead(request.method)) return refusedOrigin(origin);
    if (request.method === 'OPTIONS') return null;
    // `*` stands for the server itself, which only OPTIONS asks about; the router would take it for `/`.
    if (request.url === '*') return notFound();
    const { open, scope } = request.routeOptions.config;
    if (open === true && !request.is404) return null;
    const scopes = guards.tokens.check(authorization);
    if (typeof scopes === 'string') return refusedToken(scopes, reply);
    if (request.is404) return noRoute(request, reply);
    return scope !== undefined && scopes.includes(scope) ? null : refusedScope(scope);
  };

  return (request, reply, done) => {
    const error = refusal(request, reply);
    if (error) return done(error);
    if (request.method === 'OPTIONS') return answerOptions(request, reply);
    return done();
  };
}

/** Browsers say that a page of elsewhere asks even where they do not say which one. */
function hidesOrigin({ headers }: FastifyRequest): boolean {
  return headers.origin === undefined && headers['sec-fetch-site'] === 'cross-site';
}

function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

function allowPage(reply: FastifyReply, origin: string): void {
  reply.headers({
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'etag, retry-after, x-request-id',
    // The page may be of another site than we are, and was let in by name.
    'cross-origin-resource-policy': 'cross-origin',
    vary: 'Origin',
  });
}

/** The question of a browser before a request that is not simple; its answer holds no data. */
function answerOptions(request: FastifyRequest, reply: FastifyReply): void {
  const methods = methodsAt(request.url);
  const allow = ['OPTIONS', ...methods].join(', ');
  if (reply.hasHeader('access-control-allow-origin')) {
    reply.headers({
      'access-control-allow-methods': allow,
      'access-control-allow-headers': 'authorization, content-type, if-none-match, last-event-id',
      'access-control-max-age': '600',
    });
  }
  reply.code(204).header('allow', allow).send();
}

function noRoute(request: FastifyRequest, reply: FastifyReply): McError {
  const methods = methodsAt(request.url);
  if (methods.length === 0) {
    return notFound();
  }
  reply.header('allow', methods.join(', '));
  return new McError('method.not_allowed', 'Method not allowed', { hint: `this path takes ${methods.join(', ')}` });
}

function notFound(): McError {
  return new McError('route.not_found', 'Not found', { hint: 'GET /api/openapi.json lists every route' });
}

function refusedOrigin(origin: string | undefined): McError {
  return new McError('origin.refused', `pages of ${JSON.stringify(origin)} may not write here`, {
    hint: 'allow them with --allow-origin',
  });
}

/** A route without a scope is for nobody: it was put beside the table. */
function refusedScope(scope: string | undefined): McError {
  return new McError('scope.missing', `this token lacks the scope ${scope ?? 'of this route'}`, {
    hint: `make one with mc token create --scope ${scope ?? 'admin'}`,
  });
}

function refusedToken(outcome: 'missing' | 'invalid', reply: FastifyReply): McError {
  reply.header('www-authenticate', 'Bearer');
  return outcome === 'missing'
    ? new McError('token.missing', 'this server asks for a token', { hint: 'send Authorization: Bearer TOKEN' })
    : new McError('token.invalid', 'this token is not known here', { hint: 'look at --token or MC_TOKEN' });
}

import type { RequestListener, Server } from 'node:http';
import rateLimit from '@fastify/rate-limit';
import type { TSchema } from '@sinclair/typebox';
import { fastify, type FastifyInstance } from 'fastify';
import { McError } from '../../base/index.js';
import { isLoopback } from '../auth/index.js';
import { addBodyParsers, MAX_BODY_BYTES } from './bodies.js';
import type { ApiContext } from './context.js';
import { answerClientError, answerError } from './errors.js';
import { addHeaders, createGate } from './gate.js';
import { mountRoutes } from './mount.js';
import { packLarge } from './pack.js';
import { RateStore } from './rate-store.js';
import { validatorOf } from './validate.js';

/** REST, ready to be put behind a server's door. */
export interface Api {
  listener: RequestListener;
  close(): Promise<void>;
}

/** Longer ids and task keys than this are none. */
const MAX_PARAM_LENGTH = 2048;
/** A client of this machine may ask so many times as often as one of another. */
const LOOPBACK_FACTOR = 100;

/** @throws Error when a route of the table has no endpoint */
export async function createApi(context: ApiContext, server: Server): Promise<Api> {
  let listener: RequestListener | undefined;
  const app = fastify({
    serverFactory: (handle) => {
      listener = handle;
      return server;
    },
    bodyLimit: MAX_BODY_BYTES,
    genReqId: requestIds(context.epoch),
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    frameworkErrors: (error, request, reply) => answerError(context, error, request, reply),
    clientErrorHandler: answerClientError,
  });
  app.setValidatorCompiler(({ schema, httpPart }) => validatorOf(schema as TSchema, httpPart) as never);
  // A compiled schema is slower than JSON.stringify on our lists; the contract tests hold answers against their schemas.
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  app.setErrorHandler((error, request, reply) => answerError(context, error, request, reply));
  addBodyParsers(app);
  app.addHook('onRequest', addHeaders);
  // Before the gate, so that nobody can try tokens or paths without end.
  await limitRates(app, context);
  app.addHook('onRequest', createGate(context));
  app.addHook('onSend', packLarge);
  addAccessLog(app, context);
  mountRoutes(app, context);
  await app.ready();
  if (!listener) throw new McError('internal', 'Fastify asked for no server');
  return { listener, close: () => app.close() };
}

/** Ids that tell requests of one server's life apart, and its lives. */
function requestIds(epoch: string): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `${epoch}-${count.toString(36)}`;
  };
}

async function limitRates(app: FastifyInstance, { rateLimit: max }: ApiContext): Promise<void> {
  await app.register(rateLimit, { global: false, timeWindow: 1000, store: RateStore });
  // Two limits with a figure each: one that is a function would be waited for at every request.
  // An address of this machine is its own key: to tell by a pattern what kind it is costs more than counting it.
  const near = app.createRateLimit({ max: max * LOOPBACK_FACTOR, keyGenerator: ({ ip }) => ip });
  const far = app.createRateLimit({ max });
  app.addHook('onRequest', async (request, reply) => {
    const outcome = await (isLoopback(request.ip) ? near : far)(request);
    if (outcome.isAllowed || !outcome.isExceeded) return;
    reply.header('retry-after', outcome.ttlInSeconds);
    throw new McError('rate.limited', `more than ${outcome.max} requests a second`, {
      hint: 'wait a second, then go on slower',
    });
  });
}

function addAccessLog(app: FastifyInstance, { log }: ApiContext): void {
  if (!log.isLevelEnabled('debug')) return;
  app.addHook('onResponse', (request, reply, done) => {
    log.debug(
      {
        id: request.id,
        method: request.method,
        url: request.url.slice(0, 500),
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
        from: request.ip,
      },
      'request',
    );
    done();
  });
}

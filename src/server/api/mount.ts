import type { TSchema } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { ROUTES, type Route, type RouteName, routeOf, type Scope } from '../../protocol/index.js';
import { agentEndpoints } from './agents.js';
import { alertEndpoints } from './alerts.js';
import { backupEndpoints } from './backups.js';
import type { ApiContext } from './context.js';
import { deliveryEndpoints } from './deliveries.js';
import { docsEndpoints } from './docs.js';
import type { EndpointSchema, Endpoints } from './endpoint.js';
import { eventStreamEndpoints } from './event-stream.js';
import { fileEndpoints } from './files.js';
import { healthEndpoints } from './health.js';
import { identityEndpoints } from './identity.js';
import { notificationEndpoints } from './notifications.js';
import { officeEndpoints } from './office.js';
import { eventEndpoints } from './events.js';
import { metricEndpoints } from './metrics.js';
import { querySchemaOf } from './other-query.js';
import { fastifyPath } from './paths.js';
import { ErrorAnswer } from './schemas.js';
import { runtimeEndpoints } from './runtimes.js';
import { sessionEndpoints } from './sessions.js';
import { taskEndpoints } from './tasks.js';
import { usageEndpoints } from './usage.js';
import { websocketEndpoints } from './websocket.js';

/** The endpoints of every noun, by the name of their route. */
export function allEndpoints(context: ApiContext): Endpoints<RouteName> {
  // A route of the table that is missing here does not compile.
  const endpoints: Endpoints<RouteName> = {
    ...healthEndpoints(context),
    ...identityEndpoints(context),
    ...agentEndpoints(context),
    ...taskEndpoints(context),
    ...officeEndpoints(context),
    ...metricEndpoints(context),
    ...eventEndpoints(context),
    ...notificationEndpoints(context),
    ...sessionEndpoints(context),
    ...usageEndpoints(context),
    ...runtimeEndpoints(context),
    ...alertEndpoints(context),
    ...deliveryEndpoints(context),
    ...backupEndpoints(context),
    ...websocketEndpoints(context),
    ...fileEndpoints(context),
    ...eventStreamEndpoints(context),
    ...docsEndpoints(context, () => endpoints),
  };
  return endpoints;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    scope?: Scope;
    /** Answers without a token, too. */
    open?: boolean;
  }
}

/** Gives Fastify every route of the table. */
export function mountRoutes(
  app: FastifyInstance,
  context: ApiContext,
  endpoints: Endpoints<RouteName> = allEndpoints(context),
): void {
  for (const name of Object.keys(ROUTES) as RouteName[]) {
    const route = routeOf(name);
    const endpoint = endpoints[name];
    const { serialize } = endpoint;
    app.route({
      ...(serialize ? { serializerCompiler: () => serialize as (answer: unknown) => string } : {}),
      method: route.method,
      url: fastifyPath(route.path),
      schema: fastifySchema({ ...endpoint.schema, query: querySchemaOf(name, endpoint.schema.query) }, route),
      config: { scope: route.scope, open: route.open === true },
      handler: (request, reply) => {
        const { params, query, body } = request;
        const answer = endpoint.handle({ params, query, body, request, reply });
        // A handler that sends the reply itself returns nothing: wait for the reply it sends.
        return answer instanceof Promise ? answer.then((value: unknown) => value ?? reply) : answer;
      },
    });
  }
}

function fastifySchema(
  { params, query, body, answer }: Omit<EndpointSchema, 'query'> & { query: TSchema | undefined },
  route: Route,
): object {
  return {
    summary: route.summary,
    ...(params ? { params } : {}),
    ...(query ? { querystring: query } : {}),
    ...(body ? { body } : {}),
    response: { 200: answer, '4xx': ErrorAnswer, '5xx': ErrorAnswer },
  };
}

import type { FastifyInstance } from 'fastify';
import { ROUTES, type RouteName } from '../../protocol/index.js';
import { agentEndpoints } from './agents.js';
import { backupEndpoints } from './backups.js';
import type { ApiContext } from './context.js';
import type { Endpoint, EndpointSchema } from './endpoint.js';
import { healthEndpoints } from './health.js';
import { notificationEndpoints } from './notifications.js';
import { officeEndpoints } from './office.js';
import { eventEndpoints } from './events.js';
import { metricEndpoints } from './metrics.js';
import { fastifyPath } from './paths.js';
import { ErrorAnswer } from './schemas.js';
import { taskEndpoints } from './tasks.js';
import { websocketEndpoints } from './websocket.js';

/** The endpoints of every noun, by the name of their route. */
export function allEndpoints(context: ApiContext): Partial<Record<RouteName, Endpoint>> {
  return {
    ...healthEndpoints(context),
    ...agentEndpoints(context),
    ...taskEndpoints(context),
    ...officeEndpoints(context),
    ...metricEndpoints(context),
    ...eventEndpoints(context),
    ...notificationEndpoints(context),
    ...backupEndpoints(context),
    ...websocketEndpoints(context),
  };
}

/** Gives Fastify every route of the table. @throws Error naming a route that nobody answers */
export function mountRoutes(
  app: FastifyInstance,
  context: ApiContext,
  endpoints: Partial<Record<RouteName, Endpoint>> = allEndpoints(context),
): void {
  for (const [name, route] of Object.entries(ROUTES)) {
    const endpoint = endpoints[name as RouteName];
    if (!endpoint) throw new Error(`the route ${name} (${route.method} ${route.path}) has no endpoint`);
    app.route({
      method: route.method,
      url: fastifyPath(route.path),
      schema: fastifySchema(endpoint.schema, route),
      handler: (request, reply) => {
        const { params, query, body } = request;
        return endpoint.handle({ params, query, body, request, reply });
      },
    });
  }
}

function fastifySchema({ params, query, body, answer }: EndpointSchema, route: { summary: string }): object {
  return {
    summary: route.summary,
    ...(params ? { params } : {}),
    ...(query ? { querystring: query } : {}),
    ...(body ? { body } : {}),
    response: { 200: answer, '4xx': ErrorAnswer, '5xx': ErrorAnswer },
  };
}

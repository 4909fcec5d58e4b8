import type { TSchema } from '@sinclair/typebox';
import { ROUTES, type Route, type RouteName, routeOf } from '../../protocol/index.js';
import { AgentRowSchema } from './agent-schemas.js';
import { AlertRow, AlertRuleRow } from './alerts.js';
import type { Endpoint, EndpointSchema } from './endpoint.js';
import { ignoresOthers } from './other-query.js';
import { ErrorAnswer, NotificationBody, NotificationRow, TaskRow } from './schemas.js';

/** An OpenAPI 3.1 document, as far as we look into it ourselves. */
export interface OpenApiDocument {
  openapi: string;
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } };
  servers: { url: string; description: string }[];
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown>; securitySchemes: Record<string, unknown> };
  security: Record<string, string[]>[];
}

export interface Operation {
  operationId: RouteName;
  summary: string;
  description: string;
  tags: string[];
  parameters: { name: string; in: 'path' | 'query'; required: boolean; description?: string; schema: unknown }[];
  requestBody?: { required: boolean; content: Record<string, { schema: unknown }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: unknown }> }>;
  /** Empty: no token is asked for. */
  security?: Record<string, string[]>[];
  'x-scope': string;
}

/** Schemas that stand once in the document and are referred to. */
const NAMED: Record<string, TSchema> = {
  Agent: AgentRowSchema,
  Task: TaskRow,
  Notification: NotificationRow,
  Alert: AlertRow,
  AlertRule: AlertRuleRow,
  NewNotification: NotificationBody,
  Error: ErrorAnswer,
};

const DESCRIPTION =
  'Agents, tasks, notifications, files and the event stream of one workspace. Errors are ' +
  '`{"error","code","hint"}`. When tokens are in use each route asks for one that has its scope (`x-scope`).';

const TAGS: Record<string, string> = {
  server: 'The server itself: is it alive, is it ready, its metrics for Prometheus',
  health: 'Health of the server and its services',
  agents: 'The fleet, and what agents report of themselves',
  system: 'The system as a whole: status, samples, the event log',
  logs: 'The event log as lines to read',
  metrics: 'History of metrics',
  tasks: 'The tasks of all task files',
  notifications: 'Notifications, and their acknowledgement',
  alerts: 'What is wrong and since when: rules, their alerts, silences',
  backups: 'Backups, and the way back from them',
  websocket: 'Who is connected to the stream',
  events: 'The stream of events over HTTP',
  files: 'Files of the workspace',
  sessions: 'Sessions of agent runtimes: what each does, and why we think so',
  usage: 'Tokens and cost of agent runtimes, each response once',
  cron: 'Jobs that runtimes run by a schedule',
  runtimes: 'How the records of each agent runtime are read',
  identity: 'Which server this is, before anything of it is believed',
  openapi: 'This document',
};

/** The document of every route of the table, made of the same schemas that requests are held against. */
export function openApiDocument(
  endpoints: Partial<Record<RouteName, Pick<Endpoint, 'schema'>>>,
  version: string,
): OpenApiDocument {
  const paths: OpenApiDocument['paths'] = {};
  for (const name of Object.keys(ROUTES) as RouteName[]) {
    const route = routeOf(name);
    const schema = endpoints[name]?.schema;
    if (!schema) continue;
    paths[route.path] ??= {};
    Object.assign(paths[route.path] ?? {}, { [route.method.toLowerCase()]: operationOf(name, route, schema) });
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Mission Control',
      version,
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'The server that sent this document' }],
    tags: [
      ...new Set(Object.values(paths).flatMap((methods) => Object.values(methods).flatMap(({ tags }) => tags))),
    ].map((name) => ({ name, description: TAGS[name] ?? `Routes of ${name}` })),
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(NAMED).map(([name, schema]) => [name, plain(schema, schema)])),
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
    security: [{ token: [] }],
  };
}

function operationOf(name: RouteName, route: Route, { params, query, body, answer }: EndpointSchema): Operation {
  const type = route.produces ?? 'application/json';
  return {
    operationId: name,
    summary: route.summary,
    description: `${route.summary}. ${route.open ? 'Needs no token.' : `Where tokens are in use: one of scope ${route.scope}.`} Other query parameters are ${ignoresOthers(name) ? 'ignored' : 'refused'}.`,
    tags: [nounOf(route.path)],
    parameters: [...parametersOf('path', params), ...parametersOf('query', query)],
    ...(body
      ? { requestBody: { required: needsBody(body), content: { 'application/json': { schema: plain(body) } } } }
      : {}),
    responses: {
      200: { description: 'done', content: { [type]: { schema: plain(answer) } } },
      '4XX': errorResponse('not accepted, not allowed, not there, or too often'),
      default: errorResponse('an error'),
    },
    ...(route.open ? { security: [] } : {}),
    'x-scope': route.scope,
  };
}

function errorResponse(description: string): Operation['responses'][string] {
  return { description, content: { 'application/json': { schema: plain(ErrorAnswer) } } };
}

function needsBody(body: TSchema): boolean {
  return ((body.required as unknown[] | undefined)?.length ?? 0) > 0 || body.minProperties !== undefined;
}

function parametersOf(place: 'path' | 'query', schema: TSchema | undefined): Operation['parameters'] {
  const properties = (schema?.properties ?? {}) as Record<string, TSchema>;
  const required = (schema?.required ?? []) as string[];
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = plain(property) as { description?: string };
    return {
      name,
      in: place,
      required: required.includes(name),
      ...(description ? { description } : {}),
      schema: rest,
    };
  });
}

/** `/api/agents/{id}` → `agents`, `/healthz` → `server`. */
function nounOf(path: string): string {
  const [top, noun] = path.split('/').slice(1);
  return top === 'api' && noun !== undefined ? noun.replace(/\.json$/, '') : 'server';
}

/** A schema as plain JSON, named ones by reference. `self`: the named one that is being written out itself. */
function plain(schema: unknown, self?: TSchema): unknown {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map((item) => plain(item));
  const name = schema === self ? undefined : Object.keys(NAMED).find((key) => NAMED[key] === schema);
  if (name !== undefined) return { $ref: `#/components/schemas/${name}` };
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, plain(value)]));
}

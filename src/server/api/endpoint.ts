import type { Static, TSchema } from '@sinclair/typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RouteName } from '../../protocol/index.js';

/** What a route takes and answers, as JSON schemas. */
export interface EndpointSchema {
  params?: TSchema;
  query?: TSchema;
  body?: TSchema;
  answer: TSchema;
}

/** What a request brought, held against the schema. */
export interface Call<S extends EndpointSchema> {
  params: Part<S['params']>;
  query: Part<S['query']>;
  body: Part<S['body']>;
  request: FastifyRequest;
  reply: FastifyReply;
}

type Part<T> = T extends TSchema ? Static<T> : undefined;

/** One route: its schemas, and the function that answers it. */
export interface Endpoint {
  schema: EndpointSchema;
  handle(call: Call<EndpointSchema>): unknown;
  /** Writes the answer as JSON where JSON.stringify is not quick enough. */
  serialize?: (answer: never) => string;
}

/** The endpoints of one noun. */
export type Endpoints<N extends RouteName> = Record<N, Endpoint>;

/**
 * A route with its types drawn from its schemas. The function gives the answer, or nothing when it has sent it itself
 * (from a cache, as bytes).
 */
export function endpoint<S extends EndpointSchema>(
  schema: S,
  handle: (call: Call<S>) => Static<S['answer']> | Promise<Static<S['answer']> | void> | void,
  serialize?: (answer: Static<S['answer']>) => string,
): Endpoint {
  return { schema, handle, ...(serialize ? { serialize } : {}) };
}

import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { onSendHookHandler } from 'fastify';

/** Smaller answers fit into few packets anyway, in bytes. */
export const PACK_FROM_BYTES = 8 * 1024;

const deflate = promisify(gzip);

/** Packs an answer; quickly rather than tightly: most clients are on this machine. */
export function pack(body: string | Buffer): Promise<Buffer> {
  return deflate(body, { level: 1 });
}

/** Whether a client takes gzip, by its Accept-Encoding header. */
export function acceptsGzip(header: string | string[] | undefined): boolean {
  const entries = typeof header === 'string' ? header.split(',') : [];
  return entries.some((entry) => /^\s*gzip\s*(?:;|$)/i.test(entry) && !/;\s*q=0(?:\.0*)?\s*$/i.test(entry));
}

/** Packs every large answer that is a text; those from the cache are bytes, and packed there once for all. */
export const packLarge: onSendHookHandler = (request, reply, payload, done) => {
  if (typeof payload !== 'string' || payload.length < PACK_FROM_BYTES) return done(null, payload);
  const vary = reply.getHeader('vary');
  reply.header('vary', vary === undefined ? 'Accept-Encoding' : `${String(vary)}, Accept-Encoding`);
  if (!acceptsGzip(request.headers['accept-encoding'])) return done(null, payload);
  pack(payload).then(
    (packed) => {
      reply.header('content-encoding', 'gzip').header('content-length', packed.length);
      done(null, packed);
    },
    (error: unknown) => done(error as Error),
  );
  return undefined;
};

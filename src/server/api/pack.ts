import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { onSendHookHandler } from 'fastify';

/** Smaller answers fit into few packets anyway, in bytes. */
export const PACK_FROM_BYTES = 8 * 1024;

/** Rather than tightly: most clients are on this machine. */
const QUICKLY = { level: 1 };
const zip = promisify(gzip);

/** Packs an answer. */
export function pack(body: string | Buffer): Promise<Buffer> {
  return zip(body, QUICKLY);
}

/** Whether a client takes gzip, by its Accept-Encoding header. */
export function acceptsGzip(header: string | string[] | undefined): boolean {
  const entries = typeof header === 'string' ? header.split(',') : [];
  return entries.some((entry) => /^\s*gzip\s*(?:;|$)/i.test(entry) && !/;\s*q=0(?:\.0*)?\s*$/i.test(entry));
}

/** Packs every large answer; those from the cache are packed already, once for all. */
export const packLarge: onSendHookHandler = (request, reply, payload, done) => {
  if (!isLarge(payload) || reply.hasHeader('content-encoding')) return done(null, payload);
  const vary = String(reply.getHeader('vary') ?? '');
  if (!vary.includes('Accept-Encoding'))
    reply.header('vary', vary === '' ? 'Accept-Encoding' : `${vary}, Accept-Encoding`);
  if (!acceptsGzip(request.headers['accept-encoding'])) return done(null, payload);
  gzip(payload, QUICKLY, (error, packed) => {
    if (error) return done(error);
    reply.header('content-encoding', 'gzip').header('content-length', packed.length);
    return done(null, packed);
  });
  return undefined;
};

function isLarge(payload: unknown): payload is string | Buffer {
  return (typeof payload === 'string' || Buffer.isBuffer(payload)) && payload.length >= PACK_FROM_BYTES;
}

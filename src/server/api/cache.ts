import { setImmediate as turn } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { acceptsGzip, PACK_FROM_BYTES, pack } from './pack.js';

/** A part of an answer that is JSON already, however large: it is put in as it is. */
export class Json {
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** Answers that are good for as long as what they were made of stays: serialised once, named by their ETag. */
export interface AnswerCache {
  /**
   * Sends the answer for a key, or 304 when the client has it. It is built when the revision is another than at the
   * last time, and once per revision, however many ask meanwhile.
   */
  send<T>(call: Exchange, key: string, revision: string, build: () => T | Promise<T>): void | Promise<void>;
}

interface Exchange {
  request: FastifyRequest;
  reply: FastifyReply;
}

/** One answer, serialised. */
interface Held {
  etag: string;
  body: Buffer;
  /** Packed when the first client asks for that. */
  packed: Promise<Buffer> | null;
}

interface Entry {
  revision: string;
  held: Held | Promise<Held>;
}

/** Clients choose many of the keys (ids, limits, cursors): all are forgotten when they hold more than this. */
const MAX_BYTES = 32 * 1024 * 1024;
const MAX_KEYS = 1000;

/** @param life new with each server, so that an ETag of an earlier life is never taken for one of this */
export function createAnswerCache(life: string): AnswerCache {
  const entries = new Map<string, Entry>();
  let bytes = 0;

  const hold = (etag: string, body: Buffer): Held => {
    bytes += body.length;
    return { etag, body, packed: null };
  };
  const renew = <T>(key: string, revision: string, build: () => T | Promise<T>): Held | Promise<Held> => {
    if (entries.size >= MAX_KEYS || bytes > MAX_BYTES) {
      entries.clear();
      bytes = 0;
    }
    const old = entries.get(key)?.held;
    if (old && !(old instanceof Promise)) bytes -= old.body.length;
    const etag = `W/"${life}.${revision}"`;
    const answer = build();
    const body = answer instanceof Promise ? answer.then(bodyOf) : bodyOf(answer);
    const held = body instanceof Promise ? body.then((value) => hold(etag, value)) : hold(etag, body);
    const entry = { revision, held };
    entries.set(key, entry);
    if (held instanceof Promise) settle(entries, key, entry, held);
    return held;
  };

  return {
    send(call, key, revision, build) {
      const entry = entries.get(key);
      const held = entry?.revision === revision ? entry.held : renew(key, revision, build);
      return held instanceof Promise ? held.then((value) => sendHeld(call, value)) : sendHeld(call, held);
    },
  };
}

/** Rows of a list that are written in one turn of the event loop. */
const ROWS_AT_ONCE = 1000;

/** An answer as JSON. A long list in it is written in slices, so that nobody waits for it. */
function bodyOf(answer: unknown): Buffer | Promise<Buffer> {
  const fields = Object.entries(answer as Record<string, unknown>);
  const isLarge = fields.some(([, value]) => value instanceof Json || isLong(value));
  return isLarge ? inSlices(fields) : Buffer.from(JSON.stringify(answer));
}

function isLong(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.length > ROWS_AT_ONCE;
}

async function inSlices(fields: [string, unknown][]): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  const put = (text: string): void => void pieces.push(Buffer.from(text));
  const written = fields.filter(([, value]) => value !== undefined);
  for (const [at, [name, value]] of written.entries()) {
    put(`${at === 0 ? '{' : ','}${JSON.stringify(name)}:`);
    if (value instanceof Json) pieces.push(value.bytes);
    else if (!isLong(value)) put(JSON.stringify(value));
    else {
      for (let start = 0; start < value.length; start += ROWS_AT_ONCE) {
        const rows = JSON.stringify(value.slice(start, start + ROWS_AT_ONCE));
        put(`${start === 0 ? '[' : ','}${rows.slice(1, -1)}`);
        await turn();
      }
      put(']');
    }
  }
  put('}');
  return Buffer.concat(pieces);
}

/** An answer that is there is kept as such; one that failed is built again for the next who asks. */
function settle(entries: Map<string, Entry>, key: string, entry: Entry, held: Promise<Held>): void {
  held.then(
    (value) => {
      entry.held = value;
    },
    () => {
      if (entries.get(key) === entry) entries.delete(key);
    },
  );
}

function sendHeld({ request, reply }: Exchange, held: Held): void | Promise<void> {
  // A client may keep it, but must ask each time whether it is still good.
  reply.header('etag', held.etag).header('cache-control', 'private, no-cache');
  if (matches(request.headers['if-none-match'], held.etag)) {
    reply.code(304).send();
    return;
  }
  reply.header('content-type', 'application/json; charset=utf-8');
  if (held.body.length < PACK_FROM_BYTES) {
    reply.send(held.body);
    return;
  }
  reply.header('vary', 'Origin, Accept-Encoding');
  if (!acceptsGzip(request.headers['accept-encoding'])) {
    reply.send(held.body);
    return;
  }
  held.packed ??= pack(held.body);
  return held.packed.then((packed) => void reply.header('content-encoding', 'gzip').send(packed));
}

/** If-None-Match compares weakly (RFC 9110, 13.1.2). */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header === etag || header.trim() === '*') return true;
  const opaque = etag.slice(2);
  return header.split(',').some((entry) => entry.trim().replace(/^W\//, '') === opaque);
}

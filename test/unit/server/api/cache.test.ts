import { gunzipSync } from 'node:zlib';
import { type FastifyInstance, fastify } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { createAnswerCache, Json } from '../../../../src/server/api/cache.js';

let app: FastifyInstance | undefined;

afterEach(() => app?.close());

/** A server of one route that answers from the cache what the test says. */
function cached(build: (revision: string) => unknown) {
  const cache = createAnswerCache('life');
  const counts = { built: 0, revision: '1' };
  app = fastify();
  app.get('/:key', async (request, reply) => {
    const { key } = request.params as { key: string };
    await cache.send({ request, reply }, key, counts.revision, () => {
      counts.built += 1;
      return build(counts.revision);
    });
  });
  const get = (key = 'k', headers: Record<string, string> = {}) => {
    if (!app) throw new Error('closed');
    return app.inject({ url: `/${key}`, headers });
  };
  return { counts, get };
}

describe('an answer', () => {
  it('is built once for each revision, however many ask', async () => {
    const { counts, get } = cached(async (revision) => ({ revision }));
    const answers = await Promise.all(Array.from({ length: 20 }, () => get()));
    expect(answers.every((answer) => answer.body === '{"revision":"1"}')).toBe(true);
    expect(counts.built).toBe(1);
    counts.revision = '2';
    expect((await get()).json()).toEqual({ revision: '2' });
    expect(counts.built).toBe(2);
  });

  it('is told by a tag of its life and revision', async () => {
    const { counts, get } = cached(() => ({}));
    expect((await get()).headers.etag).toBe('W/"life.1"');
    expect((await get('k', { 'if-none-match': 'W/"life.1"' })).statusCode).toBe(304);
    counts.revision = '2';
    expect((await get('k', { 'if-none-match': 'W/"life.1"' })).statusCode).toBe(200);
  });

  it('that failed is built again for the next who asks', async () => {
    let fails = true;
    const { counts, get } = cached(async () => {
      if (fails) throw new Error('not now');
      return {};
    });
    expect((await get()).statusCode).toBe(500);
    fails = false;
    expect((await get()).statusCode).toBe(200);
    expect(counts.built).toBe(2);
  });

  it('is packed only when it is large and the client takes it', async () => {
    const { get } = cached(() => ({ text: 'x'.repeat(20_000) }));
    const packed = await get('k', { 'accept-encoding': 'br, gzip;q=0.5' });
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(packed.rawPayload).length).toBe(20_011);
    for (const header of ['identity', 'gzip;q=0', 'x-gzip-like']) {
      expect((await get('k', { 'accept-encoding': header })).headers['content-encoding']).toBeUndefined();
    }
  });
});

it('forgets answers rather than holding too many', async () => {
  const { counts, get } = cached(() => ({ text: 'x'.repeat(8_000_000) }));
  for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) await get(key);
  await get('a');
  expect(counts.built).toBe(7);
  await get('a');
  expect(counts.built).toBe(7);
});

describe('a large answer', () => {
  it('is the same JSON, though it is written in slices', async () => {
    const rows = Array.from({ length: 2500 }, (_, at) => ({ key: `k${at}`, text: 'ü' }));
    const answer = { tasks: rows, left: undefined, next_cursor: null };
    const { get } = cached(() => answer);
    expect((await get()).body).toBe(JSON.stringify(answer));
  });

  it('takes a part that is JSON already as it is', async () => {
    const { get } = cached(async () => ({ id: 'a', state: new Json(Buffer.from('{"n":12345678901234567890}')) }));
    expect((await get()).body).toBe('{"id":"a","state":{"n":12345678901234567890}}');
  });
});

import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as fc from '../../support/property.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROUTES, type RouteName, routeOf } from '../../../src/protocol/index.js';
import { type Office, rawExchange, startSharedOffice } from './office.js';

/** `MC_TEST_RUNS` multiplies: 100 makes 20,000 requests. */
const RUNS = 200 * Number(process.env.MC_TEST_RUNS ?? 1);
const CANARY = 'CANARY-BESIDE-THE-WORKSPACE';

let office: Office;
let stop: () => Promise<void>;
let secret: string;

beforeAll(async () => {
  ({ office, stop } = await startSharedOffice());
  secret = (await readFile(join(office.root, '.env'), 'utf8')).trim();
  await writeFile(`${office.root}-canary`, CANARY);
});
afterAll(async () => {
  await stop();
  await rm(`${office.root}-canary`);
});

const names = (Object.keys(ROUTES) as RouteName[]).filter((name) => routeOf(name).produces !== 'text/event-stream');

/** Pieces of paths that lead somewhere, or mean to. */
// biome-ignore format: a list of words
const step = fc.constantFrom(
  '..', '.', '', '/', '//', '~', '.env', 'README.md', 'mission-control', 'agents', 'backend/data/metrics.db',
  '%2e%2e', '%2E%2e%2F', '%252e', '%5c', '\\', '%00', '\0', '%c0%ae', '\uff0e\uff0e', '\u2025', 'etc/passwd', 'C:',
  'proc/self/environ', ' ', '\n', '%0d%0a', '::$DATA', '*', '?', '#', '%', '\ud800', 'a'.repeat(300),
);
const place = fc.oneof(
  fc.array(step, { maxLength: 8 }).map((steps) => steps.join('/')),
  fc.array(step, { maxLength: 8 }).map((steps) => steps.join('')),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('canary', '../canary').map((end) => `../${end}`),
);
const encode = fc.constantFrom<(text: string) => string>(
  (text) => encodeURIComponent(wellFormed(text)),
  (text) => encodeURIComponent(encodeURIComponent(wellFormed(text))),
  (text) => encodeURI(wellFormed(text)),
  (text) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
);
const value = fc.oneof(
  place,
  fc.integer().map(String),
  fc.constantFrom('0', '-1', '1e9', '1e999', 'NaN', '', 'null', '[]'),
);
const key = fc.constantFrom(
  'path',
  'limit',
  'cursor',
  'offset',
  'length',
  'channels',
  'since',
  '__proto__',
  'path[]',
  'x',
);
const search = fc.array(fc.tuple(key, value, encode), { maxLength: 5 });
const body = fc.option(
  fc.oneof(
    fc.json({ maxDepth: 5 }),
    fc
      .record({
        status: fc.anything({ maxDepth: 1 }),
        task: value,
        zone: value,
        message: value,
        tasks: fc.array(fc.record({ id: value, title: value, assignee: value })),
      })
      .map((fields) => JSON.stringify(fields) ?? ''),
    fc.string({ unit: 'binary', maxLength: 100 }),
  ),
  { nil: null },
);

/** One request, as bytes: fetch would tidy it up. */
const request = fc
  .record({ name: fc.constantFrom(...names), id: place, encode, search, body, own: fc.boolean() })
  .map(({ name, id, encode: form, search: pairs, body: content, own }) => {
    const { method, path } = routeOf(name);
    const words = pairs.map(([word, text, how]) => `${word}=${how(text)}`).join('&');
    const target = path.replace('{id}', form(id)) + (words === '' ? '' : `?${words}`);
    const bytes = Buffer.from(content ?? '');
    const head = [
      `${method} ${target} HTTP/1.1`,
      'Host: localhost',
      'Connection: close',
      `Content-Length: ${bytes.length}`,
      ...(content === null ? [] : ['Content-Type: application/json']),
      ...(own ? ['Origin: http://localhost:3000'] : []),
    ];
    return `${head.join('\r\n')}\r\n\r\n${bytes.toString('latin1')}`;
  });

/** Half of a surrogate pair has no encoding. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}

function exchange(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no end to ${JSON.stringify(text.slice(0, 500))}`)), 15_000);
    rawExchange(office.port, text)
      .finally(() => clearTimeout(late))
      .then(resolve, reject);
  });
}

/** Bytes of the heap after everything that can go has gone. */
function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

it('every route of the table answers whatever it is sent, and with nothing from outside', {
  timeout: 60_000 + RUNS * 30,
}, async () => {
  const beside = await readdir(dirname(office.root));
  const ask = (runs: number) =>
    fc.assert(
      fc.asyncProperty(request, async (text) => {
        const answer = await exchange(text);
        const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]);
        expect(status).toBeGreaterThanOrEqual(200);
        expect(status).toBeLessThan(500);
        expect(answer).not.toContain(CANARY);
        expect(answer).not.toContain(secret);
        expect(answer).not.toMatch(/root:x:0|PATH=\//);
        if (status >= 400) expect(answer).not.toContain(office.root);
      }),
      { numRuns: runs },
    );
  await ask(Math.ceil(RUNS / 4));
  const before = heapInUse();
  await ask(RUNS);
  // What is kept is bounded (notifications, journal, cached answers); a leak is not.
  expect(heapInUse() - before).toBeLessThan(100 * 1024 * 1024);
  expect((await office.get('/api/health')).status).toBe(200);
  const now = (await readdir(dirname(office.root))).filter((name) => name.startsWith(basename(office.root)));
  expect(now.toSorted()).toEqual(beside.filter((name) => name.startsWith(basename(office.root))).toSorted());
});

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from '../../support/property.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Office, rawExchange, startSharedOffice } from './office.js';

/** `MC_TEST_RUNS` multiplies: 100 makes the 20,000 requests of the full suite. */
const RUNS = 200 * Number(process.env.MC_TEST_RUNS ?? 1);

let office: Office;
let stop: () => Promise<void>;

beforeAll(async () => {
  ({ office, stop } = await startSharedOffice());
});
afterAll(() => stop());

const piece = fc.oneof(
  fc.constantFrom(
    'api',
    'agents',
    'tasks',
    'create',
    'report',
    'notifications',
    'ack',
    'status',
    'system',
    'health',
    'builder',
    '..',
    '.',
    '%2e%2e',
    '%2F',
    '%2f..%2f',
    '%00',
    '%',
    '%zz',
    '%c0%ae',
    '%E2%82',
    '__proto__',
    'constructor',
    '~',
    '',
    'TASK-037',
    'mission-control%2FTASK_QUEUE.md%2331',
    'etc',
    'passwd',
    '.env',
    'a'.repeat(3000),
  ),
  fc.webSegment(),
);
const path = fc.array(piece, { maxLength: 6 }).map((pieces) => `/${pieces.join('/')}`);
const query = fc.oneof(
  fc.constantFrom(
    '',
    '?',
    '?limit=5',
    '?limit=-1',
    '?limit=1e9',
    '?limit[]=1',
    '?cursor=%00',
    '?cursor=W10',
    '?__proto__=1',
  ),
  fc.webQueryParameters().map((text) => `?${text}`),
);
const method = fc.constantFrom('GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'BREW');
const headers = fc.array(
  fc.constantFrom(
    'Content-Type: application/json',
    'Content-Type: text/plain',
    'Content-Type: ;;;',
    'Content-Type: application/json; charset=x',
    'Origin: http://localhost:3000',
    'Origin: null',
    'Origin: http://evil.example',
    'Origin: \u0001',
    'If-None-Match: *',
    'If-None-Match: W/"',
    'Accept-Encoding: gzip',
    'Accept-Encoding: gzip;q=',
    'Authorization: Bearer',
    'Expect: 100-continue',
    'Transfer-Encoding: chunked',
    'Upgrade: websocket',
    'X-Request-Id: ../../x',
    'Range: bytes=0-',
  ),
  { maxLength: 4 },
);
const body = fc.oneof(
  fc.constant(''),
  fc.json({ maxDepth: 4 }),
  fc.string({ maxLength: 200 }),
  fc.constantFrom(
    '{"status":"idle"}',
    '{"tasks":[{"title":"# |x|\\n- [ ] y","id":"../x"}]}',
    '{"tasks":[{}]}',
    '{"message":"m","data":{"__proto__":{}}}',
    '{"status":"completed","priority":"P9"}',
    `{"message":"m","data":{"a":${'['.repeat(500)}${']'.repeat(500)}}}`,
  ),
);

function exchange(request: string): Promise<string> {
  const late = new Promise<string>((_, reject) => {
    setTimeout(() => reject(new Error(`no end to ${JSON.stringify(request.slice(0, 500))}`)), 15_000).unref();
  });
  return Promise.race([rawExchange(office.port, request), late]);
}

describe('whatever is sent', () => {
  it('is answered, never with 500, and never with what is nobody’s business', {
    timeout: 60_000 + RUNS * 20,
  }, async () => {
    const secret = (await readFile(join(office.root, '.env'), 'utf8')).trim();
    await fc.assert(
      fc.asyncProperty(method, path, query, headers, body, async (verb, where, search, lines, content) => {
        const length = lines.includes('Transfer-Encoding: chunked')
          ? []
          : [`Content-Length: ${Buffer.byteLength(content)}`];
        const sent = lines.includes('Transfer-Encoding: chunked')
          ? `${Buffer.byteLength(content).toString(16)}\r\n${content}\r\n${content === '' ? '' : '0\r\n\r\n'}`
          : content;
        const head = [
          `${verb} ${where}${search} HTTP/1.1`,
          'Host: localhost',
          'Connection: close',
          ...length,
          ...lines,
        ];
        const answer = await exchange(`${head.join('\r\n')}\r\n\r\n${sent}`);
        const status = Number(/^HTTP\/1\.1 (?:100 Continue\r\n\r\nHTTP\/1\.1 )?(\d{3}) /.exec(answer)?.[1]);
        expect(status).toBeGreaterThanOrEqual(200);
        expect(status).toBeLessThan(500);
        expect(answer).not.toContain(secret);
        if (status >= 400) expect(answer).not.toContain(office.root);
        expect(answer).not.toContain('root:x:0');
      }),
      { numRuns: RUNS },
    );
    expect((await office.get('/api/health')).body.status).toBe('healthy');
  });

  it('even when it is no HTTP at all', { timeout: 60_000 + RUNS * 20 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), async (bytes) => {
        const answer = await exchange(`${Buffer.from(bytes).toString('latin1')}\r\n\r\n\r\n`);
        expect(answer).toMatch(/^(?:HTTP\/1\.1 4\d\d |$)/);
      }),
      { numRuns: RUNS },
    );
    expect((await office.get('/healthz')).status).toBe(200);
  });
});

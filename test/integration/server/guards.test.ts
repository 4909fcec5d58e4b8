import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { type Office, rawExchange, startOffice } from './office.js';

const ERROR = { error: expect.any(String), code: expect.any(String) };
const REPORT = '/api/agents/api/report';

/** Sends a request with a Host header of our choice, which fetch does not allow. */
function withHost(office: Office, host: string, path = '/api/health'): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    request({ port: office.port, host: '127.0.0.1', path, headers: { host } }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    })
      .on('error', reject)
      .end();
  });
}

describe('pages of other origins', () => {
  it.each(['http://evil.example', 'null', 'https://localhost.evil.example'])('cannot write from %s', async (origin) => {
    const office = await startOffice();
    const answer = await office.send('POST', REPORT, { status: 'idle' }, { origin });
    expect([answer.status, answer.body.code]).toEqual([403, 'origin.refused']);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    expect((await office.get('/api/agents/api')).body.status).toBe('active');
    const preflight = await office.send('OPTIONS', REPORT, undefined, {
      origin,
      'access-control-request-method': 'POST',
    });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([403, null]);
  });

  it('cannot write by hiding which one they are', async () => {
    const { send } = await startOffice();
    const answer = await send('POST', REPORT, { status: 'idle' }, { 'sec-fetch-site': 'cross-site' });
    expect([answer.status, answer.body.code]).toEqual([403, 'origin.refused']);
  });

  it('get no leave to read', async () => {
    const { get } = await startOffice();
    const { headers } = await get('/api/agents', { origin: 'http://evil.example' });
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
  });

  it('may read and write from localhost, our own origin, and those allowed by name', async () => {
    const office = await startOffice({ settings: { allowOrigin: ['https://ops.example'] } });
    for (const origin of ['http://localhost:3000', 'http://127.0.0.1', office.server.http, 'https://ops.example']) {
      const answer = await office.send('POST', REPORT, { status: 'idle' }, { origin });
      expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, origin]);
      const preflight = await office.send('OPTIONS', REPORT, undefined, {
        origin,
        'access-control-request-method': 'POST',
      });
      expect([preflight.status, preflight.headers.get('access-control-allow-methods')]).toEqual([204, 'OPTIONS, POST']);
      expect(preflight.headers.get('access-control-allow-headers')).toContain('content-type');
    }
    const { headers } = await office.get('/api/agents', { origin: 'http://localhost:3000' });
    expect([headers.get('access-control-allow-origin'), headers.get('vary')]).toEqual([
      'http://localhost:3000',
      expect.stringContaining('Origin'),
    ]);
  });
});

describe('host names that are not ours', () => {
  it.each(['evil.example', 'evil.example:8080', '10.1.2.3', '@'])('are refused: %j', async (host) => {
    const office = await startOffice();
    const { status, body } = await withHost(office, host);
    expect(status).toBe(403);
    expect(JSON.parse(body)).toMatchObject({ code: 'host.refused' });
  });

  it.each(['localhost:1', '127.0.0.9', '[::1]:8080', 'ops.example'])('are told from ours: %j', async (host) => {
    const office = await startOffice({ settings: { allowOrigin: ['https://ops.example'] } });
    expect((await withHost(office, host)).status).toBe(200);
  });
});

describe('requests that name another server beside ours', () => {
  const exchange = (port: number, head: string) => rawExchange(port, `${head}\r\nConnection: close\r\n\r\n`);

  it('are refused: a target in absolute form counts before the Host header', async () => {
    const { port, server } = await startOffice();
    const evil = await exchange(port, 'GET http://evil.example/api/agents HTTP/1.1\r\nHost: localhost');
    expect(evil).toMatch(/^HTTP\/1.1 403 [^]*host.refused/);
    const own = await exchange(port, 'GET http://localhost/api/health HTTP/1.1\r\nHost: localhost');
    expect(own).toMatch(/^HTTP\/1.1 200 /);
    const upgrade = 'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
    const socket = await rawExchange(
      Number(new URL(server.ws).port),
      `GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n${upgrade}\r\n\r\n`,
    );
    expect(socket).toMatch(/^HTTP\/1.1 403 /);
  });

  it('are refused with several Host headers, and before HTTP/1.0', async () => {
    const { port } = await startOffice();
    const twice = await exchange(port, 'GET /api/agents HTTP/1.1\r\nHost: localhost\r\nhost: evil.example');
    expect(twice).toMatch(/^HTTP\/1.1 400 [^]*input.invalid/);
    expect(await rawExchange(port, 'GET /api/agents\r\n\r\n')).not.toContain('"agents"');
  });
});

describe('a server with a token', () => {
  it('answers nothing without it but that it lives', async () => {
    const office = await startOffice({ settings: { token: 'open-sesame' } });
    for (const path of ['/api/health', '/api/agents', '/api/nothing', '/healthz/x', '//healthz']) {
      const answer = await office.get(path);
      expect([path, answer.status, answer.body.code]).toEqual([path, 401, 'token.missing']);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
    expect((await office.get('/api/agents', { authorization: 'Bearer wrong' })).body.code).toBe('token.invalid');
    expect((await office.get('/healthz')).status).toBe(200);
    expect((await office.get('/readyz')).status).toBe(200);
    expect((await office.get('/api/agents', { authorization: 'Bearer open-sesame' })).status).toBe(200);
    expect((await office.send('POST', REPORT, { status: 'idle' })).status).toBe(401);
    expect(
      (await office.send('POST', REPORT, { status: 'idle' }, { authorization: 'Bearer open-sesame' })).status,
    ).toBe(200);
  });
});

describe('requests that make no sense', () => {
  it('get 404 for unknown routes and 405 for unknown methods', async () => {
    const { get, send } = await startOffice();
    for (const path of ['/api', '/api/', '/api/agents/api/x', '/nothing', '/api/agents//x', '/api//agents']) {
      const { status, body } = await get(path);
      expect([path, status, body.code]).toEqual([path, 404, 'route.not_found']);
    }
    const answer = await send('DELETE', '/api/agents?x=1');
    expect([answer.status, answer.headers.get('allow'), answer.body.code]).toEqual([
      405,
      'GET, HEAD',
      'method.not_allowed',
    ]);
    expect((await send('PUT', REPORT)).headers.get('allow')).toBe('POST');
    expect((await get('/api/tasks/create')).headers.get('allow')).toBe('POST, PATCH');
    expect((await send('OPTIONS', '/api/notifications')).headers.get('allow')).toBe('OPTIONS, GET, HEAD, POST');
  });

  it.each([
    '%2Fetc',
    '..%2f..%2fetc%2fpasswd',
    '%252e%252e',
    '%00',
    'api%00',
    'api%2f..%2fapi',
    '__proto__',
    'constructor',
    'README.md',
    'state.json',
    '%EF%BB%BFapi',
    'API',
    'a'.repeat(2000),
  ])('find no agent called %s', async (id) => {
    const { get, send } = await startOffice();
    const read = await get(`/api/agents/${id}`);
    expect([read.status, read.body]).toEqual([404, { ...ERROR, error: 'Agent not found', hint: expect.any(String) }]);
    expect((await send('POST', `/api/agents/${id}/report`, { status: 'idle' })).status).toBe(404);
  });

  it('do not reach further by raw dots, broken escapes or endless names', async () => {
    const office = await startOffice();
    const raw = (path: string) =>
      rawExchange(office.port, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    expect(await raw('/api/agents/..')).toMatch(/^HTTP\/1\.1 404 /);
    expect(await raw('/api/agents/../../../etc/passwd')).toMatch(/^HTTP\/1\.1 404 /);
    expect(await raw('/api/agents/%zz')).toMatch(/^HTTP\/1\.1 400 [^]*"code":"input\.invalid"/);
    expect(await raw('/api/agents/%E0%A4%A')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw(`/api/agents/${'a'.repeat(5000)}`)).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(await raw(`/${'a'.repeat(40_000)}`)).toMatch(/^HTTP\/1\.1 431 /);
    expect(await raw('/api/agents/')).toMatch(/^HTTP\/1\.1 404 /);
    expect(await raw('/api/agents/%2e%2e')).toMatch(/^HTTP\/1\.1 404 [^]*"code":"agent\.not_found"/);
    expect(await raw('*')).toMatch(/^HTTP\/1\.1 404 /);
    expect(await rawExchange(office.port, 'nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [^]*"code":"input\.invalid"/);
  });

  it('get 400, 413 and 415 for bodies that are not JSON of a sensible size', async () => {
    const { send } = await startOffice();
    const post = (body: unknown, headers: Record<string, string> = {}) => send('POST', REPORT, body, headers);
    expect((await post('{"status":')).body).toMatchObject({ code: 'input.invalid' });
    expect((await post('{"__proto__": {"status": "idle"}}')).status).toBe(400);
    expect((await post({ status: 5 })).body.error).toBe('body.status: expected string, found 5');
    expect((await post('[]')).status).toBe(400);
    expect((await post('"idle"')).status).toBe(400);
    expect((await post({ statsu: 'idle' })).body.error).toContain('body.statsu');
    expect((await post({ activity: 'x'.repeat(2_000_000) })).body).toMatchObject({ code: 'body.too_large' });
    expect((await post('status=idle', { 'content-type': 'application/x-www-form-urlencoded' })).body).toMatchObject({
      code: 'body.type',
    });
    expect((await post('{"status":"idle"}', { 'content-type': 'text/plain' })).status).toBe(415);
    const deep = `{"message":"m","data":{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`;
    expect((await send('POST', '/api/notifications', deep)).body.error).toContain('nested');
  });

  it('take an empty body for none, whatever its content type', async () => {
    const { send } = await startOffice();
    const { body } = await send('POST', '/api/notifications', { message: 'm' });
    const path = `/api/notifications/${body.notification.id}/ack`;
    for (const type of ['application/json', 'text/plain', 'multipart/form-data', 'nonsense']) {
      expect((await send('POST', path, '', { 'content-type': type })).status).toBe(200);
    }
  });

  it('never show where the workspace lies or where the code does', async () => {
    const office = await startOffice();
    const answers = [
      await office.send('POST', '/api/agents/archivist/report', { status: 'idle' }),
      await office.get('/api/agents/nobody'),
      await office.send('POST', REPORT, '{'),
    ];
    for (const { text, status } of answers) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(JSON.parse(text)).toEqual({ ...ERROR, hint: expect.toBeOneOf([null, expect.any(String)]) });
      expect(text).not.toContain(office.root);
      expect(text).not.toMatch(/\bat .+:\d+:\d+/);
    }
  });
});

describe('every answer', () => {
  it('is data: not to be sniffed, run, framed or kept', async () => {
    const { get } = await startOffice();
    for (const path of ['/api/health', '/api/nothing', '/api/notifications']) {
      const { headers } = await get(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('x-request-id')).toMatch(/^\w+-\w+$/);
      expect(headers.get('cache-control')).toMatch(/no-store|no-cache/);
    }
    const ids = [await get('/healthz'), await get('/healthz')].map(({ headers }) => headers.get('x-request-id'));
    expect(new Set(ids).size).toBe(2);
  });

  it('has a twin without a body for HEAD', async () => {
    const { get, send } = await startOffice();
    for (const path of ['/api/agents', '/api/tasks', '/healthz']) {
      const answer = await send('HEAD', path, undefined, { 'accept-encoding': 'identity' });
      expect([answer.status, answer.text]).toEqual([200, '']);
      expect(answer.headers.get('content-length')).toBe(String(Buffer.byteLength((await get(path)).text)));
    }
    expect((await send('HEAD', '/api/nothing')).status).toBe(404);
    expect((await send('HEAD', '/api/tasks/create')).status).toBe(405);
  });
});

describe('rates', () => {
  it('let 1,000 requests a second of this machine pass', async () => {
    const { get } = await startOffice();
    for (let round = 0; round < 12; round += 1) {
      const answers = await Promise.all(Array.from({ length: 100 }, () => get('/healthz')));
      expect(answers.every(({ status }) => status === 200)).toBe(true);
    }
  });

  it('are bounded for each client', async () => {
    const { get } = await startOffice({ settings: { rateLimit: 1 } });
    const answers = await Promise.all(Array.from({ length: 150 }, () => get('/healthz')));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.body.code).toBe('rate.limited');
    expect(refused[0]?.headers.get('retry-after')).toBe('1');
    expect(refused[0]?.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('count what is refused, too, so that nobody can try tokens without end', async () => {
    const { get } = await startOffice({ settings: { rateLimit: 1, token: 'open-sesame' } });
    const tries = Array.from({ length: 150 }, (_, n) => get('/api/agents', { authorization: `Bearer try-${n}` }));
    const statuses = new Set((await Promise.all(tries)).map(({ status }) => status));
    expect(statuses).toEqual(new Set([401, 429]));
  });
});

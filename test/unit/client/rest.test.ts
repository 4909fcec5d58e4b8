import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  callPath,
  createRestClient,
  type RestCall,
  RestError,
  type RestOptions,
  UnreachableError,
} from '../../../src/client/index.js';

interface Asked {
  method: string | undefined;
  url: string | undefined;
  body: unknown;
  headers: IncomingMessage['headers'];
}

type Answer = (asked: Asked, response: ServerResponse) => void;

/** A real HTTP server that answers as the test says, and a client of it. */
async function served(answer: Answer, options: Partial<RestOptions> = {}) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { method, url, headers } = request;
      const question = { method, url, headers, body: body === '' ? undefined : (JSON.parse(body) as unknown) };
      asked.push(question);
      answer(question, response);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { asked, server, client: createRestClient({ baseUrl, fetch, ...options }) };
}

function json(status: number, body: unknown): Answer {
  return (_, response) => response.writeHead(status).end(JSON.stringify(body));
}

describe('rest', () => {
  it('asks a call that is a value, and takes whatever it answers', async () => {
    const { asked, client } = await served(json(200, ['odd']), {
      check: () => {
        throw new Error('makes no sense');
      },
    });
    expect(await client.call({ route: 'verifyBackup', params: { id: 'a/b' }, body: { deep: true } })).toEqual(['odd']);
    const series: RestCall = { route: 'metricsQuery', query: { metric: ['a', 'b'], explain: true } };
    await client.call(series);
    expect(asked.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['POST', '/api/backups/a%2Fb/verify', { deep: true }],
      ['GET', callPath(series), undefined],
    ]);
    expect(callPath(series)).toBe('/api/metrics/query?metric=a&metric=b&explain=true');
  });

  it('asks every route as the table has it', async () => {
    const { asked, client } = await served((question, response) =>
      json(200, { echo: question.url })(question, response),
    );
    expect(await client.agents()).toEqual({ echo: '/api/agents' });
    await client.agents({ limit: 5, cursor: 'a&b' });
    await client.agent('a/b');
    await client.reportAgent('a', { status: 'busy' });
    await client.tasks();
    await client.activeTasks();
    await client.createTasks([{ title: 'T' }]);
    await client.createTasks([{ title: 'T' }], 'me');
    await client.patchTask('TASK-1', { status: 'completed' });
    await client.notifications({ limit: 1 });
    await client.notify({ message: 'm' });
    await client.health();
    await client.ready();
    await client.systemStatus();
    await client.websocketStatus();
    await client.request('DELETE', '/api/backups/x');
    expect(asked.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['GET', '/api/agents', undefined],
      ['GET', '/api/agents?limit=5&cursor=a%26b', undefined],
      ['GET', '/api/agents/a%2Fb', undefined],
      ['POST', '/api/agents/a/report', { status: 'busy' }],
      ['GET', '/api/tasks', undefined],
      ['GET', '/api/tasks/active', undefined],
      ['POST', '/api/tasks/create', { tasks: [{ title: 'T' }] }],
      ['POST', '/api/tasks/create', { tasks: [{ title: 'T' }], source: 'me' }],
      ['PATCH', '/api/tasks/TASK-1', { status: 'completed' }],
      ['GET', '/api/notifications?limit=1', undefined],
      ['POST', '/api/notifications', { message: 'm' }],
      ['GET', '/api/health', undefined],
      ['GET', '/readyz', undefined],
      ['GET', '/api/system/status', undefined],
      ['GET', '/api/websocket/status', undefined],
      ['DELETE', '/api/backups/x', undefined],
    ]);
    expect(asked[3]?.headers).toMatchObject({ 'content-type': 'application/json', accept: 'application/json' });
    expect(asked[0]?.headers).not.toHaveProperty('content-type');
    expect(asked[0]?.headers).not.toHaveProperty('authorization');
  });

  it('shows its token', async () => {
    const { asked, client } = await served(json(200, {}), { token: 'secret' });
    await client.health();
    expect(asked[0]?.headers.authorization).toBe('Bearer secret');
  });

  it('turns an error answer into a RestError', async () => {
    const body = { error: 'Agent not found', code: 'agent.not_found', hint: 'mc agents list' };
    const { client } = await served(json(404, body));
    const error = await client.agent('x').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RestError);
    expect(error).toMatchObject({ status: 404, code: body.code, hint: body.hint, message: body.error, body });
  });

  it.each([
    [
      'an old server’s error',
      400,
      '{"error":"No tasks provided"}',
      'No tasks provided',
      { error: 'No tasks provided' },
    ],
    ['a proxy’s page', 502, '<html>', 'HTTP 502 without an answer that makes sense', '<html>'],
    ['a success that is no JSON', 200, 'hello', 'HTTP 200 without an answer that makes sense', 'hello'],
    ['an error without words', 500, 'null', 'HTTP 500 without an answer that makes sense', null],
  ])('takes %s for what it is', async (_, status, answer, message, body) => {
    const { client } = await served((_asked, response) => response.writeHead(status).end(answer));
    const error = await client.tasks().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'RestError', status, message, code: 'unknown', hint: null, body });
  });

  it('takes the answer of an unwell server for an answer, a refusal with the same status for an error', async () => {
    const unwell = await served(json(503, { status: 'unhealthy', ready: false }));
    expect(await unwell.client.health()).toMatchObject({ status: 'unhealthy' });
    expect(await unwell.client.ready()).toMatchObject({ ready: false });
    await expect(unwell.client.tasks()).rejects.toMatchObject({ status: 503 });
    const refusing = await served(json(503, { error: 'no workspace', code: 'workspace.missing' }));
    await expect(refusing.client.health()).rejects.toMatchObject({ status: 503, code: 'workspace.missing' });
  });

  it('says when nobody answers, or not in time', async () => {
    const { client, server } = await served(() => undefined, { timeoutMs: 50 });
    await expect(client.health()).rejects.toBeInstanceOf(UnreachableError);
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
    const error = await client.health().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UnreachableError);
    expect((error as UnreachableError).url).toMatch(/\/api\/health$/);
    expect((error as UnreachableError).cause).toBeInstanceOf(Error);
  });
});

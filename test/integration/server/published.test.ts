import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Settings } from '../../../src/base/index.js';
import { type Office, startOffice } from './office.js';

interface Frame {
  type: string;
  id?: string;
  seq?: number;
  data?: Record<string, unknown>;
}

const clients: WebSocket[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.terminate();
});

/** A client of ours, connected, with everything it hears. */
async function listen(settings: Partial<Settings> = {}, first?: object) {
  const office = await startOffice({ settings });
  const heard: Frame[] = [];
  const client = new WebSocket(`${office.server.ws}/?channels=*`);
  clients.push(client);
  client.on('message', (data) => heard.push(JSON.parse(String(data)) as Frame));
  await new Promise((resolve) => client.once('open', resolve));
  if (first) client.send(JSON.stringify(first));
  await expect.poll(() => heard.some(({ type }) => type === 'hello')).toBe(true);
  return { office, heard, client };
}

async function publish(client: WebSocket, heard: Frame[], event: string, data: unknown): Promise<Frame> {
  const id = `p${heard.length}`;
  client.send(JSON.stringify({ type: 'publish', id, event, data }));
  const answer = () => heard.find((frame) => frame.id === id || frame.data?.id === id);
  await expect.poll(answer).toBeDefined();
  return answer() as Frame;
}

describe('what a client publishes', () => {
  it('goes the same way as by REST, and is answered with its position', async () => {
    const { office, heard, client } = await listen();
    const told = await publish(client, heard, 'notification', { message: 'Look' });
    expect(told).toMatchObject({ type: 'published', seq: expect.any(Number) });
    expect(
      await publish(client, heard, 'agent_activity', { agent: 'api', activity: { action: 'sang' } }),
    ).toMatchObject({
      type: 'published',
      seq: (told.seq ?? 0) + 1,
    });
    const report = await publish(client, heard, 'agent_status', { agent: 'api', status: 'idle' });
    expect(report.type).toBe('published');
    const event = heard.find((frame) => frame.type === 'agent_status' && frame.seq !== undefined);
    expect(event).toMatchObject({ seq: report.seq, data: { agent: 'api', status: 'idle' } });
    expect((await office.get('/api/agents/api')).body.status).toBe('idle');
  });

  it.each([
    ['notification', { title: 'no message' }],
    ['notification', { message: 'm', level: 'loud' }],
    ['notification', { message: 'm', data: { text: 'x'.repeat(17_000) } }],
    ['notification', { message: 'm', data: JSON.parse(`${'{"a":'.repeat(100)}1${'}'.repeat(100)}`) as object }],
    ['agent_activity', { agent: 'nobody', activity: { action: 'sang' } }],
    ['agent_activity', { agent: 'api', activity: {} }],
    ['agent_status', { status: 'idle' }],
    ['agent_status', { agent: '../api', status: 'idle' }],
    ['agent_status', { agent: 'api', counters: { cost: 'much' } }],
  ])('is refused as by REST: %s %j', async (event, data) => {
    const { heard, client } = await listen();
    expect((await publish(client, heard, event, data)).type).toBe('error');
    expect(heard.some(({ seq }) => seq === 1)).toBe(false);
  });
});

describe('the socket of a server with a token', () => {
  it('opens with the token in the first frame', async () => {
    const { heard } = await listen({ token: 'open-sesame' }, { type: 'auth', token: 'open-sesame' });
    expect(heard[0]).toMatchObject({ type: 'authenticated' });
  });

  it('closes with another', async () => {
    const office: Office = await startOffice({ settings: { token: 'open-sesame' } });
    const client = new WebSocket(`${office.server.ws}/?channels=*`);
    clients.push(client);
    await new Promise((resolve) => client.once('open', resolve));
    client.send(JSON.stringify({ type: 'auth', token: 'wrong' }));
    expect(await new Promise((resolve) => client.once('close', resolve))).toBe(4401);
  });
});

describe('the socket', () => {
  it.each(['http://evil.example', 'null'])('refuses pages of %s at the upgrade', async (origin) => {
    const office = await startOffice();
    const client = new WebSocket(office.server.ws, { origin });
    clients.push(client);
    const status = await new Promise((resolve) => {
      client.once('unexpected-response', (_request, response) => resolve(response.statusCode));
      client.once('error', () => {});
    });
    expect(status).toBe(403);
  });

  it('is open to the page of our own server', async () => {
    const office = await startOffice();
    const client = new WebSocket(office.server.ws, { origin: office.server.http });
    clients.push(client);
    await new Promise((resolve, reject) => client.once('open', resolve).once('error', reject));
    await expect.poll(async () => (await office.get('/api/websocket/status')).body.connected_clients).toBe(1);
  });
});

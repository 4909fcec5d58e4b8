import { spawn } from 'node:child_process';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Office, officeCopy, startOffice } from './office.js';

interface Frame {
  type: string;
  channel?: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects
  data?: any;
}

const clients: (WebSocket | Socket)[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) {
    if (client instanceof WebSocket) client.terminate();
    else client.destroy();
  }
});

/** A client as the older dashboards have it: no query string, and it says these things as soon as it is there. */
async function oldClient({ server }: Office): Promise<Frame[]> {
  const heard: Frame[] = [];
  const client = new WebSocket(server.ws);
  clients.push(client);
  client.on('message', (data) => heard.push(JSON.parse(String(data)) as Frame));
  await new Promise((resolve) => client.once('open', resolve));
  client.send('{"type":"ping"}');
  for (const channel of ['agents', 'tasks', 'metrics'])
    client.send(JSON.stringify({ type: 'subscribe', channel, event: 'x' }));
  client.send('{"type":"request_agent_status","agent_id":"api"}');
  await expect.poll(() => heard.filter(({ type }) => type === 'subscribed').length).toBe(3);
  return heard;
}

const agentFile = ({ root }: Office, id: string, name: string) => join(root, 'mission-control/agents', id, name);
const statesOf = (heard: Frame[], id: string) =>
  heard.filter(({ type, data }) => type === 'agent_status' && data.agent === id).map(({ data }) => data.status);

/** As agents write: aside, then over the old one. */
async function swap(office: Office, id: string, state: object): Promise<void> {
  await writeFile(agentFile(office, id, 'state.json.tmp'), JSON.stringify(state));
  await rename(agentFile(office, id, 'state.json.tmp'), agentFile(office, id, 'state.json'));
}

describe('what the old system got wrong, from the file to an old client', () => {
  it('answers as it did: office, agents, pong, three subscriptions, the agent that was asked for', async () => {
    const heard = await oldClient(await startOffice());
    await expect.poll(() => statesOf(heard, 'api')).toEqual(['active', 'active']);
    const types = heard.map(({ type }) => type);
    expect(types[0]).toBe('agent_position');
    expect(types.filter((type) => type === 'agent_position')).toHaveLength(1);
    expect(types.slice(types.indexOf('pong'))).toEqual(['pong', ...Array(3).fill('subscribed'), 'agent_status']);
    const agents = heard.slice(1, types.indexOf('pong')).map(({ data }) => data.agent);
    expect(agents).toEqual(['analyst', 'api', 'archivist', 'builder', 'courier', 'tester', 'watchman']);
  });

  it('tells a change of the office as agent_position, never as an agent "mission-control"', async () => {
    const office = await startOffice();
    const heard = await oldClient(office);
    const file = join(office.root, 'mission-control/current_office_state.json');
    await writeFile(file, '{"hour": 07, "positions": {"api": "ops_center"}}');
    await expect
      .poll(() => heard.findLast(({ type }) => type === 'agent_position')?.data)
      .toMatchObject({ hour: 7, positions: { api: { zone: 'ops_center' } } });
    expect(statesOf(heard, 'mission-control')).toEqual([]);
  });

  it('hears every atomic rename of a file, not only the first', async () => {
    const office = await startOffice();
    const heard = await oldClient(office);
    for (const status of ['busy', 'idle', 'error', 'offline', 'active']) {
      await swap(office, 'courier', { status });
      await expect.poll(() => statesOf(heard, 'courier').at(-1)).toBe(status);
    }
  });

  it('goes on without a TASK_QUEUE.md, and tells it when it comes', async () => {
    const root = await officeCopy();
    await rm(join(root, 'mission-control/TASK_QUEUE.md'));
    const office = await startOffice({ root });
    const heard = await oldClient(office);
    await swap(office, 'courier', { status: 'busy' });
    await expect.poll(() => statesOf(heard, 'courier').at(-1)).toBe('busy');
    await writeFile(join(root, 'mission-control/TASK_QUEUE.md'), '- [ ] first\n');
    await expect
      .poll(() => heard.find(({ type }) => type === 'task_update')?.data)
      .toMatchObject({ type: 'task_queue_changed', path: 'mission-control/TASK_QUEUE.md' });
  });

  it('makes no agents of temporary, nested and plain files', async () => {
    const office = await startOffice();
    await writeFile(join(office.root, 'mission-control/agents/state.json.tmp'), '{}');
    await writeFile(agentFile(office, 'seller', 'state.json.tmp'), '{"status":"busy"}');
    await mkdir(agentFile(office, 'seller', 'data'));
    await writeFile(agentFile(office, 'seller', 'data/state.json'), '{"status":"busy"}');
    await swap(office, 'courier', { status: 'busy' });
    await expect.poll(async () => (await office.get('/api/agents/courier')).body.status).toBe('busy');
    const { agents } = (await office.get('/api/agents')).body;
    expect(agents).toHaveLength(16);
    expect(agents.find(({ id }: { id: string }) => id === 'seller').normalized_status).toBe('unknown');
  });

  it('forgets a deleted agent everywhere', async () => {
    const office = await startOffice();
    const heard = await oldClient(office);
    await rm(agentFile(office, 'courier', ''), { recursive: true });
    await expect
      .poll(() => heard.filter(({ type }) => type === 'agent_removed').map(({ data }) => data))
      .toEqual([{ agent: 'courier' }]);
    expect((await office.get('/api/agents/courier')).status).toBe(404);
    expect(statesOf(await oldClient(office), 'courier')).toEqual([]);
  });

  it('does not let one stalled client stop the others', async () => {
    const office = await startOffice();
    const { port } = new URL(office.server.ws);
    const stalled = connect(Number(port), '127.0.0.1');
    clients.push(stalled);
    stalled.pause();
    stalled.write(
      'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    await expect.poll(async () => (await office.get('/api/websocket/status')).body.connected_clients).toBe(1);
    const heard = await oldClient(office);
    const text = 'x'.repeat(200_000);
    for (let round = 1; round <= 60; round += 1) {
      await swap(office, 'courier', { status: 'busy', round, text });
      const last = () => heard.findLast(({ data }) => data?.agent === 'courier')?.data.state.round;
      await expect.poll(last, { interval: 5 }).toBe(round);
    }
  });

  it('keeps the last good state when a writer is killed half way', async () => {
    const office = await startOffice();
    const heard = await oldClient(office);
    const script = `const fs=require('fs');const file=fs.openSync(process.argv[1],'w');
      fs.writeSync(file,'{"status":"busy","current_tasks":["a"');console.log('half');setInterval(()=>{},1000);`;
    const writer = spawn(process.execPath, ['-e', script, agentFile(office, 'api', 'state.json')]);
    await new Promise((resolve) => writer.stdout.once('data', resolve));
    writer.kill('SIGKILL');
    const row = async () => (await office.get('/api/agents/api')).body;
    await expect.poll(async () => (await row()).warnings).toHaveLength(1);
    expect(await row()).toMatchObject({ status: 'active', current_tasks: ['build_api', 'write_docs'] });
    await expect
      .poll(() => heard.filter(({ type }) => type === 'notification').map(({ data }) => data.title))
      .toEqual(['state.json of api cannot be read']);
    await swap(office, 'api', { status: 'idle' });
    await expect.poll(row).toMatchObject({ status: 'idle', warnings: [] });
  });
});

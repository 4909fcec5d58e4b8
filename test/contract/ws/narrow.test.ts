import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createConnection } from '../../../src/client/index.js';
import {
  activity,
  type Frame,
  listen,
  metric,
  type Stand,
  startStand,
  status,
  synced,
  task,
  tasks,
  typesOf,
} from './stand.js';

let stand: Stand;
afterEach(() => stand.stop());

const ours = (query: string) => `${stand.url}/?${query}`;

describe('clients that hear only a part', () => {
  it('that hear more than before are told how it stands, and then go on', async () => {
    stand = await startStand();
    for (const draft of [status('a', { n: 1 }), status('b', { n: 2 }), tasks([task('T1', 1)])]) stand.publish(draft);
    const client = await synced(listen(ours('channels=agent_status&agents=a')));
    client.send({ type: 'subscribe', channels: ['task_update'], agents: ['b'] });
    const since = client.frames.length;
    await client.until((frame) => frame.type === 'synced' && client.frames.indexOf(frame) >= since);
    const told = client.frames.slice(since);
    expect(typesOf({ frames: told })).toEqual([
      'resync',
      'subscribed',
      'agent_status',
      'agent_status',
      'task_update',
      'synced',
    ]);
    expect(told.at(-1)?.data).toEqual({ epoch: 'first', seq: 3 });
    stand.publish(status('b', { n: 4 }));
    await client.until(({ seq }) => seq === 4);
  });

  it('widen behind what waits for a client that is slow, and miss nothing that comes meanwhile', async () => {
    stand = await startStand({ limits: { windowMs: 0 } });
    const client = await synced(listen(ours('channels=agent_activity&agents=a')));
    client.ws.pause();
    let n = 0;
    const more = () => stand.publish(activity('a', `${(n += 1)} ${'x'.repeat(4000)}`));
    for (let tick = 0; tick < 5000 && stand.hub.peers()[0]?.outbox_events === 0; tick += 1) {
      more();
      await new Promise((resolve) => setImmediate(resolve));
    }
    client.send({ type: 'subscribe', agents: ['b'] });
    await vi.waitFor(() => expect(stand.hub.peers()[0]?.agents).toEqual(['a', 'b']));
    for (let i = 0; i < 20; i += 1) more();
    stand.publish(activity('b', 'also'));
    client.ws.resume();
    await client.until(({ seq }) => seq === n + 1);
    const seqs = client.frames.flatMap(({ seq }) => seq ?? []);
    expect(seqs).toEqual(Array.from({ length: n + 1 }, (_, index) => index + 1));
  });

  it('that hear little are told where they stand before the journal forgets it', async () => {
    stand = await startStand({ journal: { maxEvents: 50 }, limits: { unheardEvents: 20 } });
    const connection = createConnection({
      url: stand.url,
      socket: (url) => new WebSocket(url),
      channels: ['agent_activity'],
      agents: ['a'],
      random: () => 0,
      now: () => Date.now(),
    });
    const frames: Frame[] = [];
    connection.onFrame((frame) => frames.push(frame));
    await vi.waitFor(() => expect(connection.position()?.seq).toBe(0));
    for (let i = 1; i <= 200; i += 1) {
      stand.publish(i % 2 ? metric('cpu', i) : activity('b', String(i)));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await vi.waitFor(() => expect(connection.position()?.seq).toBeGreaterThan(170));
    stand.cut();
    stand.publish(activity('a', 'in the dark'));
    await vi.waitFor(() => expect(frames.some(({ seq }) => seq === 201)).toBe(true));
    expect(typesOf({ frames })).not.toContain('resync');
    connection.close();
  });

  it('resume past thousands of events that are not for them', async () => {
    stand = await startStand();
    for (let i = 1; i <= 3500; i += 1) stand.publish(metric('cpu', i));
    stand.publish(activity('a', 'heard'));
    const client = await synced(listen(ours('since=first:0&channels=agent_activity')));
    expect(typesOf(client)).toEqual(['hello', 'agent_activity', 'synced']);
    expect(client.frames[1]?.seq).toBe(3501);
  });

  it('can ask for nothing, in the address as well', async () => {
    stand = await startStand();
    const client = await synced(listen(ours('channels=-&agents=-')));
    expect(stand.hub.peers()[0]).toMatchObject({ channels: [], agents: [] });
    stand.publish(status('a'));
    client.send({ type: 'ping' });
    await client.untilType('pong');
    expect(typesOf(client)).toEqual(['hello', 'synced', 'pong']);
  });

  it('cannot name agents without end', async () => {
    stand = await startStand();
    const client = await synced(listen(ours('channels=*')));
    const names = (from: number, count: number) => Array.from({ length: count }, (_, i) => `agent-${from + i}`);
    client.send({ type: 'subscribe', agents: names(0, 900) });
    client.send({ type: 'subscribe', agents: names(900, 101) });
    client.send({ type: 'subscribe', agents: ['x'.repeat(300)] });
    await vi.waitFor(() => expect(client.frames.filter(({ type }) => type === 'error')).toHaveLength(2));
    const messages = client.frames.flatMap(({ type, data }) => (type === 'error' ? [data.message] : []));
    expect(messages[0]).toContain('no more than 1000 agents');
    expect(messages[1]).toContain('255');
    expect(stand.hub.peers()[0]?.agents_total).toBe(900);
    expect(stand.hub.peers()[0]?.agents).toEqual(names(0, 20));
    client.send({ type: 'unsubscribe', agents: names(0, 900) });
    client.send({ type: 'subscribe', agents: names(0, 300).map((name) => name.padEnd(255, 'x')) });
    await vi.waitFor(() => expect(client.frames.filter(({ type }) => type === 'error')).toHaveLength(3));
    expect(stand.hub.peers()[0]?.agents_total).toBe(0);
  });
});

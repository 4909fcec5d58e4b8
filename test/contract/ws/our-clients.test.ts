import { alertOf } from '../../support/alerts.js';
import { afterEach, describe, expect, it } from 'vitest';
import { HUB_LIMITS } from '../../../src/server/ws/index.js';
import {
  activity,
  listen,
  metric,
  notification,
  opened,
  position,
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

const ours = (query = 'channels=*') => `${stand.url}/?${query}`;

describe('hello and snapshot', () => {
  it('tells the position, then everything that is, then that this was all', async () => {
    stand = await startStand();
    stand.publish(status('b'));
    stand.publish(status('a', null));
    stand.publish(position('desk'));
    stand.publish(tasks([task('T1', 1), task('T2', 2)]));
    stand.publish(notification('n1'));
    stand.publish({ type: 'notification_ack', data: { id: 'n1', acknowledged_at: '2026-01-02T03:04:05.000Z' }, at: 0 });
    stand.publish({ type: 'alert', data: alertOf(), at: 0 });
    stand.publish({ type: 'alert', data: alertOf({ id: 'over', state: 'resolved' }), at: 0 });
    const client = await synced(listen(ours()));
    expect(typesOf(client)).toEqual([
      'hello',
      'agent_position',
      'agent_status',
      'agent_status',
      'task_update',
      'notification',
      'notification_ack',
      'alert',
      'synced',
    ]);
    const [hello, , a, b, update, , ack, alert, end] = client.frames;
    expect(hello?.data).toEqual({
      protocol: 1,
      version: '1.2.3',
      epoch: 'first',
      seq: 8,
      workspace: 'office',
      heartbeat_ms: 30_000,
      limits: {
        max_frame_bytes: HUB_LIMITS.maxFrameBytes,
        outbox_bytes: HUB_LIMITS.outboxBytes,
        outbox_events: HUB_LIMITS.outboxEvents,
      },
      resumed: false,
    });
    expect([a?.data.agent, a?.data.state, b?.data.agent]).toEqual(['a', null, 'b']);
    expect(update?.data).toMatchObject({ path: 'PENDING_TASKS.md', added: [{ id: 'T1' }, { id: 'T2' }], removed: [] });
    expect(ack?.data).toEqual({ id: 'n1', acknowledged_at: '2026-01-02T03:04:05.000Z' });
    expect(alert).toMatchObject({ timestamp: alertOf().fired_at, data: alertOf() });
    expect(end?.data).toEqual({ epoch: 'first', seq: 8 });
  });

  it('is narrowed by channels and agents, as are the live events', async () => {
    stand = await startStand();
    for (const draft of [status('a'), status('b'), position('desk'), notification('n1', 'b'), notification('n2')]) {
      stand.publish(draft);
    }
    const client = await synced(listen(ours('channels=agent_status,notification&agents=a,c')));
    expect(client.frames.map(({ data }) => data.agent ?? data.id ?? 'x')).toEqual(['x', 'a', 'n2', 'x']);
    for (const draft of [status('b'), activity('a', 'no'), metric('cpu', 1), notification('n3'), status('c')]) {
      stand.publish(draft);
    }
    await client.until(({ data }) => data.agent === 'c');
    expect(client.frames.slice(4).map(({ data }) => data.id ?? data.agent)).toEqual(['n3', 'c']);
  });

  it('says which channels it does not know', async () => {
    stand = await startStand();
    const client = await synced(listen(ours('channels=agent_status,gossip')));
    expect(typesOf(client)).toEqual(['hello', 'error', 'synced']);
    expect(client.frames[1]?.data).toEqual({ code: 'bad_frame', message: 'unknown channels: gossip' });
  });

  it('is taken at one position: events while it is read come behind it', async () => {
    stand = await startStand({ limits: { chunkBytes: 1000, greetBytesPerTurn: 2000 } });
    for (let i = 0; i < 300; i += 1) stand.publish(status(`agent-${String(i).padStart(3, '0')}`, { round: 1 }));
    const client = listen(ours());
    await client.untilType('hello');
    for (let i = 0; i < 300; i += 1) stand.publish(status(`agent-${String(i).padStart(3, '0')}`, { round: 2 }));
    await client.until(({ seq }) => seq === 600);
    const before = client.frames.findIndex(({ type }) => type === 'synced');
    const snapshot = client.frames.slice(1, before);
    expect(snapshot).toHaveLength(300);
    expect(new Set(snapshot.map(({ data }) => data.state.round))).toEqual(new Set([1]));
    expect(client.frames.slice(before + 1).map(({ seq }) => seq)).toEqual(
      Array.from({ length: 300 }, (_, i) => 301 + i),
    );
  });
});

describe('resume', () => {
  it('sends exactly the missed events, in order, then the live ones', async () => {
    stand = await startStand({ limits: { chunkBytes: 2000 } });
    for (let i = 1; i <= 100; i += 1) stand.publish(activity('a', String(i)));
    const client = await synced(listen(ours('since=first:40')));
    stand.publish(activity('a', '101'));
    await client.until(({ seq }) => seq === 101);
    expect(client.frames[0]?.data).toMatchObject({ resumed: true, seq: 100 });
    const seqs = client.frames.filter(({ type }) => type === 'agent_activity').map(({ seq }) => seq);
    expect(seqs).toEqual(Array.from({ length: 61 }, (_, i) => 41 + i));
    expect(typesOf(client)).not.toContain('resync');
    expect(client.frames.at(-2)).toMatchObject({ type: 'synced', data: { epoch: 'first', seq: 100 } });
  });

  it('keeps to channels and agents', async () => {
    stand = await startStand();
    for (const draft of [activity('a', '1'), activity('b', '2'), metric('cpu', 3), activity('a', '4')])
      stand.publish(draft);
    const client = await synced(listen(ours('since=first:0&agents=a&channels=agent_activity')));
    expect(client.frames.flatMap(({ seq }) => seq ?? [])).toEqual([1, 4]);
  });

  it('at the present position has nothing to send', async () => {
    stand = await startStand();
    stand.publish(activity('a', '1'));
    expect(typesOf(await synced(listen(ours('since=first:1'))))).toEqual(['hello', 'synced']);
  });

  it.each([
    ['of a foreign epoch', 'other:3', /another epoch/],
    ['in the future', 'first:999', /future/],
    ['too old', 'first:2', /too old/],
    ['that is junk', '%00%22<x>', /not a position/],
    ['with a negative seq', 'first:-1', /not a position/],
  ])('a position %s gets resync and the snapshot', async (_, since, reason) => {
    stand = await startStand({ journal: { maxEvents: 5 } });
    for (let i = 1; i <= 10; i += 1) stand.publish(status('a', { i }));
    const client = await synced(listen(ours(`since=${since}`)));
    expect(typesOf(client)).toEqual(['hello', 'resync', 'agent_status', 'synced']);
    expect(client.frames[0]?.data.resumed).toBe(false);
    expect(client.frames[1]?.data.reason).toMatch(reason);
    expect(client.frames[2]?.data.state).toEqual({ i: 10 });
  });
});

describe('frames of our clients', () => {
  it('narrow and widen by subscribe and unsubscribe', async () => {
    stand = await startStand();
    const client = await synced(listen(ours()));
    client.send({ type: 'subscribe', channels: ['agent_status', 'system_metric'], agents: ['a'] });
    await client.untilType('subscribed');
    expect(client.frames.at(-1)).toEqual({
      type: 'subscribed',
      channels: ['agent_status', 'system_metric'],
      agents: ['a'],
    });
    for (const draft of [status('b'), activity('a', 'no'), metric('cpu', 1)]) stand.publish(draft);
    await client.untilType('system_metric');
    client.send({ type: 'unsubscribe', channels: ['system_metric'] });
    client.send({ type: 'subscribe', agents: ['b'] });
    await client.until(({ agents }) => agents?.length === 2);
    for (const draft of [metric('cpu', 2), status('b', { n: 2 })]) stand.publish(draft);
    await client.until(({ seq }) => seq === 5);
    expect(client.frames.flatMap(({ seq }) => seq ?? [])).toEqual([3, 5]);
    client.send({ type: 'subscribe', channels: ['*'], agents: ['*'] });
    await client.until(({ type, agents }) => type === 'subscribed' && agents === null);
    expect(stand.hub.peers()[0]).toMatchObject({ channels: null, agents: null });
  });

  it('an unsubscribe from one of all agents is refused', async () => {
    stand = await startStand();
    const client = await synced(listen(ours()));
    client.send({ type: 'unsubscribe', agents: ['a'] });
    expect((await client.untilType('error')).data.message).toMatch(/subscribe to those that are wanted/);
  });

  it.each([
    ['{', 'a frame is a JSON object'],
    ['[[]]', 'a frame is a JSON object'],
    ['42', 'a frame is a JSON object'],
    ['{}', 'a frame has a "type"'],
    ['{"type":"dance"}', 'unknown type "dance"'],
    ['{"type":"subscribe","channels":["gossip"]}', /unknown channel "gossip"/],
    ['{"type":"request_agent_status","agent_id":"nobody"}', 'there is no agent "nobody"'],
    ['['.repeat(500_000), 'a frame is a JSON object'],
    [Buffer.from([1, 2, 255]), /binary frames are not read/],
  ])('junk %# is answered with an error, and the connection lives', async (junk, message) => {
    stand = await startStand();
    const client = await synced(listen(ours()));
    client.ws.send(junk);
    const error = await client.untilType('error');
    expect(error.data.message).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
    expect(error).not.toHaveProperty('seq');
    client.send({ type: 'ping' });
    await client.untilType('pong');
  });

  it('invalid UTF-8 closes with 1007, a frame over the limit with 1009; the others stay', async () => {
    stand = await startStand();
    const [rude, large, other] = await Promise.all([opened(ours()), opened(ours()), opened(ours())]);
    rude.ws.send(Buffer.from([0xff, 0xfe, 0xfd]), { binary: false });
    large.ws.send('x'.repeat(HUB_LIMITS.maxFrameBytes + 1));
    expect((await rude.untilClosed()).code).toBe(1007);
    expect((await large.untilClosed()).code).toBe(1009);
    stand.publish(activity('a', 'still here'));
    await other.untilType('agent_activity');
    expect(stand.hub.clients).toBe(1);
  });

  it('publish: answered with the position of the resulting event, or with an error that bears its id', async () => {
    stand = await startStand();
    const client = await synced(listen(ours()));
    client.send({ type: 'publish', id: 'x1', event: 'agent_activity', data: { agent: 'a', action: 'wrote' } });
    expect(await client.untilType('published')).toEqual({ type: 'published', id: 'x1', epoch: 'first', seq: 1 });
    expect(await client.untilType('agent_activity')).toMatchObject({ seq: 1, data: { agent: 'a' } });
    client.send({ type: 'publish', id: 7, event: 'notification', data: {} });
    expect((await client.untilType('error')).data).toEqual({
      code: 'input.invalid',
      message: 'only activity is taken here',
      id: 7,
    });
  });

  it('request_agent_status never tells something newer than what was sent before it', async () => {
    stand = await startStand();
    stand.publish(status('a', { n: 0 }));
    const client = await synced(listen(ours()));
    const ask = { type: 'request_agent_status', agent_id: 'a' };
    for (let n = 1; n <= 50; n += 1) {
      client.send(ask);
      stand.publish(status('a', { n }));
      if (n % 5 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await client.until(({ seq }) => seq === 51);
    client.send({ type: 'ping' });
    await client.untilType('pong');
    const seen = client.frames.filter(({ type }) => type === 'agent_status').map(({ data }) => data.state.n as number);
    expect(seen).toHaveLength(101);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  it('frames that come during the greeting are answered behind it, however many they are', async () => {
    stand = await startStand({
      limits: { chunkBytes: 1000, greetBytesPerTurn: 1000, frames: { perSecond: 1000, burst: 1000 } },
    });
    for (let i = 0; i < 200; i += 1) stand.publish(status(`agent-${i}`));
    const client = await opened(ours());
    for (let i = 0; i < 150; i += 1) client.send({ type: 'subscribe', channel: String(i) });
    await client.until(({ channel }) => channel === '149');
    expect(typesOf(client).indexOf('subscribed')).toBe(typesOf(client).indexOf('synced') + 1);
    expect(client.frames.flatMap(({ channel }) => channel ?? [])).toEqual(
      Array.from({ length: 150 }, (_, i) => `${i}`),
    );
  });
});

describe('tokens', () => {
  const authenticate = (token: string) => (token === 'good' ? (['read'] as const) : null);

  it('without tokens in use, auth grants everything', async () => {
    stand = await startStand();
    const client = await opened(ours());
    client.send({ type: 'auth', token: 'whatever' });
    expect(await client.untilType('authenticated')).toEqual({
      type: 'authenticated',
      scopes: ['read', 'operate', 'admin'],
    });
  });

  it('a good token is answered, then greeted; without the operate scope it may not publish', async () => {
    stand = await startStand({ requireToken: true, authenticate });
    stand.publish(status('a'));
    const client = await opened(ours());
    client.send({ type: 'auth', token: 'good' });
    await synced(client);
    expect(typesOf(client)).toEqual(['authenticated', 'hello', 'agent_status', 'synced']);
    client.send({ type: 'publish', id: 1, event: 'agent_activity', data: {} });
    expect((await client.untilType('error')).data).toMatchObject({ code: 'scope.missing', id: 1 });
  });

  it.each([
    ['a wrong token', JSON.stringify({ type: 'auth', token: 'bad' })],
    ['another first frame', '{"type":"ping"}'],
    ['junk', '{'],
  ])('%s closes with 4401 before anything is told', async (_, first) => {
    stand = await startStand({ requireToken: true, authenticate });
    stand.publish(status('a'));
    const client = await opened(ours());
    client.send(first);
    expect((await client.untilClosed()).code).toBe(4401);
    expect(client.frames).toEqual([]);
  });

  it('silence closes with 4401', async () => {
    stand = await startStand({ requireToken: true, authenticate, limits: { authMs: 50 } });
    const client = await opened(stand.url);
    expect((await client.untilClosed()).code).toBe(4401);
  });

  it('a token that is revoked closes with 4401 at the next heartbeat', async () => {
    let known = true;
    const forgetful = (token: string) => (known ? authenticate(token) : null);
    stand = await startStand({ requireToken: true, authenticate: forgetful, limits: { heartbeatMs: 30 } });
    const client = await opened(ours());
    client.send({ type: 'auth', token: 'good' });
    await client.untilType('heartbeat');
    known = false;
    expect((await client.untilClosed()).code).toBe(4401);
  });

  it('a token that is revoked publishes nothing more, long before the next heartbeat', async () => {
    let known = true;
    stand = await startStand({ requireToken: true, authenticate: (token) => (known ? authenticate(token) : null) });
    const client = await opened(ours());
    client.send({ type: 'auth', token: 'good' });
    await synced(client);
    known = false;
    client.send({ type: 'publish', id: 1, event: 'agent_activity', data: { agent: 'a', action: 'works' } });
    expect((await client.untilClosed()).code).toBe(4401);
    expect(stand.bus.position().seq).toBe(0);
  });

  it('a second auth with a wrong token closes as well', async () => {
    stand = await startStand({ requireToken: true, authenticate });
    const client = await opened(ours());
    client.send({ type: 'auth', token: 'good' });
    await synced(client);
    client.send({ type: 'auth', token: 'bad' });
    expect((await client.untilClosed()).code).toBe(4401);
  });
});

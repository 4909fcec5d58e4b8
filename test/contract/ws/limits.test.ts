import { readSync } from 'node:fs';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createConnection, createMirror } from '../../../src/client/index.js';
import type { EventDraft } from '../../../src/protocol/index.js';
import {
  activity,
  agent,
  listen,
  metric,
  notification,
  opened,
  position,
  type Stand,
  startStand,
  status,
  typesOf,
} from './stand.js';

let stand: Stand;
afterEach(() => stand.stop());

const ours = (query = 'channels=*') => `${stand.url}/?${query}`;
const big = (n: number) => activity('a', `${n} ${'x'.repeat(4000)}`);

/** No window: under the load of a test it would open, and a tick would be larger than these small outboxes. */
const AT_ONCE = { windowMs: 0 };

/** Publishes tick after tick until the condition holds. */
async function publishUntil(condition: () => boolean, draft: (n: number) => EventDraft): Promise<number> {
  for (let n = 1; ; n += 1) {
    if (condition()) return n - 1;
    if (n > 100_000) throw new Error('the condition never held');
    stand.publish(draft(n));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** An upgrade request as bytes. */
function handshake(headers: string[]): string {
  const lines = ['GET /?channels=* HTTP/1.1', 'Upgrade: websocket', 'Connection: Upgrade', ...headers];
  const rest = ['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13', '', ''];
  return [...lines, ...rest].join('\r\n');
}

/** A client in which the kernel alone takes in what comes, and from there one byte is read at a time. */
async function startTrickle() {
  const socket = connect(stand.port, '127.0.0.1');
  // Paused before it is connected, it never begins to read by itself.
  socket.pause();
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write(handshake(['Host: 127.0.0.1:1']));
  const { fd } = (socket as unknown as { _handle: { fd: number } })._handle;
  let bytes = 0;
  const reading = setInterval(() => {
    try {
      bytes += readSync(fd, Buffer.alloc(1));
    } catch {
      // Nothing has come yet, or the server has hung up.
    }
  }, 10);
  return {
    bytes: () => bytes,
    end() {
      clearInterval(reading);
      socket.destroy();
    },
  };
}

describe('a slow client', () => {
  it('is closed with 4008, while the others get every event', async () => {
    stand = await startStand({ limits: { ...AT_ONCE, outboxBytes: 200_000 } });
    const [slow, quick] = await Promise.all([opened(ours()), opened(ours())]);
    await Promise.all([slow.untilType('synced'), quick.untilType('synced')]);
    slow.ws.pause();
    const published = await publishUntil(() => stand.hub.peers().some((row) => row.lag > 0), big);
    expect(stand.hub.peers().map(({ outbox_bytes }) => outbox_bytes > 0)).toEqual([true, false]);
    await publishUntil(() => stand.bus.position().seq > published + 100, big);
    slow.ws.resume();
    expect(await slow.untilClosed()).toEqual({ code: 4008, reason: 'slow consumer' });
    const { seq } = stand.bus.position();
    await quick.until((frame) => frame.seq === seq);
    expect(quick.frames.flatMap((frame) => frame.seq ?? [])).toEqual(Array.from({ length: seq }, (_, i) => i + 1));
    await vi.waitFor(() => expect(stand.hub.clients).toBe(1));
  });

  it('may come back with its position and has lost nothing', async () => {
    stand = await startStand({ limits: { ...AT_ONCE, outboxEvents: 10 } });
    const slow = await opened(ours());
    await slow.untilType('synced');
    slow.ws.pause();
    await publishUntil(() => stand.hub.peers().some((row) => row.outbox_events > 0), big);
    await publishUntil(() => stand.hub.peers()[0]?.outbox_events === 0, big);
    slow.ws.resume();
    expect((await slow.untilClosed()).code).toBe(4008);
    const seqs = slow.frames.flatMap(({ seq }) => seq ?? []);
    const last = seqs.at(-1) as number;
    expect(seqs).toEqual(Array.from({ length: last }, (_, i) => i + 1));
    const again = listen(ours(`since=first:${last}`));
    await again.untilType('synced');
    expect(again.frames[0]?.data.resumed).toBe(true);
    expect(again.frames.flatMap(({ seq }) => seq ?? [])[0]).toBe(last + 1);
  });

  it('first loses what a newer event replaces: old offices and old values of the same metric', async () => {
    stand = await startStand({ limits: { ...AT_ONCE, outboxEvents: 10 } });
    const slow = await opened(ours());
    await slow.untilType('synced');
    slow.ws.pause();
    await publishUntil(() => stand.hub.peers().some((row) => row.outbox_events > 0), big);
    await publishUntil(
      () => stand.bus.position().seq % 500 === 499,
      (n) => (n % 3 === 0 ? position(`zone ${n}`) : metric(n % 3 === 1 ? 'cpu' : 'memory', n)),
    );
    stand.publish(activity('a', 'last'));
    slow.ws.resume();
    await slow.until(({ data }) => data.activity?.action === 'last');
    expect(slow.closed).toBeNull();
    const seqs = slow.frames.flatMap(({ seq }) => seq ?? []);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    expect(seqs.length).toBeLessThan(stand.bus.position().seq);
    expect(new Set(slow.frames.slice(-12).map(({ type }) => type))).toContain('agent_position');
    const skipped = slow.frames.flatMap(({ data }) => (data.ranges ?? []) as [number, number][]);
    const told = skipped.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
    const all = Array.from({ length: stand.bus.position().seq }, (_, i) => i + 1);
    expect([...seqs, ...told].toSorted((a, b) => a - b)).toEqual(all);
  });

  it('of ours knows what it lost that way, and goes on with the same connection', async () => {
    stand = await startStand({ limits: { ...AT_ONCE, outboxEvents: 10 } });
    let sockets: WebSocket[] = [];
    const connection = createConnection({
      url: stand.url,
      socket(address) {
        const socket = new WebSocket(address);
        sockets = [...sockets, socket];
        return socket;
      },
      random: () => 0,
      now: () => performance.now(),
    });
    const mirror = createMirror();
    const skipped = vi.fn();
    connection.onFrame((frame) => {
      if (frame.type === 'skipped') skipped(frame.data.ranges);
      mirror.apply(frame);
    });
    await vi.waitFor(() => expect(mirror.getSnapshot().synced).toBe(true));
    sockets[0]?.pause();
    await publishUntil(() => stand.hub.peers().some((row) => row.outbox_events > 0), big);
    for (let n = 1; n <= 100; n += 1) stand.publish(n % 2 ? position(`zone ${n}`) : metric('cpu', n));
    sockets[0]?.resume();
    const end = stand.bus.position();
    await vi.waitFor(() => expect(connection.position()).toEqual(end), { timeout: 10_000 });
    expect(mirror.getSnapshot().office).toEqual(stand.snapshot.office);
    expect(skipped).toHaveBeenCalled();
    expect(sockets).toHaveLength(1);
    connection.close();
  });

  it('that hears only a part is not told what was left out: gaps are nothing to it', async () => {
    stand = await startStand({ limits: { ...AT_ONCE, outboxEvents: 10 } });
    const slow = await opened(ours('channels=agent_position,agent_activity'));
    await slow.untilType('synced');
    slow.ws.pause();
    await publishUntil(() => stand.hub.peers().some((row) => row.outbox_events > 0), big);
    for (let n = 1; n <= 100; n += 1) stand.publish(position(`zone ${n}`));
    slow.ws.resume();
    await slow.until(({ seq }) => seq === stand.bus.position().seq);
    expect(typesOf(slow)).not.toContain('skipped');
    expect(slow.frames.filter(({ type }) => type === 'agent_position').length).toBeLessThan(100);
  });

  it('a burst that is larger than an outbox hurts nobody who keeps up', async () => {
    stand = await startStand({ limits: { outboxEvents: 100, outboxBytes: 100_000 } });
    const clients = await Promise.all([opened(ours()), opened(stand.url), opened(ours('channels=agent_activity'))]);
    for (let n = 1; n <= 5000; n += 1) stand.publish(n % 2 ? activity('a', 'x'.repeat(1000)) : status('b', { n }));
    await Promise.all(clients.slice(0, 2).map((client) => client.until(({ seq }) => seq === 5000)));
    await clients[2]?.until(({ seq }) => seq === 4999);
    for (const client of clients.slice(0, 2)) {
      expect(client.frames.flatMap(({ seq }) => seq ?? [])).toEqual(Array.from({ length: 5000 }, (_, i) => i + 1));
    }
    expect(stand.hub.clients).toBe(3);
  });

  it('is closed when the journal has run away from it during its greeting', async () => {
    stand = await startStand({ journal: { maxEvents: 50 }, limits: { chunkBytes: 10_000 } });
    for (let i = 0; i < 2000; i += 1) stand.publish(status(`agent-${i}`, { text: 'x'.repeat(5000) }));
    const slow = await opened(ours());
    slow.ws.pause();
    await vi.waitFor(() => expect(stand.hub.peers()[0]?.outbox_bytes).toBeGreaterThan(0));
    for (let n = 1; n <= 100; n += 1) stand.publish(big(n));
    slow.ws.resume();
    expect((await slow.untilClosed()).code).toBe(4008);
    expect(typesOf(slow)).toContain('synced');
  });

  it('answers count too: who asks without reading is closed', async () => {
    stand = await startStand({
      limits: { outboxBytes: 100_000, frames: { perSecond: 1e9, burst: 1e9 }, lingerMs: 100 },
    });
    stand.publish(status('a', { text: 'x'.repeat(100_000) }));
    const client = await opened(ours());
    await client.untilType('synced');
    client.ws.pause();
    for (let n = 0; n < 500; n += 1) client.send({ type: 'request_agent_status', agent_id: 'a' });
    await vi.waitFor(() => expect(stand.hub.clients).toBe(0), { timeout: 10_000 });
  });
});

describe('greeting', () => {
  it('5,000 agents reach a client that reads slowly, whatever its outbox holds', async () => {
    stand = await startStand({ limits: { outboxBytes: 10_000, outboxEvents: 10 } });
    for (let i = 0; i < 5000; i += 1) stand.publish(status(`agent-${i}`, { status: 'busy', text: 'x'.repeat(500) }));
    const client = await opened(ours());
    client.ws.pause();
    await vi.waitFor(() => expect(stand.hub.peers()[0]?.outbox_bytes).toBeGreaterThan(0));
    for (let n = 1; n <= 100; n += 1) stand.publish(activity('a', String(n)));
    client.ws.resume();
    await client.until(({ seq }) => seq === 5100);
    expect(client.frames.filter(({ type }) => type === 'agent_status')).toHaveLength(5000);
    expect(client.frames.flatMap(({ seq }) => seq ?? [])).toEqual(Array.from({ length: 100 }, (_, i) => 5001 + i));
  });

  it('300 clients that come back together get exactly what they missed', async () => {
    stand = await startStand();
    for (let n = 1; n <= 100; n += 1) stand.publish(activity('a', String(n)));
    const clients = Array.from({ length: 300 }, () => listen(ours('since=first:40')));
    stand.publish(activity('a', '101'));
    await Promise.all(clients.map((client) => client.until(({ seq }) => seq === 101)));
    const missed = Array.from({ length: 61 }, (_, i) => 41 + i);
    for (const client of clients) expect(client.frames.flatMap(({ seq }) => seq ?? [])).toEqual(missed);
    for (const client of clients) client.ws.terminate();
  });

  it('that cannot be written closes this client with 1011, and no other', async () => {
    stand = await startStand();
    const other = await opened(ours('channels=notification'));
    await other.untilType('synced');
    stand.snapshot.agents.set('odd', agent('odd', { big: 1n }));
    stand.publish(metric('cpu', 1));
    expect((await listen(ours()).untilClosed()).code).toBe(1011);
    stand.publish(notification('n1'));
    await other.untilType('notification');
  });
});

describe('limits', () => {
  it('too many clients: the last one is closed with 4429', async () => {
    stand = await startStand({ settings: { maxClients: 2 } });
    const [first] = await Promise.all([opened(ours()), opened(ours())]);
    expect(await listen(ours()).untilClosed()).toEqual({ code: 4429, reason: 'too many clients' });
    first?.ws.close();
    await vi.waitFor(() => expect(stand.hub.clients).toBe(1));
    await opened(ours()).then((client) => client.untilType('hello'));
  });

  it('too many connections from one address: 4429 until it has waited', async () => {
    const now = vi.fn(() => 1_000_000);
    stand = await startStand({ clock: { now }, limits: { connections: { perSecond: 1, burst: 3 } } });
    const house = await Promise.all([opened(ours()), opened(ours()), opened(ours())]);
    expect(await listen(ours()).untilClosed()).toEqual({ code: 4429, reason: 'too many connections at once' });
    expect(house.every(({ closed }) => closed === null)).toBe(true);
    now.mockReturnValue(1_001_000);
    await opened(ours()).then((client) => client.untilType('hello'));
  });

  it('a flood of frames is closed with 4429, and nobody else is', async () => {
    stand = await startStand({ limits: { frames: { perSecond: 10, burst: 50 } } });
    const [flood, calm] = await Promise.all([opened(ours()), opened(ours())]);
    await flood.untilType('synced');
    for (let n = 0; n < 1000; n += 1) flood.send('junk');
    expect(await flood.untilClosed()).toEqual({ code: 4429, reason: 'too many frames' });
    calm.send({ type: 'ping' });
    await calm.untilType('pong');
  });

  it('a flood of protocol pings as well; a few are answered', async () => {
    stand = await startStand({ limits: { frames: { perSecond: 10, burst: 50 } } });
    const client = await opened(ours());
    const answered = vi.fn();
    client.ws.on('pong', answered);
    client.ws.ping('hello');
    await vi.waitFor(() => expect(answered).toHaveBeenCalledWith(Buffer.from('hello')));
    for (let n = 0; n < 1000; n += 1) client.ws.ping();
    expect((await client.untilClosed()).code).toBe(4429);
  });
});

describe('the gate', () => {
  async function upgrade(headers: string[]): Promise<string> {
    const socket = connect(stand.port, '127.0.0.1');
    socket.write(handshake(headers));
    let answer = '';
    socket.on('data', (data) => {
      answer += String(data);
    });
    await vi.waitFor(() => expect(answer).toMatch(/\r\n\r\n/));
    socket.destroy();
    return answer;
  }

  it.each([
    ['a foreign origin', ['Host: 127.0.0.1:1', 'Origin: https://evil.example'], 'origin.refused'],
    ['the origin of a file', ['Host: 127.0.0.1:1', 'Origin: null'], 'origin.refused'],
    ['a foreign host', ['Host: evil.example'], 'host.refused'],
  ])('refuses %s with HTTP 403 before any frame', async (_, headers, code) => {
    stand = await startStand();
    const answer = await upgrade(headers);
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4))).toMatchObject({ code });
    expect(stand.hub.clients).toBe(0);
  });

  it('holds no socket of one that it refused, even when that keeps its side open', async () => {
    stand = await startStand();
    const socket = connect({ port: stand.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => {});
    let answer = '';
    socket.on('data', (data) => (answer += String(data)));
    socket.write(handshake(['Host: evil.example']));
    await vi.waitFor(() => expect(answer).toContain('host.refused'));
    await vi.waitFor(() => expect(stand.sockets()).toBe(0));
    socket.destroy();
  });

  it('lets in an allowed origin, and programs without one', async () => {
    stand = await startStand();
    expect(await upgrade(['Host: 127.0.0.1:1', 'Origin: http://localhost:3000'])).toMatch(/^HTTP\/1\.1 101 /);
    expect(await upgrade(['Host: 127.0.0.1:1'])).toMatch(/^HTTP\/1\.1 101 /);
  });

  it('never compresses', async () => {
    stand = await startStand();
    const client = await opened(ours(), { perMessageDeflate: true });
    expect(client.ws.extensions).toBe('');
  });

  it('tells a browser that this is no page', async () => {
    stand = await startStand();
    const response = await fetch(`http://127.0.0.1:${stand.port}/`);
    expect(response.status).toBe(426);
    expect(await response.json()).toMatchObject({ code: 'upgrade.required' });
  });
});

describe('shutdown', () => {
  it('closes everyone with 1001, and refuses newcomers', async () => {
    stand = await startStand();
    const clients = await Promise.all([opened(stand.url), opened(ours()), opened(ours('channels=notification'))]);
    stand.publish(activity('a', 'last words'));
    await Promise.all([stand.hub.close(), stand.hub.close()]);
    for (const client of clients) expect((await client.untilClosed()).code).toBe(1001);
    expect(typesOf(clients[1] ?? { frames: [] })).toContain('agent_activity');
    expect(stand.hub.clients).toBe(0);
    const refused = new WebSocket(ours());
    const error = await new Promise<Error>((resolve) => refused.on('error', resolve));
    expect(error.message).toMatch(/503/);
  });

  it('does not wait for one that does not answer', async () => {
    stand = await startStand({ limits: { closeMs: 100 } });
    const client = await opened(ours());
    client.ws.pause();
    const begun = performance.now();
    await stand.hub.close();
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});

describe('heartbeat', () => {
  it('pings; a client that does not answer is dropped, one that does stays', async () => {
    stand = await startStand({ limits: { pingMs: 200, pongMs: 100 } });
    const [dead, alive] = await Promise.all([opened(ours(), { autoPong: false }), opened(ours())]);
    await dead.untilClosed();
    expect(dead.closed?.code).toBe(1006);
    const pinged = vi.fn();
    alive.ws.on('ping', pinged);
    await vi.waitFor(() => expect(pinged.mock.calls.length).toBeGreaterThan(2));
    expect(alive.closed).toBeNull();
  });

  it('a client that never reads is dropped even while it is greeted', async () => {
    stand = await startStand({ limits: { pingMs: 400, pongMs: 200 } });
    for (let i = 0; i < 2000; i += 1) stand.publish(status(`agent-${i}`, { text: 'x'.repeat(5000) }));
    const client = await opened(ours());
    client.ws.pause();
    await vi.waitFor(() => expect(stand.hub.clients).toBe(0));
  });

  it('a client that reads a byte now and then is dropped, and holds up nobody', async () => {
    stand = await startStand({ limits: { windowMs: 0 } });
    const other = await opened(ours());
    const trickle = await startTrickle();
    await vi.waitFor(() => expect(stand.hub.clients).toBe(2));
    const published = await publishUntil(() => stand.hub.clients === 1, big);
    await other.until(({ seq }) => seq === published);
    expect(other.closed).toBeNull();
    // It went on reading, byte by byte, and had far more before it.
    expect(trickle.bytes()).toBeGreaterThan(0);
    expect(trickle.bytes()).toBeLessThan(100_000);
    trickle.end();
  });

  it('a ping behind a full socket is answered when there is room again, the newest only', async () => {
    stand = await startStand({ limits: { windowMs: 0, outboxEvents: 1e6, outboxBytes: 1e9 } });
    const client = await opened(ours());
    const pongs: string[] = [];
    client.ws.on('pong', (data) => pongs.push(String(data)));
    client.ws.pause();
    await publishUntil(() => (stand.hub.peers()[0]?.outbox_events ?? 0) > 0, big);
    for (const ping of ['first', 'second', 'third']) client.ws.ping(ping);
    // Frames come in the order in which they were sent: with this one the pings have come too.
    client.send({ type: 'subscribe', channels: ['notification'] });
    await vi.waitFor(() => expect(stand.hub.peers()[0]?.channels).toEqual(['notification']));
    expect(pongs).toEqual([]);
    client.ws.resume();
    await vi.waitFor(() => expect(pongs).toEqual(['third']));
  });

  it('tells everyone how many clients there are', async () => {
    stand = await startStand({ limits: { heartbeatMs: 50 } });
    const [old, narrow] = await Promise.all([opened(stand.url), opened(ours('channels=notification'))]);
    const beat = await old.until(({ type, data }) => type === 'heartbeat' && data.clients === 2);
    expect(Object.keys(beat)).toEqual(['type', 'timestamp', 'data', 'source']);
    await narrow.untilType('heartbeat');
  });
});

describe('frames of ws and frames of the hub on one socket', () => {
  it('never fall into each other: the sender of ws writes at once', async () => {
    stand = await startStand({ limits: { pingMs: 20, pongMs: 10_000, frames: { perSecond: 1e9, burst: 1e9 } } });
    const client = await opened(ours());
    await client.untilType('synced');
    const pings = vi.fn();
    const pongs: number[] = [];
    client.ws.on('ping', pings);
    client.ws.on('pong', (data) => pongs.push(Number(data.toString())));
    for (let n = 1; n <= 300; n += 1) {
      stand.publish(activity('a', 'x'.repeat(n * 300)));
      client.ws.ping(String(n));
      if (n % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await client.until(({ seq }) => seq === 300);
    await vi.waitFor(() => expect(pings.mock.calls.length).toBeGreaterThan(3));
    expect(client.frames.flatMap(({ seq }) => seq ?? [])).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
    expect(pongs).toEqual(pongs.toSorted((a, b) => a - b));
    expect(client.closed).toBeNull();
  });
});

describe('peers', () => {
  it('are listed with what they are and where they stand', async () => {
    stand = await startStand();
    await opened(stand.url);
    const client = await opened(ours('channels=agent_status&agents=a'), { headers: { 'user-agent': 'mc-test' } });
    await client.untilType('synced');
    expect(stand.hub.peers()).toEqual([
      expect.objectContaining({ id: 1, kind: 'old', channels: null, agents: null, user_agent: null, lag: 0 }),
      {
        id: 2,
        kind: 'mc',
        address: '127.0.0.1',
        user_agent: 'mc-test',
        connected_at: expect.stringMatching(/Z$/),
        channels: ['agent_status'],
        agents: ['a'],
        agents_total: 1,
        lag: 0,
        outbox_events: 0,
        outbox_bytes: 0,
      },
    ]);
  });
});

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../../../src/base/log.js';
import { createBus } from '../../../src/bus/index.js';
import { applyEvent, type EventDraft, emptySnapshot } from '../../../src/protocol/index.js';
import { createStreams, type Streams } from '../../../src/server/sse/index.js';
import { parseConnect } from '../../../src/server/stream/connect.js';
import type { HubLimits } from '../../../src/server/stream/limits.js';
import { activity, metric, notification, position, status } from '../ws/stand.js';
import { type Listener, listen, typesOf, waitFor } from './listen.js';

interface StandOptions {
  limits?: Partial<HubLimits>;
  journal?: { maxEvents?: number };
  maxReaders?: number;
}

/** Streams on a free port, with a bus and a snapshot that the test moves itself. */
async function startStand({ limits = {}, journal = {}, maxReaders = 10 }: StandOptions = {}) {
  const failures: unknown[] = [];
  let mayRead = true;
  const bus = createBus({ epoch: 'first', journal, onSubscriberError: (error) => failures.push(error) });
  const snapshot = emptySnapshot();
  const streams: Streams = createStreams({
    bus,
    snapshot,
    version: '1.2.3',
    workspace: 'office',
    clock: { now: () => Date.now() },
    log: silentLog(),
    clients: () => 7,
    maxReaders,
    limits,
  });
  const server = createServer((request, response) => {
    try {
      streams.open(response, {
        request: parseConnect(`${request.url}`),
        headers: { 'x-test': '1' },
        mayRead: () => mayRead,
      });
    } catch {
      response.writeHead(429).end();
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    streams.close();
    server.closeAllConnections();
    server.close();
    expect(failures).toEqual([]);
  });
  const publish = (...drafts: EventDraft[]) => {
    for (const draft of drafts) {
      applyEvent(snapshot, draft);
      bus.publish(draft);
    }
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/?channels=*`,
    bus,
    streams,
    publish,
    revoke: () => (mayRead = false),
  };
}

const isLive = (listener: Listener) => waitFor(listener, ({ frame }) => frame.type === 'synced');
const seqsOf = (listener: Listener) =>
  listener.heard.flatMap(({ id, frame }) => (id !== null && frame.type !== 'synced' ? [Number(id.split(':')[1])] : []));
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('a reader', () => {
  it('is told how things stand, and then what happens, each event with its position', async () => {
    const { url, publish } = await startStand();
    publish(position('lab'), status('a'), status('b'), notification('n'));
    const reader = await listen(url);
    expect([reader.status, reader.headers['content-type'], reader.headers['x-test']]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
      '1',
    ]);
    await isLive(reader);
    expect(typesOf(reader)).toEqual([
      'hello',
      'agent_position',
      'agent_status',
      'agent_status',
      'notification',
      'synced',
    ]);
    expect(reader.heard.map(({ id }) => id)).toEqual([null, null, null, null, null, 'first:4']);
    expect(reader.heard[0]?.frame).toMatchObject({
      data: { epoch: 'first', seq: 4, resumed: false, version: '1.2.3' },
    });
    publish(activity('a', 'works'));
    const { id, frame } = await waitFor(reader, ({ frame }) => frame.type === 'agent_activity');
    expect([id, frame]).toEqual([
      'first:5',
      expect.objectContaining({ epoch: 'first', seq: 5, source: 'mission-control' }),
    ]);
  });

  it('resumes exactly where it was', async () => {
    const { url, publish } = await startStand();
    for (let count = 1; count <= 5; count += 1) publish(activity('a', `${count}`));
    const reader = await listen(`${url}&since=first:2`);
    await isLive(reader);
    publish(activity('a', '6'));
    await waitFor(reader, ({ id }) => id === 'first:6');
    expect(typesOf(reader).slice(0, 2)).toEqual(['hello', 'agent_activity']);
    expect(reader.heard[0]?.frame).toMatchObject({ data: { resumed: true } });
    expect(seqsOf(reader)).toEqual([3, 4, 5, 6]);
  });

  it.each(['second:1', 'first:99', 'nonsense'])('that names %s gets resync and the snapshot', async (since) => {
    const { url, publish } = await startStand();
    publish(status('a'));
    const reader = await listen(`${url}&since=${since}`);
    await isLive(reader);
    expect(typesOf(reader)).toEqual(['hello', 'resync', 'agent_status', 'synced']);
  });

  it('hears what it asked for, and of channels that there are none', async () => {
    const { url, publish } = await startStand();
    publish(status('a'), status('b'), position('lab'));
    const reader = await listen(`${url.replace('*', 'agent_status,agent_activity,nothing')}&agents=b`);
    await isLive(reader);
    publish(activity('a', 'unheard'), position('hall'), activity('b', 'heard'));
    await waitFor(reader, ({ id }) => id === 'first:6');
    expect(typesOf(reader)).toEqual(['hello', 'error', 'agent_status', 'synced', 'agent_activity']);
  });

  it('that hears little is told where it stands before the journal forgets it', async () => {
    const { url, publish } = await startStand({ journal: { maxEvents: 50 }, limits: { unheardEvents: 20 } });
    const reader = await listen(url.replace('*', 'agent_status'));
    await isLive(reader);
    for (let count = 1; count <= 100; count += 1) publish(activity('a', `${count}`));
    const { id } = await waitFor(reader, ({ id, frame }) => frame.type === 'synced' && id !== 'first:0');
    publish(status('a'));
    const again = await listen(`${url.replace('*', 'agent_status')}&since=${id}`);
    await isLive(again);
    expect(typesOf(again)).toEqual(['hello', 'agent_status', 'synced']);
  });

  it('misses nothing and hears nothing twice while many events come', async () => {
    const { url, publish } = await startStand();
    const readers: Listener[] = [];
    for (let round = 0; round < 20; round += 1) {
      publish(...range(1, 25).map((count) => activity('a', `${round}.${count}`)));
      readers.push(await listen(`${url}&since=first:${round * 10}`));
    }
    publish(activity('a', 'last'));
    for (const [index, reader] of readers.slice(0, 10).entries()) {
      await waitFor(reader, ({ id }) => id === 'first:501');
      expect(seqsOf(reader)).toEqual(range(index * 10 + 1, 501));
    }
  });

  it('gets heartbeats', async () => {
    const { url } = await startStand({ limits: { heartbeatMs: 20 } });
    const reader = await listen(url);
    const { id, frame } = await waitFor(reader, (heard) => heard.frame.type === 'heartbeat');
    expect([id, frame]).toMatchObject([null, { data: { clients: 7 } }]);
  });

  it('is cut off when its token is revoked', async () => {
    const { url, revoke } = await startStand({ limits: { heartbeatMs: 20 } });
    const reader = await listen(url);
    await waitFor(reader, (heard) => heard.frame.type === 'heartbeat');
    revoke();
    await expect.poll(() => reader.ended).toBe(true);
  });

  it('is forgotten when it hangs up', async () => {
    const { url, streams } = await startStand();
    const reader = await listen(url);
    expect(streams.readers).toBe(1);
    reader.hangUp();
    await expect.poll(() => streams.readers).toBe(0);
  });
});

describe('a slow reader', () => {
  const long = 'x'.repeat(50_000);
  /** More than kernels keep for a connection that nobody reads. */
  const flood = async (publish: (draft: EventDraft) => void, times: number, draft: () => EventDraft) => {
    for (let count = 0; count < times; count += 1) {
      publish(draft());
      await new Promise(setImmediate);
    }
  };

  it('is dropped, and no other with it; it comes back with its position', async () => {
    const { url, publish, streams } = await startStand({ limits: { outboxEvents: 50 } });
    const [slow, quick] = [await listen(url), await listen(url)];
    await isLive(slow);
    slow.pause();
    await flood(publish, 400, () => activity('a', long));
    await expect.poll(() => streams.readers).toBe(1);
    await waitFor(quick, ({ id }) => id === 'first:400');
    expect(seqsOf(quick)).toEqual(range(1, 400));
    slow.resume();
    await expect.poll(() => slow.ended).toBe(true);
    const last = seqsOf(slow).at(-1) ?? 0;
    expect(last).toBeGreaterThan(0);
    const back = await listen(`${url}&since=first:${last}`);
    await waitFor(back, ({ id }) => id === 'first:400');
    expect([...seqsOf(slow), ...seqsOf(back)]).toEqual(range(1, 400));
  });

  it('first loses what a newer event replaces', async () => {
    const { url, publish, streams } = await startStand({ limits: { outboxEvents: 20 } });
    const slow = await listen(url);
    await isLive(slow);
    slow.pause();
    await flood(publish, 400, () => {
      const draft = metric('cpu', 1);
      return { ...draft, data: { ...draft.data, unit: long } } as EventDraft;
    });
    expect(streams.readers).toBe(1);
    slow.resume();
    await waitFor(slow, ({ id }) => id === 'first:400');
    expect(seqsOf(slow).length).toBeLessThan(400);
  });

  it('that kept up is brought up after a burst that is more than it may owe', async () => {
    const { url, publish } = await startStand({ limits: { outboxEvents: 50 } });
    const reader = await listen(url);
    await isLive(reader);
    publish(...range(1, 3000).map((count) => activity('a', `${count} ${long.slice(0, 500)}`)));
    await waitFor(reader, ({ id }) => id === 'first:3000');
    expect(seqsOf(reader)).toEqual(range(1, 3000));
  });

  it('is dropped when the journal has run away from it during its greeting', async () => {
    const { url, publish, streams } = await startStand({ journal: { maxEvents: 300 } });
    for (let count = 0; count < 300; count += 1) publish(activity('a', long));
    const slow = await listen(`${url}&since=first:0`);
    slow.pause();
    await flood(publish, 400, () => activity('a', long));
    slow.resume();
    await expect.poll(() => streams.readers, { timeout: 10_000 }).toBe(0);
    await expect.poll(() => slow.ended).toBe(true);
  });
});

describe('the streams', () => {
  it('are bounded in number', async () => {
    const { url } = await startStand({ maxReaders: 1 });
    await listen(url);
    expect((await listen(url)).status).toBe(429);
  });

  it('end when the server does, and open no more', async () => {
    const { url, streams } = await startStand();
    const reader = await listen(url);
    await isLive(reader);
    streams.close();
    streams.close();
    await expect.poll(() => reader.ended).toBe(true);
    expect((await listen(url)).status).toBe(429);
  });
});

import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createConnection, createMirror } from '../../../src/client/index.js';
import { gather, type Told } from './crowd.js';
import { activity, metric, opened, type Stand, startStand, status, textOf } from './stand.js';

let stand: Stand;
afterEach(() => stand.stop());

const ours = (query = 'channels=*') => `${stand.url}/?${query}`;
const patient = { timeout: 20_000, interval: 20 };

/** Publishes metrics that bear the time until it is stopped; `late` tells after how many milliseconds a client heard them. */
async function river() {
  const watcher = await opened(ours('channels=system_metric'));
  await watcher.untilType('synced');
  const late: number[] = [];
  watcher.ws.on('message', (data) => {
    const { data: event } = JSON.parse(textOf(data));
    if (event.metric) late.push(performance.now() - event.value);
  });
  let published = 0;
  const beat = setInterval(() => {
    stand.publish(metric('time', performance.now()));
    published += 1;
  }, 10);
  onTestFinished(() => clearInterval(beat));
  return { late, published: () => published, stop: () => clearInterval(beat) };
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

describe('a client whose process is stopped', () => {
  it('is let go, while 100 others hear everything and as soon as before', async () => {
    stand = await startStand({ limits: { pingMs: 2000, pongMs: 1000 } });
    const others = gather();
    const victim = gather();
    others.come(ours('channels=agent_activity'), 100);
    victim.come(ours(), 1);
    await vi.waitFor(() => expect(stand.hub.peers().filter(({ lag }) => lag === 0)).toHaveLength(101), patient);
    await vi.waitFor(async () => expect((await others.tell()).every(({ synced }) => synced === 1)).toBe(true), patient);
    const flow = await river();
    await vi.waitFor(() => expect(flow.late.length).toBeGreaterThan(50), patient);
    const before = median(flow.late.splice(0));

    victim.freeze();
    for (let n = 1; n <= 500; n += 1) {
      stand.publish(activity('a', String(n)));
      for (let i = 0; i < 4; i += 1) stand.publish(status('b', { text: 'x'.repeat(10_000) }));
      if (n % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await vi.waitFor(() => expect(stand.hub.clients).toBe(101), patient);
    flow.stop();
    await vi.waitFor(async () => {
      const told = await others.tell();
      expect(told.filter(({ events, closed }) => events === 500 && closed.length === 0)).toHaveLength(100);
    }, patient);
    expect(stand.hub.peers().every(({ outbox_bytes }) => outbox_bytes === 0)).toBe(true);
    // Far above the noise of a busy machine, far below what a server that waits for the stopped one would show.
    expect(median(flow.late)).toBeLessThan(before + 100);
    victim.thaw();
  });
});

describe('a storm', () => {
  it('of 1,000 connections at once is served, and the stream goes on meanwhile', async () => {
    stand = await startStand();
    for (let i = 0; i < 200; i += 1) stand.publish(status(`agent-${i}`));
    const crowd = gather();
    const flow = await river();
    crowd.come(ours('channels=agent_status,agent_activity'), 1000);
    await vi.waitFor(async () => {
      const told = await crowd.tell();
      expect(told.filter(({ synced }) => synced >= 1)).toHaveLength(1000);
    }, patient);
    flow.stop();
    await vi.waitFor(() => expect(flow.late.length).toBe(flow.published()), patient);
    expect(flow.published()).toBeGreaterThan(10);
    expect(median(flow.late)).toBeLessThan(250);
    for (let n = 1; n <= 5; n += 1) stand.publish(activity('a', String(n)));
    await vi.waitFor(async () => {
      const told = await crowd.tell();
      expect(told.filter(({ events, wrong }) => events === 5 && wrong === 0)).toHaveLength(1000);
    }, patient);
  });

  it('of 500 that were cut off and come back together: each goes on exactly where it was', async () => {
    stand = await startStand();
    const crowd = gather();
    crowd.come(ours(), 500, 'first');
    const synced = (fits: (told: Told) => boolean) =>
      vi.waitFor(async () => expect((await crowd.tell()).filter(fits)).toHaveLength(500), patient);
    await synced(({ synced }) => synced === 1);
    const beat = setInterval(() => stand.publish(activity('a', 'beat')), 50);
    onTestFinished(() => clearInterval(beat));
    await synced(({ events }) => events > 5);
    stand.cut();
    await synced(({ resumed, closed }) => resumed === 1 && closed.length === 1);
    clearInterval(beat);
    const end = stand.bus.position().seq;
    await synced(({ seq, events, wrong }) => seq === end && events === end && wrong === 0);
  });
});

describe('a clock that jumps', () => {
  it.each([
    ['a day ahead', 86_400_000],
    ['a day back', -86_400_000],
    ['to the beginning of time', -Date.now()],
  ])('%s: nobody is cut off, and everything still comes', async (_, jump) => {
    let offset = 0;
    const now = () => Date.now() + offset;
    stand = await startStand({ clock: { now }, limits: { pingMs: 400, pongMs: 200, heartbeatMs: 100 } });
    const client = await opened(ours());
    await client.untilType('synced');
    for (let n = 1; n <= 100; n += 1) {
      if (n === 50) offset = jump;
      stand.publish(n % 2 ? activity('a', String(n)) : metric('cpu', n));
      client.send({ type: 'ping' });
      await new Promise((resolve) => setImmediate(resolve));
    }
    await client.until(({ seq }) => seq === 100);
    const beats = () => client.frames.filter(({ type }) => type === 'heartbeat').length;
    const before = beats();
    await vi.waitFor(() => expect(beats()).toBeGreaterThan(before + 6), patient);
    expect(client.frames.flatMap(({ seq }) => seq ?? [])).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    expect(client.frames.filter(({ type }) => type === 'pong')).toHaveLength(100);
    expect(client.closed).toBeNull();
    await opened(ours('since=first:40')).then((again) => again.until(({ seq }) => seq === 100));
  });

  it('at a client: it stays connected, or comes back', async () => {
    let offset = 0;
    stand = await startStand();
    const mirror = createMirror();
    const connection = createConnection({
      url: stand.url,
      socket: (address) => new WebSocket(address),
      random: () => 0,
      now: () => Date.now() + offset,
    });
    connection.onFrame((frame) => mirror.apply(frame));
    for (const jump of [0, 86_400_000, -86_400_000]) {
      offset = jump;
      connection.wake();
      stand.publish(status('a', { jump }));
      await vi.waitFor(() => expect(mirror.getSnapshot().position).toEqual(stand.bus.position()), patient);
      expect(mirror.getSnapshot().agents.get('a')?.state).toEqual({ jump });
    }
    connection.close();
  });
});

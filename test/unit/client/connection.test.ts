import { describe, expect, it, vi } from 'vitest';
import { createMirror } from '../../../src/client/index.js';
import { CLOSE, type EventType, formatPosition } from '../../../src/protocol/index.js';
import { createClock } from './clock.js';
import { event, heartbeat, hello, named, resync, synced, told } from './frames.js';
import { attach, type Caller, createStation } from './station.js';

const until = { interval: 5 };

/** Greets with an empty snapshot at a position. */
function greet(caller: Caller, seq: number) {
  caller.say(hello(seq, false), synced(seq));
}

describe('connecting', () => {
  it('always comes with a query string, and is live at hello', async () => {
    const station = await createStation((caller) => greet(caller, 3));
    const { connection, frames } = attach(station.url);
    expect(connection.state()).toEqual({ name: 'connecting' });
    await vi.waitFor(() => expect(connection.position()).toEqual({ epoch: 'e1', seq: 3 }), until);
    expect(connection.state()).toEqual({ name: 'live' });
    expect(String(station.callers[0]?.query)).toBe('channels=*');
    expect(frames.map(({ type }) => type)).toEqual(['hello', 'synced']);
  });

  it('narrows by channels and agents', async () => {
    const station = await createStation((caller) => greet(caller, 3));
    attach(station.url, { channels: ['agent_status', 'notification'], agents: ['a', 'b'] });
    await vi.waitFor(() => expect(station.callers).toHaveLength(1), until);
    const query = Object.fromEntries(station.callers[0]?.query ?? []);
    expect(query).toEqual({ channels: 'agent_status,notification', agents: 'a,b' });
  });

  it('says its token first', async () => {
    const station = await createStation((caller) => caller.socket.once('message', () => greet(caller, 0)));
    const { connection } = attach(station.url, { token: 'secret' });
    await vi.waitFor(() => expect(connection.state().name).toBe('live'), until);
    expect(station.callers[0]?.said).toEqual([{ type: 'auth', token: 'secret' }]);
  });

  it('ignores what is no frame', async () => {
    const station = await createStation((caller) => {
      caller.say('junk', '[]', '{"type":1}');
      greet(caller, 0);
    });
    const { connection, frames } = attach(station.url);
    await vi.waitFor(() => expect(connection.position()).not.toBeNull(), until);
    expect(frames).toHaveLength(2);
  });

  it('is closed at once when no socket can be opened to the address', () => {
    const { connection } = attach('not a url');
    expect(connection.state()).toMatchObject({ name: 'closed', reason: expect.stringMatching(/url/i) as string });
  });

  it('can be closed before it is open', async () => {
    const station = await createStation();
    const { connection, states } = attach(station.url);
    connection.close();
    connection.close();
    connection.wake();
    expect(states).toEqual([{ name: 'closed', reason: 'closed by its owner' }]);
    await expect(connection.publish('notification', { message: 'm' })).rejects.toMatchObject({ code: 'closed' });
    expect(connection.send({ type: 'ping' })).toBe(false);
  });
});

describe('a lost connection', () => {
  it('resumes at the last event, each event coming once', async () => {
    const station = await createStation((caller, index) => {
      if (index === 0) {
        caller.say(hello(1, false), told(named('a', 'A')), synced(1), event(2), event(3));
        caller.socket.close(CLOSE.slowConsumer, 'slow consumer');
      } else caller.say(hello(4, true), event(3), event(4), synced(4));
    });
    const { connection, frames } = attach(station.url);
    await vi.waitFor(() => expect(connection.position()?.seq).toBe(4), until);
    expect(station.callers.map(({ query }) => query.get('since'))).toEqual([null, 'e1:3']);
    expect(frames.flatMap((frame) => ('seq' in frame ? [frame.seq] : []))).toEqual([2, 3, 4]);
  });

  it('does not resume from the midst of a snapshot', async () => {
    const station = await createStation((caller, index) => {
      if (index === 0) caller.say(hello(5, false), told(named('a', 'A')), event(6));
      else greet(caller, 7);
      if (index === 0) caller.socket.close(CLOSE.goingAway);
    });
    const { connection } = attach(station.url);
    await vi.waitFor(() => expect(connection.position()?.seq).toBe(7), until);
    expect(station.callers.map(({ query }) => query.get('since'))).toEqual([null, null]);
  });

  it('does not go on from before a resync that it was cut off in', async () => {
    const station = await createStation((caller, index) => {
      greet(caller, 5 + index);
      if (index > 0) return;
      caller.say(resync(), { type: 'subscribed', channels: ['agent_status'], agents: null }, told(named('a', 'A')));
      caller.socket.close(CLOSE.goingAway);
    });
    const { connection } = attach(station.url, { channels: ['notification'] });
    await vi.waitFor(() => expect(connection.position()?.seq).toBe(6), until);
    expect(station.callers.map(({ query }) => query.get('since'))).toEqual([null, null]);
  });

  it.each([
    ['a gap', [event(5)]],
    ['another epoch', [event(2, named('a', 'A'), 'e2')]],
    ['a position beyond what came', [hello(3, true), synced(3)]],
  ])('after %s starts afresh, and the mirror ends with the new snapshot', async (_, frames) => {
    const station = await createStation((caller, index) => {
      if (index === 0) caller.say(hello(1, false), told(named('a', 'Old')), synced(1), ...frames);
      else caller.say(hello(9, false), resync(), told(named('a', 'New')), synced(9));
    });
    const { connection } = attach(station.url);
    const mirror = createMirror();
    connection.onFrame(mirror.apply);
    await vi.waitFor(() => expect(mirror.getSnapshot().agents.get('a')?.name).toBe('New'), until);
    expect(station.callers.map(({ query }) => query.get('since'))).toEqual([null, null]);
  });

  it('takes gaps for normal when it is narrowed, by query or by frame', async () => {
    const station = await createStation((caller) => greet(caller, 1));
    const byQuery = attach(station.url, { channels: ['agent_status'] });
    const byFrame = attach(station.url);
    await vi.waitFor(() => expect(byFrame.connection.position()).not.toBeNull(), until);
    await vi.waitFor(() => expect(byQuery.connection.position()).not.toBeNull(), until);
    byFrame.connection.send({ type: 'subscribe', channels: ['agent_status'] });
    for (const caller of station.callers) caller.say(event(8));
    await vi.waitFor(() => expect(byFrame.connection.position()?.seq).toBe(8), until);
    await vi.waitFor(() => expect(byQuery.connection.position()?.seq).toBe(8), until);
    expect(station.callers).toHaveLength(2);
  });

  it('comes back as narrow as it was', async () => {
    const station = await createStation((caller) => greet(caller, 1));
    const { connection } = attach(station.url);
    await vi.waitFor(() => expect(connection.position()).not.toBeNull(), until);
    const channels: EventType[] = ['agent_status'];
    station.callers[0]?.say({ type: 'subscribed', channels, agents: ['a'] }, heartbeat);
    station.callers[0]?.socket.close(CLOSE.goingAway);
    await vi.waitFor(() => expect(station.callers).toHaveLength(2), until);
    const query = Object.fromEntries(station.callers[1]?.query ?? []);
    expect(query).toEqual({ channels: 'agent_status', agents: 'a', since: 'e1:1' });
  });

  it('comes back hearing nothing when that is what it asked for', async () => {
    const station = await createStation((caller) => greet(caller, 1));
    const { connection } = attach(station.url, { agents: [] });
    await vi.waitFor(() => expect(connection.position()).not.toBeNull(), until);
    station.callers[0]?.say({ type: 'subscribed', channels: [], agents: [] }, heartbeat);
    station.callers[0]?.socket.close(CLOSE.goingAway);
    await vi.waitFor(() => expect(station.callers).toHaveLength(2), until);
    const queries = station.callers.map(({ query }) => [query.get('channels'), query.get('agents')]);
    expect(queries).toEqual([
      ['*', '-'],
      ['-', '-'],
    ]);
  });

  it('asks again for what was not answered', async () => {
    const station = await createStation((caller) => greet(caller, 1));
    const { connection } = attach(station.url);
    await vi.waitFor(() => expect(connection.position()).not.toBeNull(), until);
    const frame = { type: 'subscribe', channels: ['notification'] } as const;
    expect(connection.send(frame)).toBe(true);
    await vi.waitFor(() => expect(station.callers[0]?.said).toEqual([frame]), until);
    station.callers[0]?.socket.close(CLOSE.goingAway);
    await vi.waitFor(() => expect(station.callers[1]?.said).toEqual([frame]), until);
    station.callers[1]?.say({ type: 'subscribed', channels: ['notification'], agents: null }, event(5), event(9));
    await vi.waitFor(() => expect(connection.position()?.seq).toBe(9), until);
    station.callers[1]?.socket.close(CLOSE.goingAway);
    await vi.waitFor(() => expect(station.callers).toHaveLength(3), until);
    expect(station.callers[2]?.query.get('channels')).toBe('notification');
  });

  it('looks for gaps again when what it asked for was refused', async () => {
    const station = await createStation((caller) => greet(caller, 1));
    const { connection } = attach(station.url);
    await vi.waitFor(() => expect(connection.position()).not.toBeNull(), until);
    connection.send({ type: 'unsubscribe', agents: ['a'] });
    await vi.waitFor(() => expect(station.callers[0]?.said).toHaveLength(1), until);
    const data = { code: 'bad_frame', message: 'all agents are heard' };
    station.callers[0]?.say({ type: 'error', timestamp: '', data, source: '' }, event(8));
    await vi.waitFor(() => expect(station.callers).toHaveLength(2), until);
    expect(station.callers[1]?.query.get('since')).toBeNull();
  });

  it('is not tried again when the token is refused', async () => {
    const clock = createClock();
    const station = await createStation((caller) => caller.socket.close(CLOSE.token, 'token.invalid'));
    const { connection } = attach(station.url, { now: clock.now, timers: clock });
    await vi.waitFor(() => expect(connection.state()).toEqual({ name: 'closed', reason: 'token.invalid' }), until);
    expect(clock.pending()).toBe(0);
    connection.wake();
    expect(connection.state().name).toBe('closed');
  });

  it('is tried for ever, ever more slowly, and at once when woken', async () => {
    const clock = createClock();
    const station = await createStation();
    station.stop();
    const { connection, states } = attach(station.url, { now: clock.now, timers: clock, random: () => 1 });
    const delays: number[] = [];
    for (let attempt = 1; attempt <= 9; attempt += 1) {
      await vi.waitFor(() => expect(connection.state()).toMatchObject({ name: 'reconnecting', attempt }), until);
      const state = connection.state();
      if (state.name === 'reconnecting') delays.push(state.retryAt - clock.now());
      if (attempt % 2 === 1) connection.wake();
      else clock.advance(delays.at(-1) ?? 0);
      expect(connection.state().name).toBe('connecting');
    }
    expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    expect(states.filter(({ name }) => name === 'connecting')).toHaveLength(9);
  });

  it('counts its attempts anew once it was whole again', async () => {
    const station = await createStation((caller, index) => {
      if (index === 2) greet(caller, 1);
      caller.socket.close(CLOSE.tooMany);
    });
    const { states } = attach(station.url);
    const attempts = () => states.flatMap((state) => (state.name === 'reconnecting' ? [state.attempt] : []));
    await vi.waitFor(() => expect(attempts().slice(0, 5)).toEqual([1, 2, 1, 2, 3]), until);
  });
});

describe('close', () => {
  it('by who is told that it connects opens nothing', async () => {
    const clock = createClock();
    const station = await createStation((caller) => caller.socket.close(CLOSE.goingAway));
    const { connection } = attach(station.url, { now: clock.now, timers: clock });
    connection.onState(({ name }) => {
      if (name === 'connecting') connection.close();
    });
    await vi.waitFor(() => expect(connection.state().name).toBe('reconnecting'), until);
    connection.wake();
    expect(connection.state().name).toBe('closed');
    expect(clock.pending()).toBe(0);
    expect(station.callers).toHaveLength(1);
  });

  it('ends the waiting for another attempt', async () => {
    const clock = createClock();
    const station = await createStation((caller) => caller.socket.close(CLOSE.goingAway));
    const { connection } = attach(station.url, { now: clock.now, timers: clock, random: () => 1 });
    await vi.waitFor(() => expect(connection.state().name).toBe('reconnecting'), until);
    expect(clock.pending()).toBe(1);
    connection.close();
    expect(clock.pending()).toBe(0);
    expect(connection.state()).toEqual({ name: 'closed', reason: 'closed by its owner' });
  });
});

describe('a dead link', () => {
  it('is found by a ping without an answer, and resumed', async () => {
    const clock = createClock();
    const station = await createStation((caller) => greet(caller, 1));
    const { connection, states } = attach(station.url, { now: clock.now, timers: clock, random: () => 0.5 });
    await vi.waitFor(() => expect(connection.position()).not.toBeNull(), until);
    clock.advance(20_000);
    const first = station.callers[0];
    await vi.waitFor(() => expect(first?.said).toEqual([{ type: 'ping' }]), until);
    first?.say({ type: 'pong', timestamp: 't' }, event(2));
    await vi.waitFor(() => expect(connection.position()?.seq).toBe(2), until);
    clock.advance(15_000);
    expect(connection.state().name).toBe('live');
    clock.advance(15_000);
    expect(states.at(-1)).toMatchObject({ name: 'reconnecting', attempt: 1 });
    clock.advance(250);
    await vi.waitFor(() => expect(station.callers).toHaveLength(2), until);
    expect(station.callers[1]?.query.get('since')).toBe(formatPosition({ epoch: 'e1', seq: 2 }));
  });

  it('is given up when nobody says hello', async () => {
    const clock = createClock();
    const station = await createStation();
    const { connection } = attach(station.url, { now: clock.now, timers: clock, random: () => 0.5 });
    await vi.waitFor(() => expect(station.callers).toHaveLength(1), until);
    clock.advance(15_000);
    expect(connection.state().name).toBe('reconnecting');
  });

  it('is probed when woken', async () => {
    const clock = createClock();
    const station = await createStation((caller) => greet(caller, 1));
    const { connection } = attach(station.url, { now: clock.now, timers: clock, random: () => 0.5 });
    await vi.waitFor(() => expect(connection.position()).not.toBeNull(), until);
    connection.wake();
    await vi.waitFor(() => expect(station.callers[0]?.said).toEqual([{ type: 'ping' }]), until);
    clock.advance(10_000);
    expect(connection.state().name).toBe('reconnecting');
  });
});

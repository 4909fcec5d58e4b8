import { describe, expect, it, vi } from 'vitest';
import { PublishError } from '../../../src/client/index.js';
import { CLOSE, type ServerFrame, SOURCE } from '../../../src/protocol/index.js';
import { createClock } from './clock.js';
import { hello, synced } from './frames.js';
import { attach, type Caller, createStation } from './station.js';

const until = { interval: 5 };
const note = { message: 'm' };

type Answer = (id: number, caller: Caller) => void;

/** A server that greets, and answers publishes as the test says. */
function answering(answer: Answer) {
  return createStation((caller) => {
    caller.say(hello(0, false), synced(0));
    caller.socket.on('message', (data) => {
      const frame = JSON.parse((data as Buffer).toString()) as { type: string; id: number };
      if (frame.type === 'publish') answer(frame.id, caller);
    });
  });
}

function refusal(id?: number): ServerFrame {
  const data = { code: 'scope.missing', message: 'operate is needed', ...(id === undefined ? {} : { id }) };
  return { type: 'error', timestamp: 't', source: SOURCE, data };
}

describe('publish', () => {
  it('waits for the connection and gives the position of the event', async () => {
    const station = await answering((id, caller) => caller.say({ type: 'published', id, epoch: 'e1', seq: id + 10 }));
    const { connection } = attach(station.url);
    const answers = [connection.publish('notification', note), connection.publish('agent_activity', { agent: 'a' })];
    expect(await Promise.all(answers)).toEqual([
      { epoch: 'e1', seq: 11 },
      { epoch: 'e1', seq: 12 },
    ]);
    expect(station.callers[0]?.said).toEqual([
      { type: 'publish', id: 1, event: 'notification', data: note },
      { type: 'publish', id: 2, event: 'agent_activity', data: { agent: 'a' } },
    ]);
    expect(await connection.publish('notification', note)).toEqual({ epoch: 'e1', seq: 13 });
  });

  it('leaves no timer behind when it is answered', async () => {
    const clock = createClock();
    const station = await answering((id, caller) => caller.say({ type: 'published', id, epoch: 'e1', seq: 1 }));
    const { connection } = attach(station.url, { now: clock.now, timers: clock });
    const answer = connection.publish('notification', note);
    // One watches the link, the other the publish.
    expect(clock.pending()).toBe(2);
    await answer;
    expect(clock.pending()).toBe(1);
  });

  it('rejects the one that an error names', async () => {
    const station = await answering((id, caller) => {
      if (id === 2) caller.say(refusal(2), { type: 'published', id: 1, epoch: 'e1', seq: 1 });
    });
    const { connection } = attach(station.url);
    const [first, second] = [connection.publish('notification', note), connection.publish('notification', note)];
    await expect(second).rejects.toBeInstanceOf(PublishError);
    await expect(second).rejects.toMatchObject({ code: 'scope.missing', message: 'operate is needed' });
    expect(await first).toEqual({ epoch: 'e1', seq: 1 });
  });

  it('goes on when an error names none: that answers something else', async () => {
    const station = await answering((id, caller) =>
      caller.say(refusal(), { type: 'published', id, epoch: 'e1', seq: 1 }),
    );
    const { connection } = attach(station.url);
    expect(await connection.publish('notification', note)).toEqual({ epoch: 'e1', seq: 1 });
  });

  it('rejects what was sent when the connection breaks: nobody knows whether it has arrived', async () => {
    const station = await answering((_, caller) => caller.socket.close(CLOSE.tooLarge));
    const { connection } = attach(station.url);
    await expect(connection.publish('notification', note)).rejects.toMatchObject({ code: 'connection_lost' });
    await vi.waitFor(() => expect(connection.state().name).toBe('live'), until);
    expect(station.callers[1]?.said).toEqual([]);
  });

  it('rejects when no answer comes in time', async () => {
    const clock = createClock();
    const station = await answering(() => undefined);
    const { connection } = attach(station.url, { now: clock.now, timers: clock, publishTimeoutMs: 5000 });
    const answer = connection.publish('notification', note);
    const rejected = expect(answer).rejects.toMatchObject({ code: 'timeout', message: 'no answer within 5000 ms' });
    await vi.waitFor(() => expect(station.callers[0]?.said).toHaveLength(1), until);
    const timers = clock.pending();
    clock.advance(5000);
    await rejected;
    expect(clock.pending()).toBe(timers - 1);
  });

  it('lets no more than a hundred wait, and lets them go when it is closed', async () => {
    const station = await createStation();
    const { connection } = attach(station.url);
    const waiting = Array.from({ length: 100 }, () => connection.publish('notification', note));
    await expect(connection.publish('notification', note)).rejects.toMatchObject({ code: 'queue_full' });
    connection.close();
    const settled = await Promise.allSettled(waiting);
    expect(settled.every((result) => result.status === 'rejected')).toBe(true);
  });
});

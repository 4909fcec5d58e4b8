import { afterEach, describe, expect, it, vi } from 'vitest';
import { createMirror } from '../../../src/client/index.js';
import { createListeners } from '../../../src/client/listeners.js';
import { event, hello, synced } from './frames.js';
import { attach, createStation } from './station.js';

const until = { interval: 5 };
const fail = () => {
  throw new Error('a bug in a page');
};

afterEach(() => vi.restoreAllMocks());

describe('a listener that throws', () => {
  it('keeps nobody from hearing, and is told of on the console by default', () => {
    const printed = vi.spyOn(console, 'error').mockReturnValue(undefined);
    const listeners = createListeners<number>();
    const heard: number[] = [];
    listeners.add(fail);
    listeners.add((n) => heard.push(n));
    listeners.call(1);
    listeners.call(2);
    expect(heard).toEqual([1, 2]);
    expect(printed.mock.calls.map(([error]) => (error as Error).message)).toEqual(Array(2).fill('a bug in a page'));
  });

  it('neither ends a connection nor keeps its mirror from following', async () => {
    const station = await createStation((caller) => caller.say(hello(1, false), synced(1), event(2)));
    const errors: unknown[] = [];
    const onListenerError = (error: unknown) => errors.push(error);
    const { connection, states } = attach(station.url, { onListenerError });
    const mirror = createMirror({ onListenerError });
    const views: number[] = [];
    connection.onState(fail);
    connection.onFrame(fail);
    connection.onFrame((frame) => mirror.apply(frame));
    mirror.subscribe(fail);
    mirror.subscribe(() => views.push(mirror.getSnapshot().version));
    await vi.waitFor(() => expect(mirror.getSnapshot().position?.seq).toBe(2), until);
    await vi.waitFor(() => expect(views.length).toBeGreaterThan(0), until);
    station.callers[0]?.say(event(3));
    await vi.waitFor(() => expect(mirror.getSnapshot().position?.seq).toBe(3), until);
    expect(states.map(({ name }) => name)).toEqual(['live']);
    expect(station.callers).toHaveLength(1);
    expect(errors.length).toBeGreaterThan(4);
  });
});

describe('listeners', () => {
  it('one that is added twice is called twice, and can be taken away singly', () => {
    const listeners = createListeners<string>();
    const listener = vi.fn();
    const [first] = [listeners.add(listener), listeners.add(listener)];
    listeners.call('a');
    first();
    first();
    listeners.call('b');
    expect(listener.mock.calls).toEqual([['a'], ['a'], ['b']]);
  });
});

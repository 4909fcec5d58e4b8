import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { callPath, type RestCall, type RestClient, RestError, type WebSocketLike } from '../../../src/client/index.js';
import { createFrames } from '../../../src/tui/terminal/frames.js';
import { createPoller } from '../../../src/tui/link/poller.js';
import { wantedPolls } from '../../../src/tui/screens/index.js';
import { createSession } from '../../../src/tui/link/session.js';
import { createStore } from '../../../src/tui/link/store.js';
import { at, live, liveStore, modelOf, NOW, on, screenText, snapshot } from './models.js';

const flush = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('frames', () => {
  function frames(cost = 10) {
    const drawn: number[] = [];
    let blocked = false;
    const made = createFrames({
      draw: () => {
        drawn.push(Date.now() - NOW);
        return cost;
      },
      blocked: () => blocked,
      now: Date.now,
    });
    return { ...made, drawn, block: (on: boolean) => (blocked = on) };
  }

  it('come at once, and then at most ten a second, however many are asked for', async () => {
    const { request, drawn } = frames();
    for (let turn = 0; turn < 100; turn++) {
      request(turn % 2 === 0);
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(drawn[0]).toBe(0);
    expect(drawn.length).toBeGreaterThanOrEqual(9);
    expect(drawn.length).toBeLessThanOrEqual(11);
  });

  it('come slower when they are large, but not for somebody who pressed a key', async () => {
    const { request, drawn } = frames(4000);
    request(false);
    await flush();
    request(false);
    await vi.advanceTimersByTimeAsync(300);
    expect(drawn).toEqual([0]);
    request(true);
    await flush();
    expect(drawn).toEqual([0, 300]);
    request(false);
    await vi.advanceTimersByTimeAsync(500);
    expect(drawn).toEqual([0, 300, 800]);
  });

  it('wait for a terminal that takes nothing, and end with stop', async () => {
    const { request, drawn, block, stop } = frames();
    block(true);
    request(true);
    await vi.advanceTimersByTimeAsync(1000);
    expect(drawn).toEqual([]);
    block(false);
    await vi.advanceTimersByTimeAsync(100);
    expect(drawn).toHaveLength(1);
    request(true);
    stop();
    await vi.advanceTimersByTimeAsync(1000);
    expect(drawn).toHaveLength(1);
  });
});

describe('the poller', () => {
  const TASKS: RestCall = { route: 'tasks' };

  function polling(answer: (path: string) => Promise<unknown>) {
    const store = createStore(Date.now);
    const asked: string[] = [];
    const rest = {
      call: (call: RestCall) => {
        asked.push(callPath(call));
        return answer(callPath(call));
      },
    } as unknown as RestClient;
    return {
      store,
      asked,
      poller: createPoller(store, () => rest, Date.now),
      poll: (path: string) => store.getSnapshot().polls.get(path),
    };
  }

  it('asks when it is time, and not again while an answer is on its way', async () => {
    const { asked, poller, poll } = polling(() => new Promise((resolve) => setTimeout(() => resolve({ ok: 1 }), 2000)));
    poller.want([{ call: TASKS, everyMs: 5000 }]);
    poller.refresh();
    expect(asked).toEqual(['/api/tasks']);
    await vi.advanceTimersByTimeAsync(2000);
    expect(poll('/api/tasks')).toEqual({ at: NOW + 2000, value: { ok: 1 }, error: null, missing: false });
    poller.want([{ call: TASKS, everyMs: 5000 }]);
    await vi.advanceTimersByTimeAsync(3000);
    poller.want([{ call: TASKS, everyMs: 5000 }]);
    expect(asked).toHaveLength(2);
  });

  it('keeps the last answer beside an error, and knows a route that is missing', async () => {
    const answers: (() => Promise<unknown>)[] = [
      () => Promise.resolve(1),
      () => Promise.reject(new Error('no answer')),
    ];
    const { poller, poll } = polling((path) =>
      path === '/api/backups'
        ? Promise.reject(new RestError(404, 'no route', 'route.not_found', null, null))
        : (answers.shift() ?? (() => Promise.resolve(2)))(),
    );
    poller.want([
      { call: TASKS, everyMs: 1000 },
      { call: { route: 'backups' }, everyMs: 1000 },
    ]);
    await flush();
    poller.refresh();
    await flush();
    expect(poll('/api/tasks')).toEqual({ at: NOW, value: 1, error: 'no answer', missing: false });
    expect(poll('/api/backups')).toMatchObject({ value: null, missing: true });
  });

  it('asks nothing without a server', () => {
    const store = createStore(Date.now);
    const poller = createPoller(store, () => null, Date.now);
    poller.want([{ call: TASKS, everyMs: 1000 }]);
    poller.refresh();
    expect(store.getSnapshot().polls.size).toBe(0);
  });

  it('does not take what a route refuses for a route that is missing', async () => {
    const { poller, poll } = polling(() =>
      Promise.reject(new RestError(404, 'There is no agent "x"', 'agent.not_found', null, null)),
    );
    poller.want([{ call: TASKS, everyMs: 1000 }]);
    await flush();
    expect(poll('/api/tasks')).toMatchObject({ missing: false, error: 'There is no agent "x"' });
  });

  it('is wanted to ask only for what the screen shows', () => {
    const model = modelOf(liveStore());
    const paths = (screen: Parameters<typeof on>[1]) =>
      wantedPolls({ ...on(model, screen), agent: 'api' }).map(({ call }) => callPath(call));
    expect(paths('agents')).toEqual(['/api/system/status']);
    expect(paths('backups')).toContain('/api/backups');
    expect(paths('agent').some((path) => path.includes('/api/agents/api/metrics'))).toBe(true);
    expect(paths('metrics').some((path) => path.startsWith('/api/metrics/query?metric=system_health_score'))).toBe(
      true,
    );
  });
});

/** A handler that somebody has set, as what it is: a function of an event. */
function heard(handler: unknown): (event: object) => void {
  if (typeof handler !== 'function') throw new Error('nobody listens');
  return handler as (event: object) => void;
}

describe('the session', () => {
  function meet(frames: readonly object[] = snapshot(), failures: unknown[] = []) {
    const sockets: WebSocketLike[] = [];
    const store = createStore(Date.now);
    let address = 'ws://one';
    const session = createSession({
      seek: (onServer) => () => {
        if (failures.length > 0) return Promise.reject(failures.shift());
        onServer({ url: 'http://one', rest: {} as RestClient });
        return Promise.resolve({ url: address });
      },
      socket: () => {
        const socket: WebSocketLike = {
          readyState: 1,
          onopen: null,
          onmessage: null,
          onclose: null,
          onerror: null,
          send: () => {},
          close: () => {},
        };
        sockets.push(socket);
        return socket;
      },
      store,
      now: Date.now,
      random: () => 0.5,
    });
    const say = (index: number) => {
      for (const frame of frames) heard(sockets[index]?.onmessage)({ data: JSON.stringify(frame) });
    };
    const lose = (index: number) => heard(sockets[index]?.onclose)({ code: 1006, reason: '' });
    return { session, store, sockets, say, lose, move: (to: string) => (address = to) };
  }

  it('connects to what it finds', async () => {
    const { store, say, session } = meet();
    await flush();
    say(0);
    expect(store.getSnapshot()).toMatchObject({
      link: { name: 'live' },
      server: { url: 'http://one', workspace: '/home/me/office' },
      warning: null,
    });
    session.stop();
  });

  it('says what is odd about a server that speaks otherwise', async () => {
    const frames = snapshot().map((frame) =>
      frame.type === 'hello' ? { ...frame, data: { ...frame.data, protocol: 2, version: '9.0.0' } } : frame,
    );
    const { store, say, session } = meet(frames);
    await flush();
    say(0);
    expect(screenText(modelOf(store))[2]).toContain('the server (9.0.0) speaks protocol 2');
    session.stop();
  });

  it('looks for a lost server anew, and follows it to another address', async () => {
    const { store, say, lose, session, sockets, move } = meet();
    await flush();
    say(0);
    lose(0);
    expect(store.getSnapshot().link.name).toBe('reconnecting');
    move('ws://two');
    await vi.advanceTimersByTimeAsync(1000);
    lose(1);
    await vi.advanceTimersByTimeAsync(3000);
    await flush();
    say(sockets.length - 1);
    expect(store.getSnapshot().link.name).toBe('live');
    session.stop();
  });

  it('waits longer after each miss, and tries at once when it is woken', async () => {
    const { store, session, sockets } = meet(snapshot(), [new Error('one'), new Error('two'), new Error('three')]);
    const link = () => store.getSnapshot().link;
    await flush();
    expect(link()).toEqual({ name: 'no-server', reason: 'one', hint: null, attempt: 1, retryAt: NOW + 250 });
    await vi.advanceTimersByTimeAsync(200);
    expect(link()).toMatchObject({ attempt: 1 });
    await vi.advanceTimersByTimeAsync(50);
    expect(link()).toMatchObject({ reason: 'two', attempt: 2, retryAt: NOW + 250 + 500 });
    session.wake();
    await flush();
    expect(link()).toMatchObject({ reason: 'three', attempt: 3 });
    session.wake();
    await flush();
    expect(sockets).toHaveLength(1);
    expect(link().name).toBe('connecting');
    session.stop();
  });

  it('takes a refused token for an end', async () => {
    const { store, session, sockets } = meet();
    await flush();
    heard(sockets[0]?.onclose)({ code: 4401, reason: 'token is wrong' });
    expect(store.getSnapshot().link).toEqual({ name: 'closed', reason: 'token is wrong' });
    expect(screenText(modelOf(store)).join('\n')).toContain('token is wrong');
    session.wake();
    await flush();
    expect(sockets).toHaveLength(2);
    session.stop();
  });
});

describe('the store', () => {
  it('is the same object until something changes', () => {
    const store = liveStore();
    const one = store.getSnapshot();
    expect(store.getSnapshot()).toBe(one);
    store.tick();
    expect(store.getSnapshot()).not.toBe(one);
    expect(store.getSnapshot().view).toBe(one.view);
  });

  it('calls back once for many changes until it is read', () => {
    const store = liveStore();
    store.getSnapshot();
    const called = vi.fn();
    const stop = store.subscribe(called);
    for (let seq = 1; seq < 50; seq++)
      store.frame(live(seq, { type: 'file_change', data: { path: 'x', kind: 'changed' } }));
    expect(called).toHaveBeenCalledTimes(1);
    store.getSnapshot();
    stop();
    store.tick();
    expect(called).toHaveBeenCalledTimes(1);
  });

  it('holds the newest figure of the system, whether it was told or asked for', () => {
    const store = liveStore();
    const figure = () => store.getSnapshot().metrics.get('system_health_score');
    const told = (seq: number, value: number, timestamp: string) =>
      store.frame(
        live(seq, { type: 'system_metric', data: { metric: 'system_health_score', value, unit: 'ratio', timestamp } }),
      );
    told(1, 0.9, at(60));
    store.poll('/api/system/status', {
      at: NOW,
      value: { metrics: { system: { system_health_score: 0.1 }, timestamp: at(90) } },
      error: null,
      missing: false,
    });
    expect(figure()?.value).toBe(0.9);
    told(2, 0.8, at(0));
    expect(figure()).toMatchObject({ value: 0.8, before: 0.9 });
    store.poll('/api/system/status', { at: NOW, value: 'nonsense', error: null, missing: false });
    expect(figure()?.value).toBe(0.8);
  });

  it('tells who went where', () => {
    const store = liveStore();
    store.getSnapshot();
    const positions = { api: { x: 50, y: 50, zone: 'conference' } };
    store.frame(live(1, { type: 'agent_position', data: { positions } }));
    expect(store.getSnapshot().moves).toMatchObject([{ id: 'api', from: 'command_center', to: 'conference' }]);
    expect(screenText(on(modelOf(store), 'office')).join('\n')).toContain('api ← command');
  });
});

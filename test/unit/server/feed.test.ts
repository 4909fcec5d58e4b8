import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../src/base/log.js';
import { createBus, type Entry } from '../../../src/bus/index.js';
import { type Agent, type AgentStatus, emptyReading, type Reading } from '../../../src/protocol/index.js';
import { createFeed, type FeedOptions } from '../../../src/server/feed.js';
import { createState } from '../../../src/state/index.js';
import { createServices } from '../../../src/server/services.js';
import { agentOf } from '../../support/agents.js';

const T0 = Date.parse('2026-11-23T06:00:00.000Z');
type Listeners = Parameters<FeedOptions['watch']>[0];

function agent(id: string, status: AgentStatus): Agent {
  return agentOf(id, {
    status,
    normalized_status: status,
    evidence: { file: 'state.json', field: 'status', value: status },
    last_active: new Date(T0).toISOString(),
    state: { status },
  });
}

function reading(id: string, status: AgentStatus): Reading {
  return { ...emptyReading(T0), agents: new Map([[id, { agent: agent(id, status), broken: null, memory: {} }]]) };
}

/** A feed whose watcher is played by the test. */
function playedFeed(
  first: Reading | (() => Promise<Reading>),
  tickMs = 1_000_000,
  look: (listeners: Listeners) => Promise<boolean> = () => Promise.resolve(true),
) {
  let listeners: Listeners | undefined;
  let count = 0;
  const clock = { time: T0, now: () => clock.time };
  const newId = () => {
    count += 1;
    return `id-${count}`;
  };
  const state = createState({ staleAfterMs: 60_000, newId });
  const entries: Entry[] = [];
  const bus = createBus({ epoch: 'e', onSubscriberError: () => {} });
  bus.subscribe((entry) => entries.push(entry));
  let closed = 0;
  const feed = createFeed({
    state,
    bus,
    clock,
    log: silentLog(),
    newId,
    tickMs,
    watch: (given) => {
      listeners = given;
      return {
        name: 'workspace',
        start: () => (typeof first === 'function' ? first() : Promise.resolve(first)),
        rescan: () => Promise.resolve(),
        look: () => look(given),
        health: () => ({ state: 'available', mode: 'native', reason: null, directories: 1 }),
        close: () => {
          closed += 1;
          return Promise.resolve();
        },
      };
    },
  });
  if (!listeners) throw new Error('the feed made no watcher');
  return { feed, bus, clock, entries, listeners, closed: () => closed };
}

describe('the first reading', () => {
  it('makes the snapshot and no events', async () => {
    const { feed, entries } = playedFeed(reading('a', 'idle'));
    await feed.start();
    expect([...feed.snapshot.agents.keys()]).toEqual(['a']);
    expect(entries).toEqual([]);
    await feed.close();
  });

  it('does not hide a newer one that came while it was on its way', async () => {
    const played: ReturnType<typeof playedFeed> = playedFeed(() => {
      played.listeners.onReading(reading('a', 'busy'));
      return Promise.resolve(reading('a', 'idle'));
    });
    await played.feed.start();
    expect(played.feed.snapshot.agents.get('a')?.normalized_status).toBe('busy');
    expect(played.entries.map(({ event }) => event.type)).toEqual(['agent_status']);
    await played.feed.close();
  });

  it('fails loudly when it cannot be had', async () => {
    const { feed, closed } = playedFeed(() => Promise.reject(new Error('no disk')));
    await expect(feed.start()).rejects.toThrow('no disk');
    await feed.close();
    expect(closed()).toBe(1);
  });
});

describe('later readings, ticks and what others publish', () => {
  it('become events, each counted under its noun', async () => {
    const { feed, entries, listeners, bus } = playedFeed(reading('a', 'idle'));
    await feed.start();
    listeners.onReading(reading('a', 'busy'));
    const data = { id: 'n', title: 't', message: 'm', level: 'info' as const, data: {} };
    const [entry] = feed.publish([{ type: 'notification', data, at: T0 }]);
    expect(entries.map(({ event }) => event.type)).toEqual(['agent_status', 'notification']);
    expect(entry?.event.seq).toBe(bus.position().seq);
    expect(feed.snapshot.notifications).toHaveLength(1);
    expect((['agents', 'office', 'tasks', 'notifications'] as const).map((noun) => feed.revision(noun))).toEqual([
      1, 0, 0, 1,
    ]);
    await feed.close();
  });

  it('turn an agent stale as time passes', async () => {
    const { feed, entries, clock } = playedFeed(reading('a', 'busy'), 5);
    await feed.start();
    clock.time += 61_000;
    await expect.poll(() => feed.snapshot.agents.get('a')?.normalized_status).toBe('stale');
    expect(entries).toHaveLength(1);
    await feed.close();
  });

  it('go on after one that could not be taken in', async () => {
    const { feed, listeners } = playedFeed(reading('a', 'idle'));
    await feed.start();
    listeners.onReading({} as Reading);
    listeners.onReading(reading('a', 'busy'));
    expect(feed.snapshot.agents.get('a')?.normalized_status).toBe('busy');
    await feed.close();
  });

  it('tell people once that files are polled', async () => {
    const { feed, listeners, entries } = playedFeed(reading('a', 'idle'));
    await feed.start();
    listeners.onMode({ mode: 'polling', reason: 'no watches left' });
    expect(entries[0]?.event).toMatchObject({ type: 'notification', data: { level: 'warning' } });
    expect(feed.snapshot.notifications[0]?.message).toContain('no watches left');
    await feed.close();
  });
});

describe('looking again after a write', () => {
  const AGENT = [{ kind: 'agent', id: 'a' } as const];

  it('ends behind the events of what was found', async () => {
    const { feed } = playedFeed(reading('a', 'idle'), undefined, (listeners) => {
      listeners.onReading(reading('b', 'idle'));
      listeners.onReading(reading('a', 'busy'));
      return Promise.resolve(true);
    });
    await feed.start();
    expect(await feed.look(AGENT, 10_000)).toEqual({ epoch: 'e', seq: 2 });
    expect(feed.snapshot.agents.get('a')?.normalized_status).toBe('busy');
    await feed.close();
  });

  it('goes on until it could be read, or the limit has passed', async () => {
    let looks = 0;
    const { feed } = playedFeed(reading('a', 'idle'), undefined, () => {
      looks += 1;
      return Promise.resolve(looks === 3);
    });
    await feed.start();
    await feed.look(AGENT, 60_000);
    expect(looks).toBe(3);
    const never = playedFeed(reading('a', 'idle'), undefined, () => new Promise(() => {}));
    await never.feed.start();
    expect(await never.feed.look(AGENT, 10)).toEqual({ epoch: 'e', seq: 0 });
    await Promise.all([feed.close(), never.feed.close()]);
  });
});

describe('services', () => {
  it('are available until somebody says otherwise', () => {
    const services = createServices();
    expect(new Set(Object.values(services.states()))).toEqual(new Set(['available']));
    services.plug('backup', () => ({ state: 'the disk is full' }));
    services.plug('watcher', () => ({ state: 'gone', down: true }));
    services.plug('alerts', () => {
      throw new Error('rules do not load');
    });
    expect(services.states()).toMatchObject({
      backup: 'the disk is full',
      watcher: 'gone',
      alerts: 'does not answer: rules do not load',
      pipeline: 'available',
    });
    expect(services.down()).toEqual([{ service: 'watcher', reason: 'gone' }]);
  });
});

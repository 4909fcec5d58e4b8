import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../src/base/log.js';
import { createBus, type Entry } from '../../../src/bus/index.js';
import { type Agent, emptyReading, type OpenSource, type Reading, type Source } from '../../../src/protocol/index.js';
import { createFeed } from '../../../src/server/feed.js';
import { createSources } from '../../../src/server/sources.js';
import { createState } from '../../../src/state/index.js';
import { agentOf } from '../../support/agents.js';

const T0 = Date.parse('2026-11-23T06:00:00.000Z');

function reading(...agents: (Agent | string)[]): Reading {
  const said = agents.map((agent): [string, Reading['agents'] extends Map<string, infer R> ? R : never] =>
    typeof agent === 'string' ? [agent, null] : [agent.id, { agent, broken: null, memory: {} }],
  );
  return { ...emptyReading(T0), agents: new Map(said) };
}

/** A source that keeps its agents in memory. */
function memorySource(name: string, first: () => Promise<Reading>, close = () => Promise.resolve()) {
  let tell: (reading: Reading) => void = () => {};
  const calls = { closed: 0 };
  const open: OpenSource = ({ onReading }): Source => {
    tell = onReading;
    return {
      name,
      start: first,
      health: () => held.health(),
      close: () => {
        calls.closed += 1;
        return close();
      },
    };
  };
  const held = { open, calls, tell: (said: Reading) => tell(said), health: () => ({ state: 'available' }) };
  return held;
}

const busy = {
  status: 'busy',
  normalized_status: 'busy',
  evidence: { file: 'state.json', field: 'status', value: 'busy' },
} as const;

function sourcesOf(...open: [OpenSource, ...OpenSource[]]) {
  const told: Reading[] = [];
  return {
    told,
    sources: createSources({
      open,
      onReading: (said) => told.push(said),
      log: silentLog(),
      now: () => T0,
      startMs: 20,
    }),
  };
}

describe('an agent that two sources know', () => {
  const files = agentOf('api', { role: 'backend', last_active: '2026-11-23T05:00:00.000Z' });
  const runtime = agentOf('api', { ...busy, role: 'other', emoji: '🦀', last_active: '2026-11-23T05:30:00.000Z' });

  it('is one: the word of the workspace first, and what it does not know from the other', async () => {
    const workspace = memorySource('workspace', () => Promise.resolve(reading(files)));
    const other = memorySource('runtime', () => Promise.resolve(reading(runtime, agentOf('only-there'))));
    const { sources } = sourcesOf(workspace.open, other.open);
    const { agents } = await sources.start();
    expect([...agents.keys()].sort()).toEqual(['api', 'only-there']);
    expect(agents.get('api')?.agent).toMatchObject({
      role: 'backend',
      emoji: '🦀',
      normalized_status: 'busy',
      last_active: '2026-11-23T05:30:00.000Z',
    });
  });

  it('stays until both have said that it is gone', async () => {
    const workspace = memorySource('workspace', () => Promise.resolve(reading(files)));
    const other = memorySource('runtime', () => Promise.resolve(reading(runtime)));
    const { sources, told } = sourcesOf(workspace.open, other.open);
    await sources.start();
    workspace.tell(reading('api'));
    other.tell(reading('api'));
    expect(told.map(({ agents }) => agents.get('api')?.agent.role ?? null)).toEqual(['other', null]);
  });
});

describe('a source that', () => {
  const here = () => Promise.resolve(reading(agentOf('here')));

  it('cannot be read stops no other, and health says why', async () => {
    const broken = memorySource('broken', () => Promise.reject(new Error('its records are locked')));
    const third = memorySource('third', () => Promise.resolve(reading(agentOf('there'))));
    const { sources } = sourcesOf(memorySource('workspace', here).open, broken.open, third.open);
    expect([...(await sources.start()).agents.keys()]).toEqual(['here', 'there']);
    const well = { state: 'available', last_error: null };
    const message = 'its records are locked';
    const failed = { state: message, last_error: { at: new Date(T0).toISOString(), message } };
    expect(sources.health()).toEqual({ workspace: well, broken: failed, third: well });
  });

  it('was unwell and is well again keeps its last error, and health stays the same object while nothing changes', async () => {
    const workspace = memorySource('workspace', here);
    const { sources } = sourcesOf(workspace.open);
    const first = sources.health();
    expect(sources.health()).toBe(first);
    workspace.health = () => ({ state: 'polling, because no watches are left' });
    expect(sources.health()).not.toBe(first);
    workspace.health = () => ({ state: 'available' });
    const message = 'polling, because no watches are left';
    const after = { workspace: { state: 'available', last_error: { at: new Date(T0).toISOString(), message } } };
    expect(sources.health()).toEqual(after);
    workspace.health = () => {
      throw new Error('gone');
    };
    expect(sources.health().workspace).toMatchObject({ state: 'does not answer: gone' });
  });

  it('is late is told of when it comes', async () => {
    let come: (reading: Reading) => void = () => {};
    const late = memorySource('late', () => new Promise<Reading>((resolve) => (come = resolve)));
    const { sources, told } = sourcesOf(memorySource('workspace', here).open, late.open);
    expect([...(await sources.start()).agents.keys()]).toEqual(['here']);
    come(reading(agentOf('there')));
    await expect.poll(() => told.flatMap(({ agents }) => [...agents.keys()])).toEqual(['there']);
  });

  it('tells before its first reading was taken in is believed last', async () => {
    const workspace = memorySource('workspace', here);
    const other = memorySource('other', () => {
      other.tell(reading(agentOf('a', { role: 'new' })));
      return Promise.resolve(reading(agentOf('a', { role: 'old' })));
    });
    const { sources } = sourcesOf(workspace.open, other.open);
    expect((await sources.start()).agents.get('a')?.agent.role).toBe('new');
  });

  it('would not close keeps none of the others open', async () => {
    const stuck = memorySource('stuck', here, () => Promise.reject(new Error('stuck')));
    const workspace = memorySource('workspace', here);
    const { sources } = sourcesOf(workspace.open, stuck.open);
    await expect(sources.close()).rejects.toThrow('would not close');
    expect(workspace.calls.closed).toBe(1);
  });
});

it('a feed takes in every source, and tells of the changes of each', async () => {
  const bus = createBus({ epoch: 'e', onSubscriberError: () => {} });
  const entries: Entry[] = [];
  bus.subscribe((entry) => entries.push(entry));
  const other = memorySource('runtime', () => Promise.resolve(reading(agentOf('there'))));
  const feed = createFeed({
    state: createState({ staleAfterMs: 60_000, newId: () => 'id' }),
    bus,
    clock: { now: () => T0 },
    log: silentLog(),
    newId: () => 'id',
    sources: [other.open],
    watch: () => ({
      name: 'workspace',
      start: () => Promise.resolve(reading(agentOf('here'))),
      rescan: () => Promise.resolve(),
      look: () => Promise.resolve(true),
      health: () => ({ state: 'available', mode: 'native', reason: null, directories: 1 }),
      close: () => Promise.resolve(),
    }),
  });
  await feed.start();
  expect([...feed.snapshot.agents.keys()].sort()).toEqual(['here', 'there']);
  other.tell(reading(agentOf('there', { ...busy })));
  expect(entries.map(({ event }) => event.type)).toEqual(['agent_status']);
  expect(Object.keys(feed.health())).toEqual(['workspace', 'runtime']);
  await feed.close();
  expect(other.calls.closed).toBe(1);
});

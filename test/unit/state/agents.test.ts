import { describe, expect, it } from 'vitest';
import type { AgentReading, AgentStatusData, AgentWarning, EventDraft } from '../../../src/protocol/index.js';
import { createState } from '../../../src/state/index.js';
import { agent, agentTask, ids, iso, reads, STALE_AFTER, T0, worker } from './readings.js';

const MINUTE = 60_000;

function newState() {
  return createState({ staleAfterMs: STALE_AFTER, newId: ids() });
}

function statuses(drafts: EventDraft[]): AgentStatusData[] {
  return drafts.filter((draft) => draft.type === 'agent_status').map((draft) => draft.data);
}

function brokenReading(more: Partial<AgentReading['agent']> = {}, reason = 'Unexpected end'): AgentReading {
  const broken: AgentWarning = { file: 'state.json', place: 'line 1, column 52', reason };
  const unknown = {
    status: 'unknown',
    normalized_status: 'unknown',
    since: null,
    evidence: null,
    state: null,
  } as const;
  return { agent: agent('a', { ...unknown, warnings: [broken], ...more }), broken, memory: {} };
}

describe('agents', () => {
  it('tells a new agent once and an unchanged one never again', () => {
    const state = newState();
    expect(state.read(reads(agent('a')), T0).map(({ type }) => type)).toEqual(['agent_status']);
    expect(state.read(reads(agent('a')), T0 + 1)).toEqual([]);
    expect(state.snapshot.agents.get('a')).toEqual(agent('a'));
  });

  it('gives exactly one agent_status, with the previous status, for whatever changed', () => {
    const state = newState();
    state.read(reads(agent('a')), T0);
    const more = { name: 'A', role: 'tester', state: { status: 'busy', x: 1 } };
    const [data, ...others] = statuses(state.read(reads(worker('a', T0 + 5, more)), T0 + 5));
    expect(others).toEqual([]);
    expect(data).toMatchObject({ agent: 'a', status: 'busy', previous: 'idle', since: iso(T0 + 5) });
    const [renamed] = statuses(state.read(reads(worker('a', T0 + 5, { ...more, name: 'B' })), T0 + 6));
    expect(renamed).not.toHaveProperty('previous');
  });

  it('keeps since while the status holds, whatever the newer mtime says', () => {
    const state = newState();
    state.read(reads(worker('a', T0)), T0);
    const [data] = statuses(state.read(reads(worker('a', T0 + MINUTE)), T0 + MINUTE));
    expect(data).toMatchObject({ status: 'busy', since: iso(T0) });
    expect(data?.details.last_active).toBe(iso(T0 + MINUTE));
  });

  it('takes the first since it gets when the status held without one', () => {
    const state = newState();
    state.read(reads(agent('a', { since: null })), T0);
    state.read(reads(agent('a', { since: iso(T0 + 1) })), T0 + 1);
    expect(state.snapshot.agents.get('a')?.since).toBe(iso(T0 + 1));
  });

  it('removes a known agent whose directory is gone, and says nothing of an unknown one', () => {
    const state = newState();
    state.read(reads(agent('a')), T0);
    const gone = {
      ...reads(),
      agents: new Map([
        ['a', null],
        ['b', null],
      ]),
    };
    expect(state.read(gone, T0)).toEqual([{ type: 'agent_removed', data: { agent: 'a' }, at: T0 }]);
    expect(state.snapshot.agents.size).toBe(0);
  });

  it('tells agents by id, whatever the order of the reading', () => {
    const drafts = newState().read(reads(agent('c'), agent('a'), agent('b')), T0);
    expect(statuses(drafts).map((data) => data.agent)).toEqual(['a', 'b', 'c']);
  });

  it('takes in 5,000 agents at once in well under a second or two', () => {
    const state = newState();
    const agents = Array.from({ length: 5000 }, (_, index) => worker(`agent-${index}`, T0));
    const began = performance.now();
    expect(state.read(reads(...agents), T0)).toHaveLength(5000);
    expect(state.read(reads(...agents), T0)).toHaveLength(0);
    expect(state.tick(T0 + STALE_AFTER + 1)).toHaveLength(5000);
    expect(performance.now() - began).toBeLessThan(2000);
  });
});

describe('a broken state.json', () => {
  const good = worker('a', T0, {
    tasks: [agentTask('Build')],
    current_tasks: ['Build'],
    counters: { ...agent('a').counters, tasks_completed: 7 },
    state: { status: 'busy', tasks_completed: 7 },
  });

  it('keeps what came from it, takes the rest, and tells once', () => {
    const state = newState();
    state.read(reads(good), T0);
    const drafts = state.read(reads(brokenReading({ name: 'New', last_active: iso(T0 + 9) })), T0 + 9);
    expect(drafts.map(({ type }) => type)).toEqual(['agent_status', 'notification']);
    const { broken } = brokenReading();
    const kept = { ...good, name: 'New', last_active: iso(T0 + 9), warnings: [broken] };
    expect(state.snapshot.agents.get('a')).toEqual(kept);
    expect(drafts[1]?.data).toMatchObject({ id: 'n1', level: 'warning', agent: 'a' });
    expect(drafts[1]?.data).toHaveProperty('message', expect.stringMatching(/a\/state\.json: line 1.*last good state/));
    expect(state.read(reads(brokenReading({ name: 'New', last_active: iso(T0 + 9) })), T0 + 10)).toEqual([]);
  });

  it('keeps what an agent waits for, and an agent that waits is never stale', () => {
    const state = newState();
    const waits = { status: 'needs_input', normalized_status: 'waiting', waiting_for: 'the key' } as const;
    state.read(reads({ ...good, ...waits }), T0);
    state.read(reads(brokenReading()), T0 + 9);
    expect(state.tick(T0 + 1000 * STALE_AFTER)).toEqual([]);
    expect(state.snapshot.agents.get('a')).toMatchObject(waits);
  });

  it('never takes an older sign of life for a newer one', () => {
    const state = newState();
    state.read(reads(good), T0);
    state.read(reads(brokenReading({ last_active: iso(T0 - MINUTE) })), T0);
    expect(state.snapshot.agents.get('a')?.last_active).toBe(iso(T0));
    state.read(reads(brokenReading({ last_active: null })), T0);
    expect(state.snapshot.agents.get('a')?.last_active).toBe(iso(T0));
  });

  it('is told once for a file that is written slowly, and again when it breaks after it was well', () => {
    const state = newState();
    const types = (reading: AgentReading) => state.read(reads(reading), T0).map(({ type }) => type);
    state.read(reads(good), T0);
    expect(types(brokenReading())).toEqual(['agent_status', 'notification']);
    expect(types(brokenReading({}, 'ends later'))).toEqual(['agent_status']);
    expect(types(brokenReading({}, 'ends later still'))).toEqual(['agent_status']);
    expect(state.read(reads(good), T0).map(({ type }) => type)).toEqual(['agent_status']);
    expect(state.snapshot.agents.get('a')).toEqual(good);
    expect(types(brokenReading())).toEqual(['agent_status', 'notification']);
  });

  it('has nothing to keep when it was never good: a warning is enough', () => {
    const state = newState();
    expect(state.read(reads(brokenReading()), T0).map(({ type }) => type)).toEqual(['agent_status']);
    expect(state.snapshot.agents.get('a')?.normalized_status).toBe('unknown');
    expect(state.read(reads(brokenReading({}, 'another')), T0).map(({ type }) => type)).toEqual(['agent_status']);
  });

  it('turns stale like any other, and a write brings its last good status back', () => {
    const state = newState();
    state.read(reads(good), T0);
    state.read(reads(brokenReading()), T0);
    state.tick(T0 + STALE_AFTER + 1);
    expect(state.snapshot.agents.get('a')?.normalized_status).toBe('stale');
    const at = T0 + 20 * MINUTE;
    const [data] = statuses(state.read(reads(brokenReading({ last_active: iso(at) })), at));
    expect(data).toMatchObject({ status: 'busy', previous: 'stale', since: iso(at) });
  });
});

describe('staleness', () => {
  it('comes with time alone, since the limit was passed, with its evidence', () => {
    const state = newState();
    state.read(reads(worker('b', T0), worker('a', T0), agent('idle')), T0);
    expect(state.tick(T0 + STALE_AFTER)).toEqual([]);
    const data = statuses(state.tick(T0 + STALE_AFTER + 1));
    expect(data.map(({ agent: id }) => id)).toEqual(['a', 'b']);
    expect(data[0]).toMatchObject({ status: 'stale', previous: 'busy', since: iso(T0 + STALE_AFTER) });
    expect(data[0]?.evidence).toEqual(worker('a', T0).evidence);
    expect(state.tick(T0 + 2 * STALE_AFTER)).toEqual([]);
  });

  it('uses twice the agent’s own heartbeat where it has one', () => {
    const state = newState();
    state.read(reads(worker('a', T0, { heartbeat_interval: 30 })), T0);
    expect(state.tick(T0 + MINUTE)).toEqual([]);
    expect(statuses(state.tick(T0 + MINUTE + 1))[0]).toMatchObject({ status: 'stale', since: iso(T0 + MINUTE) });
  });

  it('is seen in the first reading of old files, and stays through readings without a new sign', () => {
    const state = newState();
    const now = T0 + 60 * MINUTE;
    const [first] = statuses(state.read(reads(worker('a', T0)), now));
    expect(first).toMatchObject({ status: 'stale', since: iso(T0 + STALE_AFTER) });
    expect(first).not.toHaveProperty('previous');
    expect(state.read(reads(worker('a', T0)), now + 1)).toEqual([]);
  });

  it('ends with a new sign of life, from which the status holds', () => {
    const state = newState();
    state.read(reads(worker('a', T0)), T0);
    state.tick(T0 + STALE_AFTER + 1);
    const at = T0 + 30 * MINUTE;
    const [data] = statuses(state.read(reads(worker('a', at, { since: iso(T0) })), at));
    expect(data).toMatchObject({ status: 'busy', previous: 'stale', since: iso(at) });
    const [idle] = statuses(state.read(reads(agent('a', { since: iso(at + 1) })), at + 1));
    expect(idle).toMatchObject({ status: 'idle', previous: 'busy', since: iso(at + 1) });
  });

  it('never touches an agent whose last sign is unknown or unreadable', () => {
    const state = newState();
    state.read(reads(worker('a', T0, { last_active: null }), worker('b', T0, { last_active: 'soon' })), T0);
    expect(state.tick(T0 + 1000 * MINUTE)).toEqual([]);
  });
});

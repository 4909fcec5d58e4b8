import { describe, expect, it } from 'vitest';
import { emptyReading, emptySnapshot, applyEvent } from '../../../src/protocol/index.js';
import { createState } from '../../../src/state/index.js';
import { agentOf } from '../../support/agents.js';

const T = Date.UTC(2026, 2, 2);
const HOUR = 3_600_000;

describe('a clock that ran ahead', () => {
  it('leaves no agent stale when it is put right', () => {
    const state = createState({ staleAfterMs: 600_000, newId: () => 'id' });
    const evidence = { file: 'state.json', field: 'status', value: 'busy' };
    const agent = agentOf('a', {
      status: 'busy',
      normalized_status: 'busy',
      evidence,
      last_active: new Date(T).toISOString(),
    });
    state.read({ ...emptyReading(T), agents: new Map([['a', { agent, broken: null, memory: {} }]]) }, T);
    const statuses = (now: number) => state.tick(now).map(({ data }) => ('status' in data ? data.status : null));
    expect(statuses(T + HOUR)).toEqual(['stale']);
    expect(statuses(T + HOUR)).toEqual([]);
    expect(statuses(T + 1000)).toEqual(['busy']);
    expect(statuses(T + 1000)).toEqual([]);
    expect(state.snapshot.agents.get('a')).toMatchObject({ normalized_status: 'busy', since: agent.last_active });
  });
});

describe('an office file that goes', () => {
  it('is told in the form that every client reads, and is no office afterwards, here and in a mirror', () => {
    const state = createState({ staleAfterMs: 600_000, newId: () => 'id' });
    const office = { positions: { a: { x: 1, y: 2, zone: 'z' } } };
    state.read({ ...emptyReading(T), office: { office } }, T);
    const drafts = state.read({ ...emptyReading(T), office: { office: null } }, T);
    expect(drafts).toEqual([{ type: 'agent_position', data: { positions: {} }, at: T }]);
    expect(state.snapshot.office).toBeNull();
    const mirror = { ...emptySnapshot(), office };
    for (const draft of drafts) applyEvent(mirror, draft);
    expect(mirror.office).toBeNull();
    expect(state.read({ ...emptyReading(T), office: { office: { positions: {} } } }, T)).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import type { Agent, AgentReading, EventDraft } from '../../../src/protocol/index.js';
import { createState } from '../../../src/state/index.js';
import { agent, agentTask, ids, reads, STALE_AFTER, T0 } from './readings.js';

function activities(drafts: EventDraft[]) {
  return drafts.filter((draft) => draft.type === 'agent_activity').map((draft) => draft.data.activity);
}

/** What follows from one state of an agent after another. */
function between(before: Partial<Agent>, after: Partial<Agent>) {
  const state = createState({ staleAfterMs: STALE_AFTER, newId: ids() });
  state.read(reads(agent('a', before)), T0);
  return state.read(reads(agent('a', after)), T0);
}

describe('tasks of an agent', () => {
  it('start and finish as they appear and leave, after the agent’s status', () => {
    const drafts = between({ tasks: [agentTask('Old')] }, { tasks: [agentTask('New')] });
    expect(drafts.map(({ type }) => type)).toEqual(['agent_status', 'agent_activity', 'agent_activity']);
    expect(activities(drafts)).toEqual([
      { action: 'task_finished', task: 'Old' },
      { action: 'task_started', task: 'New' },
    ]);
  });

  it('say nothing of an agent that was not known before', () => {
    const state = createState({ staleAfterMs: STALE_AFTER, newId: ids() });
    expect(activities(state.read(reads(agent('a', { tasks: [agentTask('New')] })), T0))).toEqual([]);
  });

  it('are the same task under another title when they have an id', () => {
    const drafts = between({ tasks: [agentTask('A', { id: '1' })] }, { tasks: [agentTask('B', { id: '1' })] });
    expect(activities(drafts)).toEqual([]);
  });

  it.each([
    [undefined, 'pending', []],
    [undefined, 'completed', []],
    [undefined, 'in_progress', ['task_started']],
    ['pending', 'in_progress', ['task_started']],
    ['pending', 'completed', ['task_finished']],
    ['pending', undefined, []],
    ['in_progress', 'completed', ['task_finished']],
    ['in_progress', 'failed', ['task_finished']],
    ['in_progress', 'blocked', []],
    ['in_progress', 'pending', []],
    ['in_progress', undefined, ['task_finished']],
    ['completed', undefined, []],
    ['completed', 'in_progress', ['task_started']],
  ] as const)('go from %s to %s', (before, after, actions) => {
    const tasks = (status: typeof before | typeof after) => ({ tasks: status ? [agentTask('T', { status })] : [] });
    expect(activities(between(tasks(before), tasks(after))).map(({ action }) => action)).toEqual(actions);
  });
});

describe('memories', () => {
  it('are written when a name is new or its time newer, but not when first seen or gone', () => {
    const state = createState({ staleAfterMs: STALE_AFTER, newId: ids() });
    const read = (memory: AgentReading['memory']) =>
      activities(state.read(reads({ agent: agent('a'), broken: null, memory }), T0));
    expect(read({ 'one.md': 1, 'two.md': 1 })).toEqual([]);
    expect(read({ 'one.md': 1, 'two.md': 1 })).toEqual([]);
    expect(read({ 'three.md': 5, 'one.md': 2, 'two.md': 1 })).toEqual([
      { action: 'memory_written', file: 'one.md' },
      { action: 'memory_written', file: 'three.md' },
    ]);
    expect(read({ 'one.md': 1 })).toEqual([]);
    state.read({ ...reads(), agents: new Map([['a', null]]) }, T0);
    expect(read({ 'one.md': 9 })).toEqual([]);
  });
});

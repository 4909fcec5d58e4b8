import { describe, expect, it } from 'vitest';
import { AGENT_STATUSES, type AgentStatus, type TaskStatus } from '../../../src/protocol/index.js';
import { byTrouble, sortRows, tasksByTrouble, TROUBLE_FIRST } from '../../../src/view/index.js';

const agent = (id: string, status: string) => ({ id, normalized_status: status as AgentStatus });

describe('the order of trouble', () => {
  it('has every status once', () => {
    expect(TROUBLE_FIRST.toSorted()).toEqual(AGENT_STATUSES.toSorted());
  });

  it('puts the loudest first, equals by id, and a status of another version last', () => {
    const agents = [
      agent('e', 'sleeping'),
      agent('d', 'unknown'),
      agent('c', 'idle'),
      agent('b', 'error'),
      agent('a', 'error'),
      agent('f', 'stale'),
      agent('g', 'waiting'),
    ];
    expect(agents.toSorted(byTrouble).map(({ id }) => id)).toEqual(['a', 'b', 'g', 'f', 'c', 'd', 'e']);
  });

  it('puts the tasks that need a person first, and leaves equals as they stood', () => {
    const tasks = (['completed', 'pending', 'blocked', 'failed', 'in_progress', 'blocked'] as TaskStatus[]).map(
      (status, at) => ({ status, at }),
    );
    expect(tasksByTrouble(tasks).map(({ at }) => at)).toEqual([3, 2, 5, 4, 1, 0]);
  });
});

describe('rows sorted by a column', () => {
  const rows = [
    { id: 'b', v: 2 },
    { id: 'c', v: null },
    { id: 'a', v: 2 },
    { id: 'd', v: 10 },
  ];
  const names = [
    { id: '1', v: 'beta' },
    { id: '2', v: 'Alpha' },
    { id: '3', v: null },
  ];

  it.each([
    [rows, false, 'abdc'],
    [rows, true, 'dabc'],
    [names, false, '213'],
    [names, true, '123'],
  ])('keep what is unknown at the end, %#', (given, descending, expected) => {
    const sorted = sortRows<{ id: string; v: number | string | null }>(given, ({ v }) => v, descending);
    expect(sorted.map(({ id }) => id).join('')).toBe(expected);
  });
});

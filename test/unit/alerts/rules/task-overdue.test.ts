import { describe, expect, it } from 'vitest';
import { dueEnd, taskOverdue } from '../../../../src/alerts/rules/task-overdue.js';
import type { Task } from '../../../../src/protocol/index.js';
import { agentsOf, judge, NOW, worldOf } from '../world.js';
import { taskOf } from './tasks.js';

const overdue = (...list: Task[]) =>
  judge(taskOverdue, worldOf({ agents: agentsOf({ id: 'api' }), tasks: new Map([['PENDING_TASKS.md', list]]) }));

describe('task_overdue', () => {
  it('finds open tasks past their date, together by agent', () => {
    const { found } = overdue(
      taskOf({ text: 'Late', due: '2026-02-27', assignee: 'api', line: 4 }),
      taskOf({ text: 'Later', due: '2026-02-20', assignee: 'api', line: 5 }),
      taskOf({ text: 'Nobody’s', due: '2026-02-28T10:00:00Z', assignee: 'stranger', line: 6 }),
      taskOf({ text: 'Done', due: '2026-02-01', status: 'completed' }),
    );
    expect(found).toMatchObject([
      { agent: 'api', value: 2, summary: 'overdue since 2026-02-20: Later, and 1 more' },
      {
        agent: null,
        value: 1,
        summary: 'overdue since 2026-02-28T10:00:00Z: Nobody’s',
        evidence: 'PENDING_TASKS.md line 6',
      },
    ]);
    expect(found[1]?.heldMs).toBe(NOW - Date.parse('2026-02-28T10:00:00Z'));
  });

  it('waits for the end of the day, and tells when that is', () => {
    const today = new Date(NOW);
    const due = [today.getFullYear(), today.getMonth() + 1, today.getDate()]
      .map((n) => String(n).padStart(2, '0'))
      .join('-');
    const { found, wakes } = overdue(taskOf({ due }));
    expect(found).toEqual([]);
    expect(wakes[0]).toBeGreaterThan(0);
    expect(wakes[0]).toBeLessThanOrEqual(86_400_001);
  });
});

describe('a due date', () => {
  it.each([
    ['2026-02-28T10:00:00Z', '2026-02-28T10:00:00.000Z'],
    ['2026-02-28 10:00+01:00', '2026-02-28T09:00:00.000Z'],
  ])('%s is over at %s', (due, end) => {
    expect(new Date(dueEnd(due) ?? 0).toISOString()).toBe(end);
  });

  it.each(['soon', '', '2026-02-30', '2026-02', '2026-02-28Tnoon', '9'.repeat(100_000), 'next 2026-02-01'])(
    '%.20s is not one',
    (due) => {
      expect(dueEnd(due)).toBeNull();
    },
  );
});

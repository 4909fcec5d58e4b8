import { describe, expect, it } from 'vitest';
import {
  addRow,
  EMPTY_QUEUE,
  nextId,
  type QueueRow,
  type RowState,
  retireRows,
  rowsOf,
  setRow,
} from '../../../src/demo/queue.js';
import { readTaskFile } from '../../../src/workspace/index.js';

const row = (id: number, state: RowState = 'pending'): QueueRow => ({
  id,
  title: `Task ${id}`,
  state,
  assignee: null,
  priority: 'P1',
});

const queueOf = (...rows: QueueRow[]) => rows.reduce((text, each) => addRow(text, each, 0), EMPTY_QUEUE);

describe('the demo’s queue', () => {
  it('reads back what it wrote', () => {
    const rows = [row(101), row(102, 'in_progress'), row(103, 'completed'), row(104, 'failed'), row(105, 'blocked')];
    expect(rowsOf(queueOf(...rows))).toEqual(rows);
    expect(nextId(queueOf(...rows))).toBe(106);
    expect(nextId(EMPTY_QUEUE)).toBe(101);
  });

  it('says the same to the reader of the workspace', () => {
    const text = queueOf(
      row(101),
      row(102, 'in_progress'),
      row(103, 'completed'),
      row(104, 'failed'),
      row(105, 'blocked'),
    );
    const reading = readTaskFile('mission-control/TASK_QUEUE.md', Buffer.from(text));
    expect('tasks' in reading && reading.tasks.map(({ id, status, priority }) => [id, status, priority])).toEqual([
      ['101', 'pending', 'P1'],
      ['102', 'in_progress', 'P1'],
      ['103', 'completed', 'P1'],
      ['104', 'failed', 'P1'],
      ['105', 'blocked', 'P1'],
    ]);
  });

  it('changes one row and leaves what others wrote as it is', () => {
    const text = `${queueOf(row(101), row(102))}\n- [ ] a task of yours | with a bar\n`;
    const changed = setRow(text, 102, 'in_progress', 'juno');
    expect(rowsOf(changed)[1]).toMatchObject({ state: 'in_progress', assignee: 'juno' });
    expect(changed.split('\n').filter((line, at) => line !== text.split('\n')[at])).toHaveLength(1);
  });

  it('takes a status that somebody else wrote', () => {
    const text = queueOf(row(101)).replace('🟡 PENDING', '✅ COMPLETED');
    expect(rowsOf(text)[0]?.state).toBe('completed');
  });

  it('keeps a few of the rows that are done and all of the others', () => {
    const rows = Array.from({ length: 20 }, (_, index) => row(101 + index, index % 2 ? 'completed' : 'pending'));
    const kept = rowsOf(retireRows(queueOf(...rows)));
    expect(kept.filter(({ state }) => state === 'completed').map(({ id }) => id)).toEqual([
      106, 108, 110, 112, 114, 116, 118, 120,
    ]);
    expect(kept.filter(({ state }) => state === 'pending')).toHaveLength(10);
  });
});

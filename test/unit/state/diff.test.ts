import { describe, expect, it } from 'vitest';
import { emptySnapshot, type Office, type Reading, type Task, type TaskFile } from '../../../src/protocol/index.js';
import { createState, diffReading } from '../../../src/state/index.js';
import { agent, ids, iso, reads, STALE_AFTER, T0, task, worker } from './readings.js';

const QUEUE: TaskFile = 'mission-control/TASK_QUEUE.md';
const office: Office = { positions: { a: { x: 1, y: 2, zone: 'ops_center' } }, hour: 6 };

function newState() {
  return createState({ staleAfterMs: STALE_AFTER, newId: ids() });
}

function withOffice(reading: Reading['office']): Reading {
  return reading ? { ...reads(), office: reading } : reads();
}

function withTasks(...tasks: Task[]): Reading {
  return { ...reads(), tasks: new Map([[QUEUE, { tasks, warnings: [] }]]) };
}

const refused = { refused: { place: 'line 3', reason: 'no JSON' } };

describe('office', () => {
  it('is told when it changed, and emptied once when its file is gone', () => {
    const state = newState();
    expect(state.read(withOffice({ office: null }), T0)).toEqual([]);
    expect(state.read(withOffice({ office }), T0)).toEqual([{ type: 'agent_position', data: office, at: T0 }]);
    expect(state.read(withOffice({ office: structuredClone(office) }), T0)).toEqual([]);
    const gone = state.read(withOffice({ office: null }), T0);
    expect(gone).toEqual([{ type: 'agent_position', data: { positions: {} }, at: T0 }]);
    expect(state.read(withOffice({ office: null }), T0)).toEqual([]);
  });

  it('stays as it was when its file is refused, which is told once until it is well again', () => {
    const state = newState();
    state.read(withOffice({ office }), T0);
    const [told, ...others] = state.read(withOffice(refused), T0);
    expect(others).toEqual([]);
    expect(told).toMatchObject({ type: 'notification', data: { level: 'warning', id: 'n1' } });
    expect(told?.data).toHaveProperty('message', expect.stringContaining('line 3: no JSON'));
    expect(state.snapshot.office).toEqual(office);
    expect(state.read(withOffice(refused), T0)).toEqual([]);
    expect(state.read(withOffice({ refused: { place: null, reason: 'empty' } }), T0)).toEqual([]);
    expect(state.read(withOffice({ office }), T0)).toEqual([]);
    expect(state.read(withOffice(refused), T0)).toHaveLength(1);
  });

  it('is refused when it is nested too deep for anyone to compare or send', () => {
    const state = newState();
    const deep = { positions: {}, extra: JSON.parse('['.repeat(5000) + ']'.repeat(5000)) as unknown };
    expect(state.read(withOffice({ office: deep }), T0).map(({ type }) => type)).toEqual(['notification']);
    expect(state.read(withOffice({ office: deep }), T0)).toEqual([]);
    expect(state.snapshot.office).toBeNull();
  });
});

describe('task files', () => {
  it('say what was added, changed, removed and moved', () => {
    const state = newState();
    expect(state.read(withTasks(task('a', 1), task('b', 2), task('c', 3)), T0)).toHaveLength(1);
    const changed = task('b', 3, { status: 'completed' });
    const [draft, ...others] = state.read(withTasks(task('new', 1), task('a', 2), changed), T0);
    expect(others).toEqual([]);
    expect(draft?.data).toEqual({
      type: 'task_queue_changed',
      path: QUEUE,
      added: [task('new', 1)],
      changed: [changed],
      removed: [task('c', 3)],
      moved: [{ key: 'a', line: 2 }],
    });
    expect(state.snapshot.tasks.get(QUEUE)).toEqual([task('new', 1), task('a', 2), changed]);
    expect(state.read(withTasks(task('new', 1), task('a', 2), changed), T0)).toEqual([]);
  });

  it('that are gone have lost their tasks; refused ones keep them', () => {
    const state = newState();
    state.read(withTasks(task('a', 1)), T0);
    const refusal: Reading = { ...reads(), tasks: new Map([[QUEUE, refused]]) };
    expect(state.read(refusal, T0).map(({ type }) => type)).toEqual(['notification']);
    expect(state.read(refusal, T0)).toEqual([]);
    expect(state.snapshot.tasks.get(QUEUE)).toHaveLength(1);
    expect(state.read(withTasks(), T0).map(({ type }) => type)).toEqual(['task_update']);
    expect(state.snapshot.tasks.size).toBe(0);
  });
});

describe('a reading', () => {
  it('is told in one order: agents, office, tasks, files, notifications', () => {
    const reading: Reading = {
      ...reads(agent('b'), agent('a')),
      office: { office },
      tasks: new Map<TaskFile, Reading['tasks'] extends Map<TaskFile, infer R> ? R : never>([
        ['PENDING_TASKS.md', refused],
        [QUEUE, { tasks: [task('a', 1)], warnings: [] }],
      ]),
      files: [{ path: 'mission-control/README.md', kind: 'changed' }],
    };
    const order = ['agent_status', 'agent_status', 'agent_position', 'task_update', 'file_change', 'notification'];
    expect(
      newState()
        .read(reading, T0)
        .map(({ type }) => type),
    ).toEqual(order);
  });

  it('is compared without changing the snapshot', () => {
    const snapshot = emptySnapshot();
    const drafts = diffReading(snapshot, reads(agent('a')), { now: T0, staleAfterMs: STALE_AFTER, newId: ids() });
    expect(drafts).toHaveLength(1);
    expect(snapshot).toEqual(emptySnapshot());
  });

  it('holds no state above the limit, and none too deep', () => {
    const state = newState();
    const large = { text: 'ü'.repeat(200_000) };
    const deep = JSON.parse('['.repeat(50_000) + ']'.repeat(50_000)) as unknown;
    const tasks = [deep];
    state.read(reads(agent('large', { state: large }), agent('deep', { state: deep, current_tasks: tasks })), T0);
    expect(state.snapshot.agents.get('large')?.state).toEqual({ $truncated: true, bytes: 400_011 });
    expect(state.snapshot.agents.get('deep')).toMatchObject({ state: { $truncated: true }, current_tasks: [] });
    expect(state.snapshot.agents.get('deep')?.warnings.map(({ place }) => place)).toEqual([null, 'current_tasks']);
  });

  it('of other events: what comes from elsewhere is applied as well', () => {
    const state = newState();
    const data = { id: 'x', title: 't', message: 'm', level: 'info' as const, data: {} };
    state.apply({ type: 'notification', data, at: T0 });
    expect(state.snapshot.notifications).toEqual([{ ...data, timestamp: iso(T0), acknowledged_at: null }]);
    state.read(reads(worker('a', T0)), T0);
    expect(state.snapshot.notifications).toHaveLength(1);
  });
});

describe('what was passed over in a file', () => {
  it('is told once, again when it is something else, and anew when it was well in between', () => {
    const state = newState();
    const read = (passedOver?: string[]) => {
      const tasks = { tasks: [], warnings: [], ...(passedOver ? { passedOver } : {}) };
      return state.read({ ...reads(), tasks: new Map([[QUEUE, tasks]]) }, T0);
    };
    expect(read(['more than 3,000 tasks'])).toMatchObject([
      {
        type: 'notification',
        data: {
          title: `${QUEUE} is not shown whole`,
          message: `${QUEUE}: more than 3,000 tasks.`,
          level: 'warning',
          data: { file: QUEUE, reason: 'more than 3,000 tasks' },
        },
      },
    ]);
    expect(read(['more than 3,000 tasks'])).toEqual([]);
    expect(read(['more than 200,000 lines'])).toHaveLength(1);
    expect(read()).toEqual([]);
    expect(read(['more than 200,000 lines'])).toHaveLength(1);
  });
});

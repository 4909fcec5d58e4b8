import { describe, expect, test } from 'vitest';
import { TASK_FILES, countTasks } from '../../../src/protocol/index.js';
import { listAgentIds, readAgents, readOfficeAt, readTaskFileAt } from '../../../src/workspace/index.js';
import { tempOffice } from './temp.js';

const AGENTS: Record<string, [status: string, warned: string | null]> = {
  analyst: ['idle', 'state.json'],
  api: ['active', null],
  archivist: ['unknown', 'state.json'],
  auditor: ['unknown', null],
  builder: ['active', null],
  courier: ['offline', null],
  designer: ['unknown', null],
  guest: ['unknown', null],
  marketer: ['unknown', null],
  researcher: ['unknown', null],
  scribe: ['unknown', 'state.json'],
  seller: ['unknown', null],
  template: ['unknown', 'agent.json'],
  tester: ['busy', null],
  trainee: ['active', null],
  watchman: ['unknown', null],
};

describe('the fixture office', () => {
  test('has 16 agents, and warnings on four of them that name file and reason', async () => {
    const root = await tempOffice();
    const { ids, refused } = await listAgentIds(root);
    expect(refused).toEqual([]);
    const readings = await readAgents(root, ids, Date.now(), { retryMs: 5 });
    const said = [...readings].map(([id, reading]) => [
      id,
      [reading?.agent.normalized_status, reading?.agent.warnings[0]?.file ?? null],
    ]);
    expect(Object.fromEntries(said)).toEqual(AGENTS);
    const agent = (id: string) => readings.get(id)?.agent;
    expect(agent('api')?.current_tasks).toEqual(['build_api', 'write_docs']);
    expect(agent('builder')?.current_tasks).toHaveLength(1);
    expect(agent('trainee')).toMatchObject({
      evidence: { file: 'agent.json', field: 'status', value: 'active' },
      heartbeat_interval: 300,
      tasks: [{ id: 'TASK-1771367241' }],
    });
    expect(agent('designer')).toMatchObject({ display_name: 'Prism', emoji: '🎨' });
    expect(agent('analyst')?.warnings.map(({ place }) => place)).toEqual([
      'current_tasks',
      'tasks_completed',
      'tasks_failed',
    ]);
    expect(readings.get('scribe')?.broken).toEqual({
      file: 'state.json',
      place: 'line 1, column 56',
      reason: 'the JSON ends in the middle (inside a string)',
    });
    expect(Object.keys(readings.get('builder')?.memory ?? {})).toEqual(['2026-02-17.md']);
  });

  test('has an office with coordinates for all nine positions', async () => {
    const said = await readOfficeAt(await tempOffice());
    if (!('office' in said) || said.office === null) throw new Error('refused');
    expect(said.office.hour).toBe(6);
    const places = Object.values(said.office.positions);
    expect(places).toHaveLength(9);
    expect(new Set(places.map(({ x, y }) => `${x} ${y}`)).size).toBe(9);
  });

  test('has 16 tasks', async () => {
    const root = await tempOffice();
    const tasks = [];
    for (const file of TASK_FILES) {
      const reading = await readTaskFileAt(root, file);
      if ('refused' in reading) throw new Error(reading.refused.reason);
      expect(reading.warnings).toEqual([]);
      tasks.push(...reading.tasks);
    }
    expect(countTasks(tasks)).toEqual({
      pending: 8,
      in_progress: 3,
      completed: 3,
      failed: 1,
      blocked: 1,
      delegated: 0,
    });
    expect(tasks).toHaveLength(16);
    expect(tasks.find(({ text }) => text === 'handle [x] case in parser')?.status).toBe('pending');
    expect(tasks.find(({ id }) => id === '1771366041')).toMatchObject({
      text: 'Check the mirror',
      status: 'pending',
      assignee: 'watchman',
      priority: 'P2',
    });
  });
});

import { chmod, lstat, mkdir, readFile, readdir, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TASK_FILES } from '../../../src/protocol/index.js';
import {
  appendTasks,
  mergeReport,
  patchTask,
  readAgentAt,
  readOfficeAt,
  readTaskFileAt,
} from '../../../src/workspace/index.js';
import { put, tempOffice, tempWorkspace } from './temp.js';

const NOW = Date.parse('2026-02-18T03:40:00Z');
const AGENTS = 'mission-control/agents';
const OFFICE = 'mission-control/current_office_state.json';
const text = (root: string, path: string) => readFile(join(root, path), 'utf8');

describe('mergeReport', () => {
  test('writes status, task, counters and zone; the reader sees them', async () => {
    const root = await tempOffice();
    await chmod(join(root, AGENTS, 'builder/state.json'), 0o600);
    await mergeReport(
      root,
      'builder',
      { status: 'busy', task: 'Ship', zone: 'ops_center', counters: { tasks_completed: 8 } },
      { now: NOW },
    );
    const agent = (await readAgentAt(root, 'builder'))?.agent;
    expect(agent).toMatchObject({
      status: 'busy',
      current_tasks: [{ description: 'Ship', priority: 'P1' }],
      counters: { tasks_completed: 8 },
      warnings: [],
    });
    expect((await stat(join(root, AGENTS, 'builder/state.json'))).mode & 0o777).toBe(0o600);
    const said = await readOfficeAt(root);
    expect('office' in said && said.office?.positions.builder?.zone).toBe('ops_center');
    expect(await text(root, OFFICE)).toContain('"builder": "ops_center"');
    expect(await readdir(join(root, AGENTS, 'builder'))).toHaveLength(3);
  });

  test('begins a state.json where there is none', async () => {
    const root = await tempOffice();
    await mergeReport(root, 'guest', { status: 'idle' }, { now: NOW });
    expect((await readAgentAt(root, 'guest'))?.agent.status).toBe('idle');
  });

  test('never overwrites what it cannot read', async () => {
    const root = await tempOffice();
    const before = await text(root, `${AGENTS}/scribe/state.json`);
    const report = mergeReport(root, 'scribe', { status: 'idle' }, { now: NOW, retryMs: 5 });
    await expect(report).rejects.toMatchObject({
      code: 'state.unreadable',
      message: 'state.json of scribe: the JSON ends in the middle (inside a string) (line 1, column 56)',
    });
    expect(await text(root, `${AGENTS}/scribe/state.json`)).toBe(before);
    await expect(mergeReport(root, 'archivist', {}, { now: NOW, retryMs: 5 })).rejects.toMatchObject({
      code: 'state.unreadable',
    });
    await mkdir(join(root, AGENTS, 'seller/state.json'));
    await expect(mergeReport(root, 'seller', {}, { now: NOW })).rejects.toMatchObject({
      message: 'state.json of seller: is a directory',
    });
  });

  test.each(['', ' \n', '\0\0\0\0'])('begins anew a file that was made and never filled: %j', async (empty) => {
    const root = await tempOffice();
    await put(root, `${AGENTS}/api/state.json`, empty);
    await put(root, OFFICE, empty);
    await mergeReport(root, 'api', { status: 'busy', zone: 'roof' }, { now: NOW, retryMs: 5 });
    expect((await readAgentAt(root, 'api'))?.agent.status).toBe('busy');
    expect(await text(root, OFFICE)).toContain('"api": "roof"');
  });

  test.each([
    ['numbers that no double holds', '{"id":1234567890123456789, "big":1e400,\t"status":"idle", "last_active":"x"}'],
    ['keys that come twice', '{"a":1,"a":2,"status":"idle","last_active":"x"}'],
    ['a BOM, CRLF and tabs', '\uFEFF{\r\n\t"status":"idle",\r\n\t"x" : [ 1,2 ],\r\n\t"last_active":"x"\r\n}\r\n\r\n'],
    ['escapes', '{"\\u0061\\/":"\\ud83d\\ude00","status":"idle","last_active":"x"}'],
  ])('keeps every byte it does not set: %s', async (_, before) => {
    const root = await tempOffice();
    await put(root, `${AGENTS}/api/state.json`, before);
    await mergeReport(root, 'api', { status: 'busy' }, { now: NOW, retryMs: 5 });
    const expected = before
      .replace('"idle"', '"busy"')
      .replace('"last_active":"x"', `"last_active":"${new Date(NOW).toISOString()}"`);
    expect(await text(root, `${AGENTS}/api/state.json`)).toBe(expected);
  });

  test('comments are not JSON: the file stays as it is', async () => {
    const root = await tempOffice();
    await put(root, `${AGENTS}/api/state.json`, '{"a":1} // mine');
    await expect(mergeReport(root, 'api', {}, { now: NOW, retryMs: 5 })).rejects.toMatchObject({
      code: 'state.unreadable',
    });
    expect(await text(root, `${AGENTS}/api/state.json`)).toBe('{"a":1} // mine');
  });

  test('writes nothing when the office is broken', async () => {
    const root = await tempOffice();
    await put(root, OFFICE, '{"positions": {');
    const before = await text(root, `${AGENTS}/api/state.json`);
    await expect(
      mergeReport(root, 'api', { status: 'idle', zone: 'x' }, { now: NOW, retryMs: 5 }),
    ).rejects.toMatchObject({
      code: 'state.unreadable',
    });
    expect(await text(root, `${AGENTS}/api/state.json`)).toBe(before);
  });

  test.each(['nobody', '', '..', '../agents/api', 'README.md', '.git', 'a\0b'])('%j is no agent', async (id) => {
    const root = await tempOffice();
    await expect(mergeReport(root, id, {}, { now: NOW })).rejects.toMatchObject({ code: 'agent.not_found' });
  });

  test('does not write through links that lead out', async () => {
    const root = await tempOffice();
    const outside = await tempWorkspace();
    const target = await put(outside, 'state.json', '{}');
    await symlink(outside, join(root, AGENTS, 'linked'));
    await symlink(target, join(root, AGENTS, 'guest/state.json'));
    await expect(mergeReport(root, 'linked', {}, { now: NOW })).rejects.toMatchObject({ code: 'file.refused' });
    await expect(mergeReport(root, 'guest', {}, { now: NOW })).rejects.toMatchObject({ code: 'file.refused' });
    expect(await readFile(target, 'utf8')).toBe('{}');
  });

  test('keeps a link that stays inside', async () => {
    const root = await tempOffice();
    await put(root, 'elsewhere.json', '{"status":"idle"}');
    await symlink('../../../elsewhere.json', join(root, AGENTS, 'guest/state.json'));
    await mergeReport(root, 'guest', { status: 'busy' }, { now: NOW });
    expect((await lstat(join(root, AGENTS, 'guest/state.json'))).isSymbolicLink()).toBe(true);
    expect(await text(root, 'elsewhere.json')).toContain('"busy"');
  });

  test.each([
    [{ status: ' ' }, 'status must not be empty'],
    [{ zone: '' }, 'zone must not be empty'],
    [{ counters: { cost: -1 } }, 'cost must be a number from 0 up'],
    [{ counters: JSON.parse('{"x": 1}') as object }, 'no counter is named x'],
  ])('%j is refused', async (report, message) => {
    await expect(mergeReport(await tempOffice(), 'api', report, { now: NOW })).rejects.toMatchObject({
      code: 'input.invalid',
      message,
    });
  });

  test('many at once lose nothing', async () => {
    const root = await tempOffice();
    const zones = Array.from({ length: 20 }, (_, n) =>
      mergeReport(
        root,
        n % 2 ? 'api' : 'tester',
        { zone: `z${n}`, counters: n % 2 ? { cost: n } : { idle_time: n } },
        { now: NOW },
      ),
    );
    await Promise.all(zones);
    expect((await readAgentAt(root, 'api'))?.agent.counters).toMatchObject({ cost: 19, tasks_completed: 9 });
    expect(await text(root, OFFICE)).toContain('"tester": "z18"');
  });
});

describe('appendTasks', () => {
  test('gives ids that no task file has, also when called at once', async () => {
    const root = await tempOffice();
    await put(root, 'PENDING_TASKS.md', '- [ ] TASK-AUTO-007: x\n');
    const all = await Promise.all([
      appendTasks(root, [{ title: 'a' }], { now: NOW }),
      appendTasks(root, [{ title: 'b' }, { title: 'c' }], { now: NOW, source: 'test' }),
    ]);
    expect(all.flatMap(({ ids }) => ids)).toEqual(['TASK-AUTO-008', 'TASK-AUTO-009', 'TASK-AUTO-010']);
    const reading = await readTaskFileAt(root, 'mission-control/PENDING_TASKS.md');
    expect('tasks' in reading && reading.tasks.map(({ text }) => text)).toEqual(['Tidy the archive', 'a', 'b', 'c']);
  });

  test('begins the file and its directory; refuses nothing to do and ids that are taken', async () => {
    const root = await tempWorkspace();
    expect(await appendTasks(root, [{ id: 'T-1' }], { now: NOW })).toEqual({
      file: 'mission-control/PENDING_TASKS.md',
      ids: ['T-1'],
    });
    await expect(appendTasks(root, [], { now: NOW })).rejects.toMatchObject({
      code: 'input.invalid',
      message: 'No tasks provided',
    });
    await expect(appendTasks(root, [{ id: 'T-1' }], { now: NOW })).rejects.toMatchObject({ code: 'input.invalid' });
  });
});

test('nothing is begun where the workspace has vanished', async () => {
  const root = join(await tempWorkspace(), 'gone');
  await expect(appendTasks(root, [{ title: 'x' }], { now: NOW })).rejects.toMatchObject({ code: 'workspace.missing' });
  await expect(stat(root)).rejects.toMatchObject({ code: 'ENOENT' });
});

describe('patchTask', () => {
  test('every task of the fixture can be done, and all other lines stay', async () => {
    const root = await tempOffice();
    for (const file of TASK_FILES) {
      const reading = await readTaskFileAt(root, file);
      if ('refused' in reading) throw new Error('refused');
      for (const { key } of reading.tasks) {
        const before = (await text(root, file)).split('\n');
        const task = await patchTask(root, key, { status: 'completed', assignee: 'zed', priority: 'P3' });
        expect(task).toMatchObject({ key, status: 'completed', assignee: 'zed', priority: 'P3' });
        const after = (await text(root, file)).split('\n');
        expect(before.filter((line) => !after.includes(line)).length).toBeLessThanOrEqual(4);
      }
    }
    expect(await text(root, 'mission-control/TASK_QUEUE.md')).toContain(
      '| 31 | Map the zones | ✅ COMPLETED | zed | P3 | 2026-02-17 06:45 | 2026-02-19 |',
    );
    expect(await text(root, 'PENDING_TASKS.md')).toContain('- **Status:** ✅ COMPLETED');
    expect(JSON.parse(await text(root, 'mission-control/TASK_QUEUE.json'))).toMatchObject({
      nextId: 3,
      tasks: [{ status: 'completed' }, {}],
    });
  });

  test('says what is wrong', async () => {
    const root = await tempOffice();
    const key = 'PENDING_TASKS.md#TASK-037';
    await expect(patchTask(root, 'PENDING_TASKS.md#TASK-1', {})).rejects.toMatchObject({ code: 'task.not_found' });
    await expect(patchTask(root, 'other.md#TASK-1', {})).rejects.toMatchObject({ code: 'task.not_found' });
    await expect(patchTask(await tempWorkspace(), key, {})).rejects.toMatchObject({ code: 'task.not_found' });
    await expect(patchTask(root, key, { priority: 'P9' })).rejects.toMatchObject({ code: 'input.invalid' });
    await expect(patchTask(root, key, { status: 'odd' as 'pending' })).rejects.toMatchObject({ code: 'input.invalid' });
    await put(root, 'mission-control/TASK_QUEUE.json', '{"tasks": [');
    await expect(patchTask(root, 'mission-control/TASK_QUEUE.json#x', {})).rejects.toMatchObject({
      code: 'state.unreadable',
    });
  });

  test('a patch that changes nothing writes nothing', async () => {
    const root = await tempOffice();
    const before = (await stat(join(root, 'PENDING_TASKS.md'))).ino;
    await patchTask(root, 'PENDING_TASKS.md#TASK-039', { status: 'blocked' });
    expect((await stat(join(root, 'PENDING_TASKS.md'))).ino).toBe(before);
  });
});

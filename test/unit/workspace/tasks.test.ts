import * as fc from '../../support/property.js';
import { describe, expect, test } from 'vitest';
import { TASK_FILES, TASK_STATUSES, type Task } from '../../../src/protocol/index.js';
import { readTaskFile } from '../../../src/workspace/index.js';
import { isBareStatus, taskStatusOf, writeStatus } from '../../../src/workspace/tasks/words.js';
import { anyTaskLine } from './lines.js';
import { numRuns } from './runs.js';

const MD = 'mission-control/TASK_QUEUE.md';
const JSON_FILE = 'mission-control/TASK_QUEUE.json';

function said(text: string, file: (typeof TASK_FILES)[number] = MD) {
  const reading = readTaskFile(file, Buffer.from(text));
  if ('refused' in reading) throw new Error(reading.refused.reason);
  return reading;
}

const tasksOf = (text: string, file?: (typeof TASK_FILES)[number]): Task[] => said(text, file).tasks;

describe('check boxes', () => {
  test.each([
    ['- [ ] a', 'pending'],
    ['- [x] a', 'completed'],
    ['- [X] a', 'completed'],
    ['* [ ] a', 'pending'],
    ['+ [-] a', 'in_progress'],
    ['1. [~] a', 'in_progress'],
    ['12) [x] a', 'completed'],
    ['   - [ ] a', 'pending'],
    ['> - [ ] a', 'pending'],
    ['- [ ] a 🔴 FAILED', 'failed'],
    ['- [ ] a ⏳ BLOCKED', 'blocked'],
    ['- [ ] a ⚪ DELEGATED', 'delegated'],
    ['- [x] a 🔴 FAILED', 'completed'],
  ])('%s is %s', (line, status) => {
    expect(tasksOf(line).map((task) => task.status)).toEqual([status]);
  });

  test.each([
    '- [ ]',
    '- [ ]  ',
    '-[ ] a',
    '[ ] a',
    '- [] a',
    '- [y] a',
    '- 🟡 **PENDING** - a legend',
    '```\n- [ ] a\n```',
    '~~~\n- [ ] a',
  ])('%j is none', (text) => {
    expect(tasksOf(text)).toEqual([]);
  });

  test('the first box on the line counts; the text is everything after it', () => {
    expect(tasksOf('# x\r\n\r\n- [ ] handle [x] case  \r\n')).toMatchObject([
      { text: 'handle [x] case', status: 'pending', line: 3 },
    ]);
  });

  test.each([
    ['TASK-041: write @scribe P1', { id: 'TASK-041', assignee: 'scribe', priority: 'P1' }],
    ['**P1** TASK-041: write', { id: 'TASK-041', priority: 'P1' }],
    ['**TASK-041** write', { id: 'TASK-041' }],
    ['[OPS-7] write', { id: 'OPS-7' }],
    ['TASK-041 write', { id: 'TASK-041' }],
    ['UTF-8 support', { id: null }],
    ['see TASK-041', { id: null }],
    ['mail a@b.c about XP2', { assignee: null, priority: null }],
    ['ask @"Data Team", then @second.', { assignee: 'Data Team' }],
    ['ask @ünal.', { assignee: 'ünal' }],
    ['high', { priority: null }],
  ])('%s', (text, fields) => {
    expect(tasksOf(`- [ ] ${text}`)).toMatchObject([{ text, ...fields }]);
  });
});

describe('tables', () => {
  const HEAD = '| ID | Task | Status | Assigned To |\n|---|:--|---|---|\n';

  test('rows with escapes, empty and filler rows', () => {
    const rows = [
      '| 1 | a \\| b | 🟢 IN PROGRESS | - |',
      '| - | - | - | - |',
      '| | No pending tasks | | |',
      '| 2 | b | **done** | bob |',
      '| | | | |',
    ];
    expect(tasksOf(HEAD + rows.join('\n'))).toMatchObject([
      { id: '1', text: 'a | b', status: 'in_progress', assignee: null, line: 3 },
      { id: '2', text: 'b', status: 'completed', assignee: 'bob', line: 6 },
    ]);
  });

  test('an unknown status in a table is pending with a warning', () => {
    expect(said(`${HEAD}| 1 | a | perhaps | x |`)).toMatchObject({
      tasks: [{ status: 'pending' }],
      warnings: [{ line: 3, reason: '"perhaps" is not a task status: read as pending' }],
    });
  });

  test('a table without a status or a task column holds none', () => {
    expect(tasksOf('| Task Type | Primary |\n|---|---|\n| Research | bob |\n')).toEqual([]);
    expect(tasksOf('| Status | Meaning |\n|---|---|\n| PENDING | waits |\n')).toEqual([]);
  });

  test('appended rows go by the last task table as wide, wherever they stand', () => {
    const matrix = '\n| Type | Agent |\n|---|---|\n| x | y |\n| 3 | c | PENDING | al |\n';
    expect(tasksOf(`${HEAD}| 1 | a | DONE | x |\n${matrix}`).map(({ id }) => id)).toEqual(['1', '3']);
    expect(
      tasksOf(`${HEAD}\ntext\n| 4 | d | 🔴 FAILED | al |\n| 5 | e | what | al |\n| 6 | f | DONE |\n`),
    ).toMatchObject([{ id: '4', status: 'failed', assignee: 'al' }]);
  });

  test('where the table has no such column the text speaks', () => {
    expect(tasksOf('| Task | Status |\n|-|-|\n| do @bob P0 | new |')).toMatchObject([
      { id: null, assignee: 'bob', priority: 'P0' },
    ]);
  });
});

describe('blocks', () => {
  test('with and without Markdown around the title', () => {
    const text = [
      '## P0 now',
      '### **TASK-037: Map**',
      '',
      '- **Assigned:** a + b',
      '- **Status:** ⏳ NOT STARTED',
      '',
      'TASK-AUTO-001: Tidy \\[x\\] @bob',
      '- Assigned: Unassigned',
      '- Status: 🔵 IN PROGRESS',
      '- Priority: high',
      '## later',
      '**OPS-2:** Title',
      '* __Due__: TBD',
      '* Status: 🔴 FAILED',
    ].join('\n');
    expect(tasksOf(text)).toMatchObject([
      { id: 'TASK-037', text: 'Map', assignee: 'a + b', priority: 'P0', status: 'pending', line: 2 },
      { id: 'TASK-AUTO-001', text: 'Tidy [x] @bob', assignee: null, priority: 'P1', status: 'in_progress', line: 7 },
      { id: 'OPS-2', text: 'Title', due: 'TBD', priority: null, status: 'failed' },
    ]);
  });

  test('a title alone, a plain sentence and a list of other things are none', () => {
    expect(tasksOf('### TASK-1: x\ntext')).toEqual([]);
    expect(tasksOf('Notes: x\n- Assigned: y')).toEqual([]);
    expect(tasksOf('TASK-1: x\n- Colour: red')).toEqual([]);
    expect(tasksOf('TASK-1: x\n\n\n- Status: done')).toEqual([]);
  });

  test('any word may be an id when a status stands right below', () => {
    expect(tasksOf('42: Answer\n- Status: done')).toMatchObject([{ id: '42', status: 'completed' }]);
  });

  test('an unknown status is pending with a warning', () => {
    expect(said('TASK-1: x\n- Status: who knows').warnings).toEqual([
      { line: 2, reason: '"who knows" is not a task status: read as pending' },
    ]);
  });
});

describe('JSON', () => {
  test('reads fields, lines and subtasks', () => {
    const text =
      '{"nextId": 03,\n "tasks": [\n  {"id": 7, "title": "a @bob", "status": "DONE", "due_date": "x"},\n  "plain",\n  {"id": "b", "completed": true, "subtasks": ["s", 4]}, 5, {}\n]}';
    const { tasks, warnings } = said(text, JSON_FILE);
    expect(tasks).toMatchObject([
      { key: `${JSON_FILE}#7`, id: '7', text: 'a @bob', status: 'completed', assignee: 'bob', due: 'x', line: 3 },
      { id: null, text: 'plain', status: 'pending', line: 4 },
      { id: 'b', text: 'b', status: 'completed', line: 5, subtasks: [{ id: null, text: 's', status: 'pending' }] },
    ]);
    expect(warnings).toEqual([
      { line: 5, reason: 'expected a task, found a number' },
      { line: 5, reason: 'a task without id and description' },
    ]);
  });

  test('a bare list counts; an unknown status is a warning', () => {
    expect(said('[{"id":"a","status":"odd"},{"id":"b","status":4}]', JSON_FILE)).toMatchObject({
      tasks: [{ status: 'pending' }, { status: 'pending' }],
      warnings: [
        { reason: '"odd" is not a task status: read as pending' },
        { reason: 'a number is not a task status: read as pending' },
      ],
    });
  });

  test.each([
    ['{"tasks": [', { place: 'line 1, column 12', reason: 'the JSON ends in the middle' }],
    ['{"tasks": {}}', { place: 'tasks', reason: 'expected a list, found an object' }],
    ['4', { place: 'tasks', reason: 'expected a list, found a number' }],
  ])('refuses %s', (text, refused) => {
    expect(readTaskFile(JSON_FILE, Buffer.from(text))).toEqual({ refused });
  });
});

describe('keys', () => {
  test('by id, else by text and ordinal; a repeated id is told apart', () => {
    const keys = tasksOf('- [ ] TASK-1: a\n- [ ] TASK-1: a\n- [ ] b\n- [ ] b\n').map(({ key }) => key);
    expect(keys[0]).toBe(`${MD}#TASK-1`);
    expect(keys[1]).toMatch(/#~[0-9a-f]{8}$/);
    expect(new Set(keys).size).toBe(4);
  });

  test('outlive edits elsewhere and what a patch may add', () => {
    const key = (text: string) => tasksOf(text).at(-1)?.key;
    expect(key('# new\n- [ ] other\n- [x] **b** @bob P1 🔴 FAILED')).toBe(key('- [ ] b'));
  });
});

describe('status words', () => {
  test.each([
    ['🟡 PENDING', 'pending'],
    ['⏳ NOT STARTED', 'pending'],
    ['⏳ PLANNED', 'pending'],
    ['⏳ WAITING for keys', 'pending'],
    ['🔵 IN PROGRESS', 'in_progress'],
    ['🟢 IN PROGRESS (50%)', 'in_progress'],
    ['in-progress', 'in_progress'],
    ['🟢 **COMPLETED**', 'completed'],
    ['✅ COMPLETED 2026-02-17', 'completed'],
    ['✅', 'completed'],
    ['🔴', 'failed'],
    ['⚪ DELEGATED', 'delegated'],
    ['⏳ BLOCKED', 'blocked'],
    ['newish', null],
    ['', null],
  ])('%s is %s', (text, status) => {
    expect(taskStatusOf(text)).toBe(status);
  });

  test('are written as the file writes them, else in the style of what stood there', () => {
    expect(writeStatus('completed', ['✅ Done', 'done on Monday'], '🟡 PENDING', false)).toBe('✅ Done');
    expect(writeStatus('completed', [], '🟡 PENDING', false)).toBe('✅ COMPLETED');
    expect(writeStatus('in_progress', [], 'pending', false)).toBe('in_progress');
    expect(writeStatus('in_progress', [], 'PENDING', false)).toBe('IN PROGRESS');
    expect(writeStatus('pending', [], '✅ COMPLETED', true)).toBe('⏳ NOT STARTED');
    expect(isBareStatus('COMPLETED (late)')).toBe(false);
  });

  test('what is written is read as meant', () => {
    for (const status of TASK_STATUSES) {
      for (const old of ['', '🟡 PENDING', 'pending', 'PENDING', '⏳']) {
        expect(taskStatusOf(writeStatus(status, [], old, false))).toBe(status);
        expect(taskStatusOf(writeStatus(status, [], old, true))).toBe(status);
      }
    }
  });
});

test('no bytes make readTaskFile throw, and keys are unique', () => {
  const markdown = fc.array(anyTaskLine, { maxLength: 20 }).map((lines) => Buffer.from(lines.join('\n')));
  const json = fc.jsonValue().map((value) => Buffer.from(JSON.stringify({ tasks: value })));
  fc.assert(
    fc.property(
      fc.oneof(markdown, json, fc.uint8Array({ maxLength: 100 })),
      fc.constantFrom(...TASK_FILES),
      (bytes, file) => {
        const reading = readTaskFile(file, bytes);
        if ('refused' in reading) return;
        expect(new Set(reading.tasks.map(({ key }) => key)).size).toBe(reading.tasks.length);
      },
    ),
    { numRuns: numRuns(500) },
  );
});

import * as fc from '../../support/property.js';
import { describe, expect, test } from 'vitest';
import { TASK_STATUSES, type TaskFile, type TaskPatch } from '../../../src/protocol/index.js';
import { placeTasks } from '../../../src/workspace/index.js';
import { patchTaskBytes } from '../../../src/workspace/tasks/patch.js';
import { anyTaskLine } from './lines.js';
import { numRuns } from './runs.js';

function placed(file: TaskFile, bytes: Uint8Array) {
  const said = placeTasks(file, bytes);
  return 'placed' in said ? said.placed : [];
}

/** The text after its nth task is patched. */
function patched(text: string, patch: TaskPatch, nth = 0, file: TaskFile = 'PENDING_TASKS.md'): string {
  const bytes = Buffer.from(text);
  const tasks = placed(file, bytes);
  const task = tasks[nth];
  if (task === undefined) throw new Error('no such task');
  return patchTaskBytes(bytes, tasks, task.place, patch).toString();
}

describe('boxes', () => {
  test.each([
    ['- [ ] a', { status: 'completed' }, '- [x] a'],
    ['- [X] b\n- [ ] a', { status: 'completed' }, '- [X] b\n- [X] a'],
    ['- [~] b\n- [ ] a', { status: 'in_progress' }, '- [~] b\n- [~] a'],
    ['* [x] a', { status: 'in_progress' }, '* [-] a'],
    ['- [ ] a', { status: 'failed' }, '- [ ] a 🔴 FAILED'],
    ['- [ ] a 🔴 FAILED', { status: 'blocked' }, '- [ ] a ⏳ BLOCKED'],
    ['- [ ] a 🔴 FAILED', { status: 'completed' }, '- [x] a'],
    ['- [x] a', { status: 'completed' }, '- [x] a'],
    ['- [ ] a', { assignee: 'bob', priority: 'P1' }, '- [ ] a @bob P1'],
    ['- [ ] a @al. P2 b', { assignee: 'bob', priority: 'P0' }, '- [ ] a @bob. P0 b'],
    ['- [ ] a ⏳ BLOCKED', { assignee: 'Data Team' }, '- [ ] a @"Data Team" ⏳ BLOCKED'],
    ['- [ ] a @al', { assignee: '' }, '- [ ] a'],
    ['- [ ] [x] a\r\n', { status: 'completed' }, '- [x] [x] a\r\n'],
  ] as [string, TaskPatch, string][])('%j %j', (text, patch, after) => {
    expect(patched(text, patch, text.split('\n').filter((line) => line.includes('[')).length - 1)).toBe(after);
  });
});

describe('rows', () => {
  const HEAD = '| ID | Task | Status | Assigned To | Priority |\n|---|---|---|---|---|\n';
  test.each([
    ['| 1 | a | 🟡 PENDING  | - | P2 |', { status: 'completed' }, '| 1 | a | ✅ COMPLETED  | - | P2 |'],
    [
      '| 1 | a | pending |  | |',
      { status: 'in_progress', assignee: 'x | y', priority: 'P0' },
      '| 1 | a | in_progress | x \\| y | P0|',
    ],
    ['| 1 | a | DONE | bob | P1 |', { assignee: '' }, '| 1 | a | DONE | - | P1 |'],
    ['| 1 | a | DONE |', { assignee: 'bob' }, '| 1 | a | DONE | bob |'],
  ] as [string, TaskPatch, string][])('%s %j', (row, patch, after) => {
    expect(patched(HEAD + row, patch)).toBe(HEAD + after);
  });

  test("takes the file's own word, and the text where there is no column", () => {
    const text = '| Task | Status |\n|--|--|\n| a | 🟡 PENDING |\n| b | ✔ Done |\n';
    expect(patched(text, { status: 'completed', assignee: 'bob' })).toBe(
      text.replace('| a | 🟡 PENDING |', '| a @bob | ✔ Done |'),
    );
  });
});

describe('blocks', () => {
  test.each([
    ['T-1: a\n- Status: ⏳ NOT STARTED\nrest', { status: 'in_progress' }, 'T-1: a\n- Status: 🔵 IN PROGRESS\nrest'],
    ['T-1: a\n- Status: ✅ COMPLETED', { status: 'pending' }, 'T-1: a\n- Status: ⏳ NOT STARTED'],
    [
      '### **T-1: a**\r\n- **Assigned:** b\r\n\r\nend',
      { priority: 'P1', status: 'failed' },
      '### **T-1: a**\r\n- **Assigned:** b\r\n- **Status:** 🔴 FAILED\r\n- **Priority:** P1\r\n\r\nend',
    ],
    ['T-1: a\n- Assigned: b\n- Status: done', { assignee: '' }, 'T-1: a\n- Assigned: Unassigned\n- Status: done'],
  ] as [string, TaskPatch, string][])('%j %j', (text, patch, after) => {
    expect(patched(text, patch)).toBe(after);
  });
});

describe('JSON', () => {
  const patchJson = (text: string, patch: TaskPatch, nth = 0) =>
    patched(text, patch, nth, 'mission-control/TASK_QUEUE.json');
  test.each([
    [
      '{"tasks":[{"id":"a","status":"pending"}],"n":01}',
      { status: 'completed' },
      '{"tasks":[{"id":"a","status":"completed"}],"n":01}',
    ],
    [
      '[{"id":"a","status":"todo","owner":1}]',
      { assignee: 'é' },
      '[{"id":"a","status":"todo","owner":1,"assignedTo":"é"}]',
    ],
    [
      '{"tasks":[{"id":"a","assignee":"x","priority":"P1","completed":true}]}',
      { status: 'pending', assignee: '', priority: 'P0' },
      '{"tasks":[{"id":"a","assignee":null,"priority":"P0","completed":false, "status":"pending"}]}',
    ],
    ['{"tasks":["do"]}', { status: 'completed' }, '{"tasks":[{"description":"do","status":"completed"}]}'],
  ] as [string, TaskPatch, string][])('%s %j', (text, patch, after) => {
    expect(JSON.parse(patchJson(text, patch).replace('01}', '1}'))).toEqual(JSON.parse(after.replace('01}', '1}')));
  });

  test("keeps every other byte and takes the file's own word", () => {
    const text =
      '\uFEFF{ "tasks" : [\r\n\t{ "id":"a", "status" : "open" },\r\n\t{"id": "b","status":"DONE"}\r\n] , "nextId":03}\r\n';
    expect(patchJson(text, { status: 'completed' })).toBe(text.replace('"open"', '"DONE"'));
  });
});

test("a patch is read back as meant and keeps every other task's lines", () => {
  const patches = fc.record(
    {
      status: fc.constantFrom(...TASK_STATUSES),
      assignee: fc.constantFrom('bob', 'Data Team', 'a|b', 'x_y'),
      priority: fc.constantFrom('P0', 'P1', 'P2', 'P3'),
    },
    { requiredKeys: [] },
  );
  const file = 'PENDING_TASKS.md';
  fc.assert(
    fc.property(
      fc.array(anyTaskLine, { maxLength: 25 }),
      fc.constantFrom('\n', '\r\n'),
      fc.nat(),
      patches,
      (lines, eol, pick, patch) => {
        const bytes = Buffer.concat([Buffer.from(lines.join(eol)), Buffer.from([0xff])]);
        const before = placed(file, bytes);
        const chosen = before[pick % Math.max(1, before.length)];
        if (chosen === undefined) return;
        const afterBytes = patchTaskBytes(bytes, before, chosen.place, patch);
        const after = placed(file, afterBytes);
        const found = after.find(({ task }) => task.key === chosen.task.key)?.task;
        expect(found).toMatchObject(patch);
        expect(after.length).toBe(before.length);
        const others = (tasks: typeof before) =>
          tasks.filter(({ task }) => task.key !== chosen.task.key).map(({ task }) => ({ ...task, line: 0 }));
        expect(others(after)).toEqual(others(before));
        expectOtherLinesKept(bytes, afterBytes);
      },
    ),
    { numRuns: numRuns(1000) },
  );
});

/** All lines before the first change and after the last one are the same bytes, and the change is a block's size at most. */
function expectOtherLinesKept(before: Buffer, after: Buffer): void {
  const a = before.toString('latin1').split('\n');
  const b = after.toString('latin1').split('\n');
  let head = 0;
  while (head < a.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1;
  expect(a.length - head - tail).toBeLessThanOrEqual(8);
}

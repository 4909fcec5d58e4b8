import * as fc from '../../support/property.js';
import { describe, expect, test } from 'vitest';
import { TASK_FILES, type TaskFile } from '../../../src/protocol/index.js';
import { readAgent, readOffice, readTaskFile } from '../../../src/workspace/index.js';
import { BOUNDS } from '../../../src/workspace/text/bounds.js';
import { patchIn } from '../../../src/workspace/tasks/patch.js';
import { placeTasks } from '../../../src/workspace/tasks/tasks.js';
import { CARD, JSON_TASKS, MARKDOWN, OFFICE, STATE } from '../../../bench/hostile-texts.mjs';
import { anyTaskLine } from './lines.js';
import { numRuns } from './runs.js';

/** Enough for what grows with the square of the length to take minutes, and little for what grows with the length. */
const SIZE = 256 * 1024;

type Family = Record<string, (size: number) => string>;
const each = (family: Family): [string, string][] => Object.entries(family).map(([name, text]) => [name, text(SIZE)]);

const MD: TaskFile = 'PENDING_TASKS.md';
const JSON_FILE: TaskFile = 'mission-control/TASK_QUEUE.json';

/** What a reading may be at most as JSON: it is compared, sent and kept as one piece. */
const READING_BYTES = 4 * 1024 * 1024;

describe('texts that were made to take long are read, or refused, in time that grows with their length', () => {
  test.each(each(MARKDOWN))('Markdown: %s', (_, text) => {
    const reading = readTaskFile(MD, Buffer.from(text));
    if ('refused' in reading) throw new Error('refused');
    expect(reading.tasks.length).toBeLessThanOrEqual(BOUNDS.tasks);
    expect(JSON.stringify(reading).length).toBeLessThan(READING_BYTES);
  });

  test.each(each(JSON_TASKS))('JSON tasks: %s', (_, text) => {
    expect(JSON.stringify(readTaskFile(JSON_FILE, Buffer.from(text))).length).toBeLessThan(READING_BYTES);
  });

  test.each(each(OFFICE))('office: %s', (_, text) => {
    expect(JSON.stringify(readOffice(Buffer.from(text))).length).toBeLessThan(READING_BYTES);
  });

  const read = (name: string, text: string) => {
    const bytes = Buffer.from(text);
    const files = { [name]: { bytes, size: bytes.length, mtimeMs: 1 } };
    return readAgent('a', { files, memory: [], tasks: [], warnings: [] }, 2);
  };
  test.each(each(STATE))('state: %s', (_, text) => {
    const { agent, broken } = read('state.json', text);
    expect(JSON.stringify({ ...agent, state: null }).length).toBeLessThan(READING_BYTES);
    expect(broken === null || broken.reason !== '').toBe(true);
  });
  test.each(each(CARD))('agent.json: %s', (_, text) => {
    const { agent } = read('agent.json', text);
    expect(agent.warnings.length).toBeLessThanOrEqual(50);
  });
});

describe('what lies over a bound is told', () => {
  const passedOver = (text: string, file: TaskFile = MD) => {
    const reading = readTaskFile(file, Buffer.from(text));
    return 'refused' in reading ? [] : (reading.passedOver ?? []);
  };

  test.each([
    ['more tasks than one event carries', '- [ ] a\n'.repeat(3001), 'more than 3,000 tasks: the first 3,000 are shown'],
    ['more lines', '\n'.repeat(200_001), 'more than 200,000 lines: those behind them are not read'],
    ['a line too long', `a\n- [ ] ${'x'.repeat(10_001)}`, 'line 2: longer than 10,000 characters, not read as a task'],
    ['a text too long', `- [ ] ${'x'.repeat(1001)}`, 'line 1: longer than 1,000 characters, shown cut'],
    ['texts too long together', `- [ ] ${'x'.repeat(999)}\n`.repeat(700), /^tasks of more than 600,000 characters/],
    [
      'a comment without an end',
      'a\n<!--\n- [ ] x',
      'line 2: a comment begins that never ends; what follows is not read',
    ],
  ])('%s', (_, text, told) => {
    expect(passedOver(text)).toContainEqual(typeof told === 'string' ? told : expect.stringMatching(told));
  });

  test('in JSON: entries, subtasks and what is no number', () => {
    expect(passedOver(`[${'0,'.repeat(20_000)}"a"]`, JSON_FILE)).toContain('20,001 entries: the first 20,000 are read');
    expect(passedOver(`[{"id":"a","subtasks":[${'"s",'.repeat(100)}"s"]}]`, JSON_FILE)).toEqual([
      'line 1: a task with 101 subtasks, the first 100 are read',
    ]);
    expect(passedOver('{"tasks":[{"id":"a","n":NaN}]}', JSON_FILE)).toEqual([
      'line 1, column 25: NaN is not JSON: read as null',
    ]);
  });

  test('in the office file: positions, zones and fields', () => {
    const positions = Object.fromEntries(Array.from({ length: 2001 }, (_, at) => [`a${at}`, 'z'.repeat(101)]));
    const reading = readOffice(Buffer.from(JSON.stringify({ hour: 6, text: 'x'.repeat(70_000), positions })));
    if ('refused' in reading) throw new Error('refused');
    expect(Object.keys(reading.office?.positions ?? {})).toHaveLength(2000);
    expect(reading.office).toMatchObject({ hour: 6 });
    expect(reading.passedOver).toEqual([
      'text: the fields are larger than 64 kB together, left out',
      'positions: 2,001 of them, the first 2,000 are shown',
      'a zone with a name longer than 100 characters: shown cut',
    ]);
  });

  test('an agent with more warnings than are kept says how many there are', () => {
    const bytes = Buffer.from(
      JSON.stringify(Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`f${at}`, '{{A}}']))),
    );
    const files = { 'agent.json': { bytes, size: bytes.length, mtimeMs: 1 } };
    const { warnings } = readAgent('a', { files, memory: [], tasks: [], warnings: [] }, 2).agent;
    expect(warnings).toHaveLength(50);
    expect(warnings.at(-1)).toEqual({ file: '.', place: null, reason: '11 further warnings are not shown' });
  });
});

describe('odd texts', () => {
  const tasksOf = (bytes: string | Buffer, file: TaskFile = MD) => {
    const reading = readTaskFile(file, Buffer.from(bytes));
    return 'refused' in reading ? [] : reading.tasks;
  };

  test.each(['utf-16le', 'utf-16be'])('a task file in %s is read, with a BOM and without', (encoding) => {
    const text = Buffer.from('- [ ] sixteen bit ü\n', 'utf16le');
    const bom = Buffer.from('\ufeff', 'utf16le');
    const swapped = (bytes: Buffer) => (encoding === 'utf-16le' ? bytes : Buffer.from(bytes).swap16());
    expect(tasksOf(swapped(Buffer.concat([bom, text])))).toMatchObject([{ text: 'sixteen bit ü' }]);
    expect(tasksOf(swapped(text))).toMatchObject([{ text: 'sixteen bit ü' }]);
  });

  test('a task in an HTML comment is none; what begins and ends on one line hides nothing else', () => {
    expect(tasksOf('# Q\n<!--\n- [ ] hidden\n```\n-->\n- [ ] seen <!-- note -->\n<!-- x -->\n- [ ] too')).toMatchObject(
      [{ text: 'seen <!-- note -->' }, { text: 'too' }],
    );
    expect(tasksOf('- [ ] fix the <!-- reader\n- [ ] next')).toHaveLength(2);
    expect(tasksOf('```\n<!--\n```\n- [ ] a')).toHaveLength(1);
  });

  test.each([
    ['npm i @scope/pkg', null],
    ['npm i @scope/pkg for @bob', 'bob'],
    ['ask @bob/@al', 'bob'],
    ['ask @bob.', 'bob'],
  ])('the assignee of %j is %j', (text, assignee) => {
    expect(tasksOf(`- [ ] ${text}`)).toMatchObject([{ assignee }]);
  });

  test('two blocks do not share their fields, however the second title is indented', () => {
    const text = 'TASK-1: a\n- Assigned: x\n  TASK-2: b\n- Status: done\n';
    expect(tasksOf(text)).toMatchObject([
      { id: 'TASK-1', status: 'pending', assignee: 'x' },
      { id: 'TASK-2', status: 'completed', assignee: null },
    ]);
    const patched = patchIn(MD, Buffer.from(text), `${MD}#TASK-1`, { status: 'completed' });
    expect(Buffer.from(patched.bytes).toString()).toContain('- Status: done\n');
  });

  test('a key that is written with escapes is the key it stands for', () => {
    const bytes = Buffer.from(String.raw`{"t\u0061sks":[{"id":"a","status":"pending"}]}`);
    const { bytes: after, task } = patchIn(JSON_FILE, bytes, `${JSON_FILE}#a`, { status: 'completed' });
    expect(task.status).toBe('completed');
    expect(Buffer.from(after).toString()).toBe(String.raw`{"t\u0061sks":[{"id":"a","status":"completed"}]}`);
  });

  test('a name is read back as it was written, or refused', () => {
    const patch = (text: string, assignee: string) => {
      const file = Buffer.from(text);
      const key = tasksOf(file)[0]?.key ?? '';
      return patchIn(MD, file, key, { assignee });
    };
    expect(patch('- [ ] a', 'a.b-').task.assignee).toBe('a.b-');
    expect(() => patch('- [ ] a', 'say "hi"')).toThrow('cannot be written into PENDING_TASKS.md as it is');
    expect(() => patch('TASK-1: a\n- Assigned: b', 'none')).toThrow('cannot be written');
  });

  test('a text that is shown cut is not cut in the middle of an emoji', () => {
    for (let at = 990; at < 1003; at += 1) {
      const [task] = tasksOf(`- [ ] ${'x'.repeat(at)}👩‍👩‍👧🙂${'y'.repeat(50)}`);
      expect(Buffer.from(task?.text ?? '').toString()).toBe(task?.text);
      expect(task?.text).toMatch(/^x+(?:👩‍👩‍👧)?🙂?y*…$/u);
    }
  });
});

test('any text is read within the bounds, and a patch changes no byte outside of its task', () => {
  const markdown = fc.array(fc.oneof(anyTaskLine, fc.constantFrom('<!--', '-->', '  TASK-3: x', '> - [ ] q')), {
    maxLength: 30,
  });
  const text = fc.oneof(
    markdown.map((lines) => lines.join('\n')),
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.jsonValue().map((value) => JSON.stringify({ tasks: value })),
  );
  fc.assert(
    fc.property(text, fc.constantFrom(...TASK_FILES), fc.nat(), (said, file, pick) => {
      const bytes = Buffer.from(said);
      const before = placeTasks(file, bytes);
      if (!('placed' in before) || before.placed.length === 0) return;
      const chosen = before.placed[pick % before.placed.length];
      if (chosen === undefined) return;
      const { key, line } = chosen.task;
      const next = Math.min(...before.placed.map(({ task }) => task.line).filter((other) => other > line), Infinity);
      const lines = (of: Uint8Array) => Buffer.from(of).toString('latin1').split('\n');
      const patched = patchIn(file, bytes, key, { status: 'in_progress' });
      expect(patched.task.status).toBe('in_progress');
      const [old, now] = [lines(bytes), lines(patched.bytes)];
      expect(now.slice(0, line - 1)).toEqual(old.slice(0, line - 1));
      if (Number.isFinite(next) && !file.endsWith('.json')) {
        const behind = old.slice(next - 1);
        expect(now.slice(-behind.length)).toEqual(behind);
      }
    }),
    { numRuns: numRuns(500) },
  );
});

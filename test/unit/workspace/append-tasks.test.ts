import * as fc from '../../support/property.js';
import { describe, expect, test } from 'vitest';
import type { NewTask } from '../../../src/protocol/index.js';
import { readTaskFile } from '../../../src/workspace/index.js';
import { appendBatch } from '../../../src/workspace/tasks/append.js';
import { idsTakenIn } from '../../../src/workspace/tasks/ids.js';
import { oneLine } from '../../../src/workspace/tasks/fields.js';
import { numRuns } from './runs.js';

const FILE = 'PENDING_TASKS.md';
const NOW = Date.parse('2026-02-18T03:40:10Z');

function append(old: string | null, tasks: NewTask[], source?: string, taken: string[] = []) {
  const bytes = old === null ? null : Buffer.from(old);
  const wanted = tasks.flatMap(({ id }) => id ?? []);
  const known = idsTakenIn(FILE, Buffer.from(taken.map((id) => `${id}: x\n- Status: done\n`).join('\n')), wanted);
  const added = appendBatch(FILE, bytes, { tasks, now: NOW, source, ...known });
  const whole = Buffer.concat([bytes ?? Buffer.alloc(0), added.added]);
  const reading = readTaskFile(FILE, whole);
  if ('refused' in reading) throw new Error('refused');
  return { text: whole.toString(), ids: added.ids, tasks: reading.tasks };
}

describe('appendBatch', () => {
  test('begins a file in the form that the old one had', () => {
    const { text, tasks } = append(
      null,
      [{ title: 'Tidy', assignee: 'bob', priority: 'p1', due: '2026-02-21' }],
      'cli',
    );
    expect(text).toBe(
      '# PENDING TASKS\n\n---\n\n## Batch: 2026-02-18 03:40 UTC\n\nTASK-AUTO-001: Tidy\n- Assigned: bob\n- Due: 2026-02-21\n' +
        '- Status: ⏳ NOT STARTED\n- Priority: P1\n- Created: 2026-02-18 03:40 UTC\n- Source: cli\n\n---\n',
    );
    expect(tasks).toMatchObject([
      {
        id: 'TASK-AUTO-001',
        text: 'Tidy',
        status: 'pending',
        assignee: 'bob',
        priority: 'P1',
        due: '2026-02-21',
        created: '2026-02-18 03:40 UTC',
      },
    ]);
  });

  test('goes on counting, and takes assignee and priority from the title', () => {
    const { ids, tasks } = append('x', [{ title: 'ask @bob P0' }, {}, { id: 'own-1' }], '', [
      'TASK-AUTO-041',
      'TASK-1',
    ]);
    expect(ids).toEqual(['TASK-AUTO-042', 'TASK-AUTO-043', 'own-1']);
    expect(tasks).toMatchObject([
      { assignee: 'bob', priority: 'P0' },
      { text: 'Untitled task', assignee: null, priority: 'P2' },
      { id: 'own-1' },
    ]);
  });

  test('keeps the line ends, ends the last line, closes an open fence', () => {
    expect(append('a\r\nb', [{}]).text).toMatch(/^a\r\nb\r\n\r\n## Batch[^\n]*\r\n/);
    expect(append('```\ncode', [{}]).tasks).toHaveLength(1);
    expect(append('~~~~\ncode\n', [{}]).tasks).toHaveLength(1);
    expect(append('', [{}]).tasks).toHaveLength(1);
  });

  test.each(['', 'a b', 'a\nb', '-x', 'x'.repeat(65), 'a:b', '../x'])('%j cannot be an id', (id) => {
    expect(() => append(null, [{ id }])).toThrow(/cannot be a task id/);
  });

  test('an open comment is closed, so that what is new is not hidden in it', () => {
    expect(append('<!-- a note\n- [ ] hidden\n', [{ title: 'seen' }]).tasks).toMatchObject([{ text: 'seen' }]);
  });

  test.each([
    [{ title: '' }, 'the text of the task is empty'],
    [{ title: ' \n ' }, 'the text of the task is empty'],
    [{ title: 'x'.repeat(3000) }, 'the text is 3000 characters long, at most 1000 are kept'],
    [{ title: 'a', assignee: 'x'.repeat(201) }, 'the assignee is 201 characters long'],
    [{ title: 'a', priority: 'P9' }, '"P9" is not a priority'],
    [{ title: 'a', due: 'yesterday' }, 'due: "yesterday" is not a date'],
    [{ title: 'a', due: '2026-02-30' }, 'due: "2026-02-30" is not a date'],
    [{ title: 'a', due: `2026-02-21${' '.repeat(20_000)}x` }, 'is not a date'],
  ] as [NewTask, string][])('%j is refused, and says why', (task, message) => {
    expect(() => append(null, [task])).toThrow(message);
  });

  test.each(['2026-02-21', '2026-02-21 14:30', '2026-02-21T14:30:00Z', '2026-02-21T14:30+01:00', '2028-02-29', ''])(
    'the date %j is taken',
    (due) => {
      expect(append(null, [{ title: 'a', due }]).tasks).toMatchObject([{ due: due || null }]);
    },
  );

  test('the longest text is kept whole, and so is an emoji at its end', () => {
    const title = `${'x'.repeat(998)}🙂`;
    expect(append(null, [{ title }]).tasks).toMatchObject([{ text: title }]);
  });

  test('a file that holds as much as is read takes no more: nothing is put where nobody sees it', () => {
    const full = '- [ ] a\n'.repeat(3000);
    expect(() => append(full, [{ title: 'b' }])).toThrow('PENDING_TASKS.md is full: more than 3,000 tasks');
  });

  test('an id is given once', () => {
    expect(() => append(null, [{ id: 'A-1' }, { id: 'A-1' }])).toThrow('there is a task A-1 already');
  });

  test('any words come back as one task each: nothing in them is Markdown', () => {
    const words = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc
        .array(
          fc.constantFrom(
            '\n',
            '- [ ] x',
            '|',
            '**',
            '__',
            '_',
            '`',
            '```',
            '# ',
            '<b>',
            '[a](b)',
            '\\',
            '---',
            'TASK-1: ',
            '\u2028',
            'a',
            ' ',
          ),
          { maxLength: 8 },
        )
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(words, words, words, (title, assignee, source) => {
        fc.pre(oneLine(title) !== '');
        const { tasks } = append('# old\n', [{ title, assignee }, { title: 'next' }], source);
        expect(tasks).toHaveLength(2);
        expect(tasks[0]?.text).toBe(oneLine(title));
      }),
      { numRuns: numRuns(500) },
    );
  });
});

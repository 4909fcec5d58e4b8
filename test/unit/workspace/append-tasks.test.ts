import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NewTask } from '../../../src/protocol/index.js';
import { readTaskFile } from '../../../src/workspace/index.js';
import { appendBatch } from '../../../src/workspace/append-tasks.js';
import { oneLine } from '../../../src/workspace/task-fields.js';
import { numRuns } from './runs.js';

const NOW = Date.parse('2026-02-18T03:40:10Z');

function append(old: string | null, tasks: NewTask[], source?: string, taken: string[] = []) {
  const bytes = old === null ? null : Buffer.from(old);
  const added = appendBatch(bytes, { tasks, now: NOW, source, taken: new Set(taken) });
  const whole = Buffer.concat([bytes ?? Buffer.alloc(0), added.added]);
  const reading = readTaskFile('PENDING_TASKS.md', whole);
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
      '# PENDING TASKS\n\n---\n\n## Batch: 2026-02-18 03:40\n\nTASK-AUTO-001: Tidy\n- Assigned: bob\n- Due: 2026-02-21\n' +
        '- Status: ⏳ NOT STARTED\n- Priority: P1\n- Created: 2026-02-18 03:40\n- Source: cli\n\n---\n',
    );
    expect(tasks).toMatchObject([
      {
        id: 'TASK-AUTO-001',
        text: 'Tidy',
        status: 'pending',
        assignee: 'bob',
        priority: 'P1',
        due: '2026-02-21',
        created: '2026-02-18 03:40',
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
      fc.property(words, words, words, words, (title, assignee, due, source) => {
        const { tasks } = append('# old\n', [{ title, assignee, due }, { title: 'next' }], source);
        expect(tasks).toHaveLength(2);
        expect(tasks[0]?.text).toBe(oneLine(title) || 'Untitled task');
      }),
      { numRuns: numRuns(500) },
    );
  });
});

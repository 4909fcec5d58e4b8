import { describe, expect, test } from 'vitest';
import { readTaskFile } from '../../../src/workspace/index.js';
import { isSameValue } from '../../../src/workspace/watch/read-noun.js';

const read = (text: string) => readTaskFile('PENDING_TASKS.md', Buffer.from(text));
const LONG = 'x'.repeat(20_000);

describe('a file that was read again', () => {
  test('says the same when its tasks and what was passed over are the same', () => {
    expect(isSameValue(read(`- [ ] a\n${LONG}\n`), read(`- [ ] a\n${LONG}\n`))).toBe(true);
  });

  test.each([
    ['another task', '- [ ] a\n', '- [ ] b\n'],
    ['one task more', '- [ ] a\n', '- [ ] a\n- [ ] b\n'],
    ['something that is passed over', '- [ ] a\n', `- [ ] a\n${LONG}\n`],
    ['another line that is passed over', `- [ ] a\n${LONG}\n`, `- [ ] a\n\n${LONG}\n`],
  ])('says something else with %s', (_, before, after) => {
    expect(isSameValue(read(before), read(after))).toBe(false);
  });

  test('says something else when it is gone', () => {
    expect(isSameValue(read('- [ ] a\n'), null)).toBe(false);
  });
});

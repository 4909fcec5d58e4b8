import { describe, expect, test } from 'vitest';
import { AT_ONCE_BYTES } from '../../../src/base/index.js';
import { work } from '../../../src/workspace/read/thread.js';

describe('texts that nobody here needs any more', () => {
  test('move to the thread and back and are not copied, however large they are', async () => {
    const bytes = Buffer.from(JSON.stringify({ text: 'x'.repeat(AT_ONCE_BYTES) }));
    const { length } = bytes;
    const said = await work('isJson', { bytes: length, given: [bytes] }, bytes);
    expect(said.isJson).toBe(true);
    expect(said.bytes).toHaveLength(length);
    expect(bytes).toHaveLength(0);
  });

  test('are copied when they share their memory with others', async () => {
    const small = Buffer.from('{"a":1}');
    const said = await work('isJson', { bytes: AT_ONCE_BYTES + 1, given: [small] }, small);
    expect(said.isJson).toBe(true);
    expect(small.toString()).toBe('{"a":1}');
  });
});

test('texts that are needed yet stay', async () => {
  const bytes = Buffer.from(JSON.stringify({ text: 'x'.repeat(AT_ONCE_BYTES) }));
  const whole = await work('wholeJson', bytes.length, bytes);
  expect(whole).toHaveLength(bytes.length);
});

import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readWords } from '../../../src/cli/words.js';

const stdin = (...chunks: string[]) => Readable.from(chunks.map((chunk) => Buffer.from(chunk)));

describe('readWords', () => {
  it('takes what is given as it is, and with - what stands on stdin', async () => {
    expect(await readWords('a task', 'the task', stdin('not read'))).toBe('a task');
    expect(await readWords('-', 'the task', stdin('two ', 'chunks\n'))).toBe('two chunks');
  });

  it('keeps a letter whole that comes in two chunks', async () => {
    const [first, second] = [Buffer.from('ü').subarray(0, 1), Buffer.from('ü').subarray(1)];
    expect(await readWords('-', 'the task', Readable.from([first, second]))).toBe('ü');
  });

  it('refuses an empty stdin and one without end', async () => {
    await expect(readWords('-', 'the task', stdin(' \n'))).rejects.toThrow('stdin is empty: the task is missing');
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(4096, 'x');
      })(),
    );
    await expect(readWords('-', 'the message', endless)).rejects.toThrow('more than 64 KiB');
  });
});

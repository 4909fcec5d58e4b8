import { describe, expect, it } from 'vitest';
import { type ReadQueue, createReadQueue } from '../../../src/workspace/watch/read-queue.js';

/** A queue whose reads are ended by hand, and what it did. */
function makeQueue(options: { joinMs?: number; atOnce?: number; isSame?: (a: string, b: string) => boolean } = {}) {
  const begun: string[] = [];
  const ends: ((value: string) => void)[] = [];
  const delivered: string[] = [];
  const queue: ReadQueue<string, string> = createReadQueue<string, string>({
    read: (item) => {
      begun.push(item);
      return new Promise((resolve) => ends.push(resolve));
    },
    deliver: (item, value) => delivered.push(`${item}=${value}`),
    isSame: (a, b) => a === b,
    ...options,
  });
  const end = async (at: number, value: string): Promise<void> => {
    ends[at]?.(value);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { queue, begun, delivered, end };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('createReadQueue', () => {
  it('reads once what is marked twice in one turn', async () => {
    const { queue, begun, delivered, end } = makeQueue();
    queue.release();
    queue.mark('a', 'a');
    queue.mark('a', 'a');
    await turn();
    expect(begun).toEqual(['a']);
    await end(0, '1');
    expect(delivered).toEqual(['a=1']);
    await queue.idle();
    expect(begun).toEqual(['a']);
  });

  it('keeps marks until it is released', async () => {
    const { queue, begun } = makeQueue();
    queue.mark('a', 'a');
    await turn();
    expect(begun).toEqual([]);
    queue.release();
    expect(begun).toEqual(['a']);
  });

  it('joins marks after the read began into one more read, and keeps quiet when it finds the same', async () => {
    const { queue, begun, delivered, end } = makeQueue();
    queue.release();
    queue.mark('a', 'a');
    await turn();
    queue.mark('a', 'a');
    queue.mark('a', 'a');
    await end(0, '1');
    expect(begun).toHaveLength(1);
    await expect.poll(() => begun.length, { interval: 1 }).toBe(2);
    await end(1, '1');
    await queue.idle();
    expect(delivered).toEqual(['a=1']);
  });

  it('drops a read that ends after a later one was delivered', async () => {
    const { queue, begun, delivered, end } = makeQueue();
    queue.release();
    queue.mark('a', 'a');
    await turn();
    queue.mark('a', 'a');
    await expect.poll(() => begun.length, { interval: 1 }).toBe(2);
    await end(1, 'new');
    await end(0, 'old');
    await queue.idle();
    expect(delivered).toEqual(['a=new']);
  });

  it('delivers an older read that ends first, and then the later one', async () => {
    const { queue, begun, delivered, end } = makeQueue();
    queue.release();
    queue.mark('a', 'a');
    await turn();
    queue.mark('a', 'a');
    await expect.poll(() => begun.length, { interval: 1 }).toBe(2);
    await end(0, 'old');
    await end(1, 'new');
    await queue.idle();
    expect(delivered).toEqual(['a=old', 'a=new']);
  });

  it('reads a bounded number at one time, but does not count reads that wait for a half-written file', async () => {
    const { queue, begun, end } = makeQueue({ atOnce: 2, joinMs: 30 });
    queue.release();
    for (const item of ['a', 'b', 'c', 'd']) queue.mark(item, item);
    await turn();
    expect(begun).toEqual(['a', 'b']);
    await end(0, '1');
    expect(begun).toEqual(['a', 'b', 'c']);
    await expect.poll(() => begun, { interval: 1 }).toEqual(['a', 'b', 'c', 'd']);
    for (const at of [1, 2, 3]) await end(at, '1');
    await queue.idle();
  });

  it('never runs more than four times as many', async () => {
    const { queue, begun, end } = makeQueue({ atOnce: 1, joinMs: 2 });
    queue.release();
    for (let at = 0; at < 6; at += 1) queue.mark(`${at}`, `${at}`);
    await expect.poll(() => begun.length, { interval: 1 }).toBe(4);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(begun).toHaveLength(4);
    for (let at = 0; at < 6; at += 1) await end(at, '1');
    await queue.idle();
    expect(begun).toHaveLength(6);
  });

  it('delivers nothing after close, which waits for the last read', async () => {
    const { queue, delivered, end, begun } = makeQueue();
    queue.release();
    queue.mark('a', 'a');
    queue.mark('b', 'b');
    await turn();
    let isClosed = false;
    const closing = queue.close().then(() => (isClosed = true));
    await end(0, '1');
    expect(isClosed).toBe(false);
    await end(1, '1');
    await closing;
    queue.mark('c', 'c');
    await turn();
    expect(begun).toEqual(['a', 'b']);
    expect(delivered).toEqual([]);
  });

  it('answers who looks with a read that began after the call', async () => {
    const { queue, begun, delivered, end } = makeQueue({ joinMs: 1 });
    queue.release();
    queue.mark('a', 'A');
    await turn();
    expect(begun).toEqual(['A']);
    const seen = queue.look('a', 'A');
    await end(0, 'before');
    await expect.poll(() => begun.length).toBe(2);
    await end(1, 'after');
    expect(await seen).toBe('after');
    expect(delivered).toEqual(['A=before', 'A=after']);
    const never = queue.look('b', 'B');
    const closing = queue.close();
    expect(await never).toBeUndefined();
    await closing.catch(() => {});
  });
});

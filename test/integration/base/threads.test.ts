import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { McError, packageRoot } from '../../../src/base/index.js';
import { createThread, movable, packError, type ThreadOptions, unpackError } from '../../../src/base/threads.js';
import { scratch } from '../../support/scratch.js';

const BUILT = pathToFileURL(join(packageRoot(), 'dist/src/base')).href;

/** A thread whose worker answers requests by what is asked of it. */
function newThread(options: Partial<ThreadOptions> = {}) {
  const file = join(scratch(), 'worker.mjs');
  writeFileSync(
    file,
    `import { answerRequests, movable } from '${BUILT}/threads.js';
     import { McError } from '${BUILT}/errors.js';
     const waiting = [];
     answerRequests(async ({ what, bytes }, note) => {
       if (what === 'count') { note(1); note(2); return 3; }
       if (what === 'bytes') return bytes;
       if (what === 'refuse') throw new McError('busy', 'taken', { hint: 'wait' });
       if (what === 'errno') throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
       if (what === 'wait') return new Promise((resolve) => waiting.push(resolve));
       if (what === 'release') { for (const resolve of waiting.splice(0)) resolve('released'); return 'done'; }
       if (what === 'exit') process.exit(3);
       if (what === 'crash') setImmediate(() => { throw new Error('crashed'); });
       if (what === 'fill') { const all = []; for (;;) all.push(new Array(10_000).fill({ at: all.length })); }
       return new Promise(() => {});
     }, { transfer: (answer) => movable(answer instanceof Uint8Array ? [answer] : []) });`,
  );
  const thread = createThread({ file, name: 'test', ...options });
  onTestFinished(() => thread.end(new McError('interrupted', 'the test is over')));
  return thread;
}

describe('a thread', () => {
  it('answers each request by its own, whichever is done first, and reports before it answers', async () => {
    const thread = newThread();
    const notes: unknown[] = [];
    const waiting = thread.ask({ what: 'wait' });
    expect(await thread.ask({ what: 'count' }, { onNote: (note) => notes.push(note) })).toBe(3);
    expect(notes).toEqual([1, 2]);
    expect(thread.pending()).toBe(1);
    expect(await thread.ask({ what: 'release' })).toBe('done');
    expect(await waiting).toBe('released');
    expect(thread.pending()).toBe(0);
  });

  it('sends errors with code, hint and the name of the system', async () => {
    const thread = newThread();
    await expect(thread.ask({ what: 'refuse' })).rejects.toMatchObject({
      code: 'busy',
      message: 'taken',
      hint: 'wait',
    });
    await expect(thread.ask({ what: 'errno' })).rejects.toMatchObject({ code: 'ENOSPC', message: 'no room' });
  });

  it('moves memory there and back, and refuses alone what cannot be sent', async () => {
    const thread = newThread();
    const bytes = new Uint8Array(100_000).fill(7);
    const back = thread.ask({ what: 'bytes', bytes }, { transfer: movable([bytes]) });
    expect(bytes).toHaveLength(0);
    expect(await back).toEqual(new Uint8Array(100_000).fill(7));
    await expect(thread.ask({ what: () => 'a function' })).rejects.toThrow(/could not be cloned/);
    expect(await thread.ask({ what: 'count' })).toBe(3);
  });

  it.each([
    ['exits', 'exit', 'the thread "test" has ended'],
    ['crashes', 'crash', 'crashed'],
  ])('that %s refuses what it was asked, once, and the next request starts another', async (_, what, message) => {
    const thread = newThread();
    const others = [thread.ask({ what: 'wait' }), thread.ask({ what: 'wait' })];
    const outcomes = await Promise.allSettled([...others, thread.ask({ what })]);
    expect(outcomes.map((outcome) => (outcome.status === 'rejected' ? String(outcome.reason) : null))).toEqual(
      Array.from({ length: 3 }, () => expect.stringContaining(message) as string),
    );
    expect(await thread.ask({ what: 'count' })).toBe(3);
  });

  it('that takes more memory than it may is named by whoever started it', async () => {
    const thread = newThread({
      memoryMb: 16,
      died: (error) => new McError('state.unreadable', String((error as { code?: string }).code)),
    });
    await expect(thread.ask({ what: 'fill' })).rejects.toMatchObject({
      code: 'state.unreadable',
      message: 'ERR_WORKER_OUT_OF_MEMORY',
    });
  });

  it('that is ended refuses with the reason given, may be ended again, and starts anew when it is asked', async () => {
    const thread = newThread();
    const waiting = thread.ask({ what: 'wait' });
    const refused = expect(waiting).rejects.toMatchObject({ code: 'interrupted', message: 'stopped' });
    await thread.end(new McError('interrupted', 'stopped'));
    await refused;
    await thread.end(new McError('interrupted', 'stopped'));
    expect(await thread.ask({ what: 'count' })).toBe(3);
  });
});

describe('an error between threads', () => {
  it.each([
    new McError('disk.full', 'no room', { hint: 'make some' }),
    Object.assign(new Error('denied'), { code: 'EACCES' }),
    new Error('plain'),
    new McError('internal', 'no hint'),
  ])('is the same on the other side: %s', (error) => {
    const { message, code, hint } = unpackError(packError(error)) as McError;
    expect({ message, code, hint }).toEqual({
      message: error.message,
      code: (error as { code?: string }).code,
      hint: (error as { hint?: string | null }).hint,
    });
  });
});

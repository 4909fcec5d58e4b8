/** Reads and writes large texts in a thread of its own. */
import { parentPort } from 'node:worker_threads';
import { toMcError } from '../../base/index.js';
import type { Asked, Answered } from './thread.js';
import { JOBS, type JobName } from './jobs.js';

parentPort?.on('message', ({ name, args }: Asked) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(answer(name, args));
});

function answer(name: JobName, args: readonly unknown[]): Answered {
  try {
    return { value: (JOBS[name] as (...given: readonly unknown[]) => unknown)(...args) };
  } catch (thrown) {
    return { error: toMcError(thrown).toBody() };
  }
}

import { parentPort } from 'node:worker_threads';
import { plainError, type Reply } from './thread.js';
import { type Asked, perform } from './jobs.js';

parentPort?.on('message', (asked: Asked) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
  void answer(asked).then((reply) => parentPort?.postMessage(reply));
});

async function answer({ id, name, input }: Asked): Promise<Reply> {
  try {
    return { id, answer: await perform(name, input as never) };
  } catch (error) {
    return { id, error: plainError(error) };
  }
}

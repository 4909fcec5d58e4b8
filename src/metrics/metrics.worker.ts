import { parentPort } from 'node:worker_threads';
import { McError } from '../base/index.js';
import type { PlainError, Reply } from './desk.js';
import { type Asked, perform } from './tasks.js';

parentPort?.on('message', (asked: Asked) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
  void answer(asked).then((reply) => parentPort?.postMessage(reply));
});

async function answer({ id, name, input }: Asked): Promise<Reply> {
  try {
    return { id, answer: await perform(name, input as never) };
  } catch (error) {
    return { id, error: plain(error) };
  }
}

function plain(error: unknown): PlainError {
  if (error instanceof McError) return { message: error.message, code: error.code, hint: error.hint };
  return { message: error instanceof Error ? error.message : String(error), code: null, hint: null };
}

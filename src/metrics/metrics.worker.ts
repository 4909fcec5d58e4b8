import { parentPort } from 'node:worker_threads';
import { plainError, type Reply } from './thread.js';
import { type Asked, perform } from './jobs.js';

parentPort?.on('message', (asked: Asked) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
  void answer(asked).then((reply) => parentPort?.postMessage(reply, handedOver(reply)));
});

/** Bytes that fill their memory alone are handed over with it, not copied. */
function handedOver(reply: Reply): ArrayBuffer[] {
  const answered = 'answer' in reply ? reply.answer : null;
  if (!(answered instanceof Uint8Array) || answered.byteLength !== answered.buffer.byteLength) return [];
  return answered.buffer instanceof ArrayBuffer ? [answered.buffer] : [];
}

async function answer({ id, name, input }: Asked): Promise<Reply> {
  try {
    return { id, answer: await perform(name, input as never) };
  } catch (error) {
    return { id, error: plainError(error) };
  }
}

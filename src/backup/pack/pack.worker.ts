import { parentPort } from 'node:worker_threads';
import { packError } from '../../base/index.js';
import { type JobResult, type PoolJob, type PoolReply, runJob } from './pool.js';
import { stepBack } from './lower-priority.js';

stepBack();
parentPort?.on('message', ({ id, job }: { id: number; job: PoolJob }) => {
  const reply = answer(id, job);
  parentPort?.postMessage(reply, transferable(reply.result));
});

function answer(id: number, job: PoolJob): PoolReply {
  try {
    return { id, result: runJob(job) };
  } catch (error) {
    return { id, error: packError(error) };
  }
}

/** The packed bytes: they are handed over instead of copied. */
function transferable(result: JobResult | undefined): ArrayBuffer[] {
  if (result === undefined || result === null || typeof result !== 'object' || Array.isArray(result)) return [];
  const member = 'member' in result ? result.member : result;
  return member ? [member.bytes.buffer as ArrayBuffer] : [];
}

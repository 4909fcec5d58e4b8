import { parentPort } from 'node:worker_threads';
import { type PoolJob, runJob } from './pool.js';
import { stepBack } from './step-back.js';

stepBack();
parentPort?.on('message', ({ id, job }: { id: number; job: PoolJob }) => {
  try {
    parentPort?.postMessage({ id, result: runJob(job) }, []);
  } catch (error) {
    parentPort?.postMessage({ id, error }, []);
  }
});

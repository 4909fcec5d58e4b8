import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { type PoolJob, runJob } from './pool.js';

try {
  // On Linux this lowers only this thread: whoever serves requests goes first.
  if (process.platform === 'linux') setPriority(0, 10);
} catch {
  // Without the right to do so, work goes on at the usual priority.
}

parentPort?.on('message', ({ id, job }: { id: number; job: PoolJob }) => {
  try {
    parentPort?.postMessage({ id, result: runJob(job) }, []);
  } catch (error) {
    parentPort?.postMessage({ id, error }, []);
  }
});

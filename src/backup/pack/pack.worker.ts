/** Packs, copies and checks pieces of archives in a thread of its own, behind everything else that runs on the machine. */
import { answerRequests } from '../../base/threads.js';
import { lowerPriority } from './lower-priority.js';
import { type JobResult, type PoolJob, runJob } from './pool.js';

lowerPriority();
answerRequests((job: PoolJob) => runJob(job), { transfer: (result) => packedIn(result as JobResult) });

/** The memory of packed bytes. */
function packedIn(result: JobResult): ArrayBuffer[] {
  if (result === null || typeof result !== 'object' || Array.isArray(result)) return [];
  const member = 'member' in result ? result.member : result;
  return member ? [member.bytes.buffer as ArrayBuffer] : [];
}

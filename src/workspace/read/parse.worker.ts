/** Reads and writes large texts in a thread of its own. */
import { parentPort } from 'node:worker_threads';
import { toMcError } from '../../base/index.js';
import { type Asked, type Answered, movable } from './thread.js';
import { JOBS, type JobName } from './jobs.js';

parentPort?.on('message', ({ name, args }: Asked) => {
  const answered = answer(name, args);
  parentPort?.postMessage(answered, movable('value' in answered ? bytesIn(answered.value) : []));
});

/** The bytes that a job answers: itself, or as one of its fields. */
function bytesIn(value: unknown): Uint8Array[] {
  const parts: unknown[] = [
    value,
    ...(typeof value === 'object' && value !== null && 'bytes' in value ? [value.bytes] : []),
  ];
  return parts.filter((part) => part instanceof Uint8Array);
}

function answer(name: JobName, args: readonly unknown[]): Answered {
  try {
    return { value: (JOBS[name] as (...given: readonly unknown[]) => unknown)(...args) };
  } catch (thrown) {
    return { error: toMcError(thrown).toBody() };
  }
}

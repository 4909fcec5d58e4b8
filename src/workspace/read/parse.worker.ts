/** Reads and writes large texts in a thread of its own. */
import { toMcError } from '../../base/index.js';
import { answerRequests, movable, packError } from '../../base/threads.js';
import { type Asked, JOBS } from './jobs.js';

answerRequests(({ name, args }: Asked) => (JOBS[name] as (...given: readonly unknown[]) => unknown)(...args), {
  pack: (thrown) => packError(toMcError(thrown)),
  transfer: (answer) => movable(bytesIn(answer)),
});

/** The bytes that a job answers: itself, or as one of its fields. */
function bytesIn(value: unknown): Uint8Array[] {
  const parts: unknown[] = [
    value,
    ...(typeof value === 'object' && value !== null && 'bytes' in value ? [value.bytes] : []),
  ];
  return parts.filter((part) => part instanceof Uint8Array);
}

import { errnoOf } from '../base/index.js';

/**
 * The reader of our output may leave at any time (`mc agents list | head -1`): that is not an error. A command whose output was all it
 * is for ends then; one that `outlivesReader` goes on.
 */
export function guardPipes(outlivesReader: boolean): void {
  process.stdout.on('error', (error) => {
    if (errnoOf(error) !== 'EPIPE') throw error;
    if (!outlivesReader) process.exit(process.exitCode ?? 0);
  });
  process.stderr.on('error', (error) => {
    if (errnoOf(error) !== 'EPIPE') throw error;
  });
}

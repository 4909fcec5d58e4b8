import { McError } from '../base/index.js';
import type { CommandOutput } from './command.js';
import { reachServer } from './reach/reach.js';

/** Lets the server send a test. @throws McError `io` when it did not arrive, saying why */
export async function testTarget(output: CommandOutput, target: string): Promise<void> {
  const { rest } = await reachServer(output.config);
  const answer = await rest.testAlertTarget(target);
  if (!answer.success) {
    throw new McError('io', `the test did not reach ${target}: ${answer.error}`, {
      hint: 'mc alerts target list shows its URL and since when it fails',
    });
  }
  output.result(answer, () => `the test reached ${target} (${answer.duration_ms} ms)`);
}

import { McError } from '../base/index.js';
import { readWords } from './words.js';

/**
 * Secrets from stdin: one, or two on a line each. `what` names it in errors.
 * @throws McError `usage` for none or more than two
 */
export async function readSecrets(what: string): Promise<string | string[]> {
  if (process.stdin.isTTY) process.stderr.write(`${what}, then Enter and Ctrl-D:\n`);
  const lines = (await readWords('-', what)).split(/\r?\n/).map((line) => line.trim());
  const secrets = lines.filter((line) => line !== '');
  if (secrets.length > 2) {
    throw new McError(
      'usage',
      `stdin holds ${secrets.length} lines: ${what} is one, or two while one replaces the other`,
    );
  }
  return secrets.length === 1 ? (secrets[0] ?? '') : secrets;
}

import { resolve } from 'node:path';
import { Flags } from '@oclif/core';
import { McError } from '../base/index.js';
import { readWords } from './words.js';

/**
 * Secrets from stdin: one, or two on a line each. `what` names it in errors.
 * @throws McError `usage` for none or more than two
 */
async function readSecrets(what: string): Promise<string | string[]> {
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

/** Where the secret of a target comes from. */
export const SECRET_FLAGS = {
  'secret-stdin': Flags.boolean({ description: 'Read the secret from stdin also where the form needs none' }),
  'secret-env': Flags.string({
    description: 'The secret stands in this variable of the server',
    helpValue: 'NAME',
    exclusive: ['secret-stdin', 'secret-file'],
  }),
  'secret-file': Flags.string({
    description: 'The secret stands in this file',
    helpValue: 'FILE',
    exclusive: ['secret-stdin'],
  }),
};

interface SecretFlags {
  'secret-stdin': boolean;
  'secret-env'?: string | undefined;
  'secret-file'?: string | undefined;
}

/**
 * The secret as the flags name it, or from stdin; null: none of them. `needed`: what it is, where there must be one.
 * @throws McError `usage` as `readSecrets`
 */
export async function secretOf(
  flags: SecretFlags,
  needed: string | null,
): Promise<string | string[] | { env: string } | { file: string } | null> {
  if (flags['secret-env'] !== undefined) return { env: flags['secret-env'] };
  // Of a command line relative to where it is typed.
  if (flags['secret-file'] !== undefined) return { file: resolve(flags['secret-file']) };
  return needed !== null || flags['secret-stdin'] ? readSecrets(needed ?? 'the secret') : null;
}

import { envOf, flagOf, SETTING_KEYS, settingOf } from '../base/index.js';

/** What stands for a secret. */
const HIDDEN = '***';
/** Shorter ones are not secrets, and would be found in the middle of words. */
const SHORTEST = 4;

/**
 * A function that hides, in a text, the secrets of this command line and environment, and passwords in URLs: an error
 * ends in logs, which others read.
 */
export function hideSecrets(argv: readonly string[], env: NodeJS.ProcessEnv): (text: string) => string {
  const known = secretsOf(argv, env).filter((secret) => secret.length >= SHORTEST);
  return (text) =>
    known
      .reduce((hidden, secret) => hidden.replaceAll(secret, HIDDEN), text)
      .replaceAll(/(\w+:\/\/)[^/\s@]+@/g, `$1${HIDDEN}@`);
}

function secretsOf(argv: readonly string[], env: NodeJS.ProcessEnv): string[] {
  const keys = SETTING_KEYS.filter((key) => settingOf(key).secret);
  const found: (string | undefined)[] = [];
  for (const key of keys) {
    const flag = `--${flagOf(key)}`;
    found.push(env[envOf(key)]);
    for (const [at, word] of argv.entries()) {
      if (word === flag) found.push(argv[at + 1]);
      if (word.startsWith(`${flag}=`)) found.push(word.slice(flag.length + 1));
    }
  }
  return found.flatMap((secret) => (secret === undefined ? [] : [secret, secret.trim()]));
}

import { readRegularSync, wasRead } from '../../base/index.js';
import type { Secret } from './target.js';

/** What stands for a secret wherever people look. */
const HIDDEN = '•••';
/** Shorter texts would be found in the middle of words. */
const SHORTEST = 5;
const LIMIT = 64 * 1024;

/** A secret that cannot be had now; says where it should stand. */
export class SecretError extends Error {}

/** The value of a secret, looked up anew each time: who changes it need not restart anything. @throws SecretError */
export function valueOf(secret: Secret, env: NodeJS.ProcessEnv): string {
  if (typeof secret === 'string') return secret;
  if ('env' in secret) {
    const value = env[secret.env]?.trim();
    if (value) return value;
    throw new SecretError(`the environment variable ${secret.env}, which holds its secret, is not set`);
  }
  const file = readRegularSync(secret.file, { limit: LIMIT });
  if (file === null) throw new SecretError(`the file ${secret.file}, which holds its secret, is missing`);
  if (!wasRead(file)) throw new SecretError(`the file ${secret.file}, which holds its secret: ${file.reason}`);
  const value = file.bytes.toString('utf8').trim();
  if (value !== '') return value;
  throw new SecretError(`the file ${secret.file}, which holds its secret, is empty`);
}

/** A function that takes secrets out of a text: receivers quote what they are sent. */
export function hider(secrets: readonly string[], urls: readonly string[]): (text: string) => string {
  const parts = [...secrets, ...[...urls, ...secrets].flatMap(partsOf)];
  const known = [...new Set(parts)].filter(({ length }) => length >= SHORTEST).sort((a, b) => b.length - a.length);
  return (text) => known.reduce((hidden, secret) => hidden.replaceAll(secret, HIDDEN), text);
}

/** Of a URL everything that may be a secret: path, query, user and password. Its host is not one. */
function partsOf(url: string): string[] {
  try {
    const { pathname, search, username, password } = new URL(url.replace(/^\w+\+(?=https?:)/, ''));
    const parts = [pathname, search, username, password, ...pathname.split('/')].filter((part) => part !== '/');
    return parts.flatMap((part) => [part, safelyDecoded(part)]);
  } catch {
    return [];
  }
}

function safelyDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

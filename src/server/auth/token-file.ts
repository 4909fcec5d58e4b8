import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  acquireLock,
  McError,
  readRegularSync,
  userConfigDirectory,
  wasRead,
  writeFileAtomic,
} from '../../base/index.js';
import { SCOPES, type Scope, type TokenRow } from '../../protocol/index.js';

/** A token as it is kept: what it opens and what it is recognised by, but never the token itself. */
export interface KeptToken extends TokenRow {
  /** SHA-256 of the token, hex. A token is 256 random bits: there is nothing to guess that a slow hash would protect. */
  hash: string;
}

const MODE = 0o600;
const OTHERS_MAY_WRITE = 0o022;
/** Thousands of tokens fill less, in bytes. */
const LIMIT = 4 * 1024 * 1024;

/** Where a user's tokens lie. */
export function tokensPath(env: NodeJS.ProcessEnv = process.env, home?: string): string {
  return join(userConfigDirectory(env, home), 'tokens.json');
}

/** SHA-256 of a token. */
export function tokenDigest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/**
 * The kept tokens; none when there is no file.
 * @throws McError `config.invalid` for a file that is not ours to trust: no list of tokens, or writable by others
 */
export function readTokens(path: string): KeptToken[] {
  const file = readRegularSync(path, { limit: LIMIT });
  if (file === null) return [];
  if (!wasRead(file)) throw new McError('config.invalid', `${path} ${file.reason}`, { hint: 'mend it, or remove it' });
  if (process.platform !== 'win32' && (file.stats.mode & OTHERS_MAY_WRITE) !== 0) {
    throw new McError('config.invalid', `${path} can be written by others`, { hint: `chmod 600 ${path}` });
  }
  const tokens = listIn(file.bytes);
  if (tokens !== null) return tokens;
  throw new McError('config.invalid', `${path} is not a list of tokens`, {
    hint: 'mend it, or remove it and make new tokens with mc token create',
  });
}

function listIn(bytes: Buffer): KeptToken[] | null {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    const tokens = typeof value === 'object' && value !== null && 'tokens' in value ? value.tokens : null;
    return Array.isArray(tokens) && tokens.every(isKept) ? tokens : null;
  } catch {
    return null;
  }
}

/** Makes a token and keeps its hash. This is the only time that the token itself is shown. @throws McError `busy` */
export async function createToken(
  path: string,
  { scope, label, now }: { scope: Scope; label: string | null; now: number },
): Promise<{ token: string; row: TokenRow }> {
  const token = `mc_${randomBytes(32).toString('base64url')}`;
  const row = { id: randomBytes(4).toString('hex'), label, scope, created_at: new Date(now).toISOString() };
  await changeTokens(path, (tokens) => [...tokens, { ...row, hash: tokenDigest(token).toString('hex') }]);
  return { token, row };
}

/** Forgets a token. @throws McError `token.not_found`, `busy` */
export async function revokeToken(path: string, id: string): Promise<TokenRow> {
  let revoked: KeptToken | undefined;
  await changeTokens(path, (tokens) => {
    revoked = tokens.find((token) => token.id === id);
    if (!revoked) throw new McError('token.not_found', `there is no token "${id}"`, { hint: 'mc token list' });
    return tokens.filter((token) => token !== revoked);
  });
  return tokenRow(revoked as unknown as KeptToken);
}

/** A kept token without its hash. */
export function tokenRow({ id, label, scope, created_at }: KeptToken): TokenRow {
  return { id, label, scope, created_at };
}

async function changeTokens(path: string, change: (tokens: KeptToken[]) => KeptToken[]): Promise<void> {
  const lock = await acquireLock(`${path}.lock`, 'mc token');
  try {
    await writeFileAtomic(path, `${JSON.stringify({ tokens: change(readTokens(path)) }, null, 2)}\n`, { mode: MODE });
  } finally {
    await lock.release();
  }
}

function isKept(value: unknown): value is KeptToken {
  if (typeof value !== 'object' || value === null) return false;
  const { id, label, scope, created_at, hash } = value as Record<string, unknown>;
  const texts = [id, created_at].every((text) => typeof text === 'string');
  const known = (SCOPES as readonly unknown[]).includes(scope);
  return texts && known && (label === null || typeof label === 'string') && /^[0-9a-f]{64}$/.test(String(hash));
}

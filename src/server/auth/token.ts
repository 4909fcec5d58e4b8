import { timingSafeEqual } from 'node:crypto';
import { SCOPES, type Scope } from '../../protocol/index.js';
import { type KeptToken, tokenDigest } from './token-file.js';

/** Who is known by a token. */
export interface Tokens {
  /** False: everyone may do everything. */
  readonly required: boolean;
  /** What an Authorization header (undefined: none was sent) is worth. */
  check(header: string | undefined): readonly Scope[] | 'missing' | 'invalid';
  /** What the bearer of a token may do; null: a token that nobody knows. */
  scopesOf(token: string): readonly Scope[] | null;
}

export interface TokenOptions {
  required: boolean;
  /** The token of the settings, which opens everything; null: there is none. */
  own: string | null;
  /** The tokens that were made with `mc token create`, asked for at each request. */
  kept: () => readonly KeptToken[];
}

/** Knows tokens by their digests, each compared in constant time, and all of them each time. */
export function createTokens({ required, own, kept }: TokenOptions): Tokens {
  const ownDigest = own === null ? null : tokenDigest(own);
  const scopesOf = (token: string): readonly Scope[] | null => {
    const digest = tokenDigest(token);
    let scope: Scope | null = null;
    for (const entry of kept()) if (timingSafeEqual(Buffer.from(entry.hash, 'hex'), digest)) scope = entry.scope;
    if (ownDigest !== null && timingSafeEqual(ownDigest, digest)) scope = 'admin';
    return scope && scopesUpTo(scope);
  };
  return {
    required,
    check(header) {
      if (!required) return SCOPES;
      const [, presented] = /^Bearer +(\S+) *$/i.exec(header ?? '') ?? [];
      return presented === undefined ? 'missing' : (scopesOf(presented) ?? 'invalid');
    },
    scopesOf: (token) => (required ? scopesOf(token) : SCOPES),
  };
}

/** Each scope holds those before it. */
function scopesUpTo(scope: Scope): readonly Scope[] {
  return SCOPES.slice(0, SCOPES.indexOf(scope) + 1);
}

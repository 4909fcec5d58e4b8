import { createHash, timingSafeEqual } from 'node:crypto';
import type { Scope } from '../../protocol/index.js';

/** Who is known by a token. */
export interface Tokens {
  /** False: everyone may do everything. */
  readonly required: boolean;
  /** What an Authorization header (undefined: none was sent) is worth. */
  check(header: string | undefined): 'accepted' | 'missing' | 'invalid';
  /** What the bearer of a token may do; null: a token that nobody knows. */
  scopesOf(token: string): readonly Scope[] | null;
}

const ALL_SCOPES: readonly Scope[] = ['read', 'operate', 'admin'];

/** Knows the one token of the settings, compared in constant time; without one nobody needs any. */
export function createTokens(token: string | null): Tokens {
  const expected = token === null ? null : digest(token);
  const isKnown = (presented: string) => expected === null || timingSafeEqual(digest(presented), expected);
  return {
    required: expected !== null,
    check(header) {
      if (expected === null) return 'accepted';
      const [, presented] = /^Bearer +(\S+) *$/i.exec(header ?? '') ?? [];
      if (presented === undefined) return 'missing';
      return isKnown(presented) ? 'accepted' : 'invalid';
    },
    scopesOf: (presented) => (isKnown(presented) ? ALL_SCOPES : null),
  };
}

/** Digests are of one length, so that comparing them tells nothing about the token's. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

import { statSync } from 'node:fs';
import { type Clock, errnoOf } from '../../base/index.js';
import { type KeptToken, readTokens } from './token-file.js';

/** How often it is looked whether tokens were made or revoked, in milliseconds. */
const LOOK_MS = 500;

/**
 * The tokens of a file as they are now: who makes or revokes one need not restart the server. A file that has become
 * unreadable changes nothing; one that is gone takes all its tokens with it.
 * @throws McError `config.invalid` when the file makes no sense from the beginning
 */
export function createTokenBook(path: string | null, clock: Clock): () => readonly KeptToken[] {
  if (path === null) return () => [];
  let tokens = readTokens(path);
  let version = versionOf(path);
  let lookedAt = clock.now();
  return () => {
    const now = clock.now();
    if (now >= lookedAt && now - lookedAt < LOOK_MS) return tokens;
    lookedAt = now;
    const current = versionOf(path);
    if (current === version) return tokens;
    version = current;
    try {
      tokens = readTokens(path);
    } catch {
      // Reported at the next start; until then those count that were good.
    }
    return tokens;
  };
}

function versionOf(path: string): string {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats ? `${stats.ino}:${stats.mtimeMs}:${stats.size}` : 'none';
  } catch (error) {
    // Asked in the middle of requests and heartbeats, where nobody could take it.
    return errnoOf(error) ?? 'unknown';
  }
}

import { McError, type Settings } from '../../base/index.js';
import { isLoopback } from './hosts.js';

/**
 * Refuses to open the house to a network without a lock on its door.
 * @throws McError `usage` for a host beyond loopback with neither a token nor `allowAnonymous`
 */
export function requireGuardedDoor({
  host,
  token,
  allowAnonymous,
}: Pick<Settings, 'host' | 'token' | 'allowAnonymous'>): void {
  if (isLoopback(host) || token !== null || allowAnonymous) return;
  throw new McError('usage', `--host ${host} can be reached from other machines, and no token is set`, {
    hint: 'set one with --token or MC_TOKEN, or let everyone in with --allow-anonymous',
  });
}

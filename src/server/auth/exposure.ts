import { McError, type Settings } from '../../base/index.js';
import { isLoopback } from './hosts.js';

type Doors = Pick<Settings, 'host' | 'token' | 'allowAnonymous' | 'requireToken'>;

/**
 * Whether everyone has to present a token. Refuses to open the house to a network without a lock on its door, and a lock
 * to which there is no key.
 * @param kept how many tokens were made with `mc token create`
 * @throws McError `usage`
 */
export function needsToken({ host, token, allowAnonymous, requireToken }: Doors, kept: number): boolean {
  if (requireToken && allowAnonymous) {
    throw new McError('usage', '--require-token and --allow-anonymous contradict each other', {
      hint: 'leave one of them out',
    });
  }
  const known = token !== null || kept > 0;
  if (requireToken && !known) {
    throw new McError('usage', '--require-token would refuse every client: there is no token yet', {
      hint: 'make one with mc token create, or set one with MC_TOKEN',
    });
  }
  if (isLoopback(host) || allowAnonymous) return requireToken || token !== null;
  if (known) return true;
  throw new McError('usage', `--host ${host} can be reached from other machines, and no token is set`, {
    hint: 'make one with mc token create, set one with --token or MC_TOKEN, or let everyone in with --allow-anonymous',
  });
}

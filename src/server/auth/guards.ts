import type { Settings } from '../../base/index.js';
import { requireGuardedDoor } from './exposure.js';
import { createHostGuard, type HostGuard, ownNames, urlHost } from './hosts.js';
import { createOriginGuard, type OriginGuard, readOrigins } from './origins.js';
import { createTokens, type Tokens } from './token.js';

/** Who may come in. The same guards stand before REST and before the socket. */
export interface Guards {
  allowHost: HostGuard;
  allowOrigin: OriginGuard;
  tokens: Tokens;
}

export interface GuardOptions {
  settings: Pick<Settings, 'host' | 'token' | 'allowAnonymous' | 'allowOrigin'>;
  /** Addresses of this machine. */
  addresses: readonly string[];
  /** The port on which REST and our pages are served, once it is bound. */
  pagePort: () => number | null;
}

/** The guards that the settings ask for. @throws McError `usage` for settings that would open the house to all */
export function createGuards({ settings, addresses, pagePort }: GuardOptions): Guards {
  requireGuardedDoor(settings);
  const allowOrigin = readOrigins(settings.allowOrigin);
  const rules = { host: settings.host, addresses, allowOrigin };
  return {
    allowHost: createHostGuard(rules),
    allowOrigin: createOriginGuard({
      own: ownOrigins([...ownNames({ ...rules, allowOrigin: [] })], pagePort),
      allowOrigin,
    }),
    tokens: createTokens(settings.token),
  };
}

function ownOrigins(names: string[], pagePort: () => number | null): () => readonly string[] {
  let known: { port: number; origins: string[] } | null = null;
  return () => {
    const port = pagePort();
    if (port === null) return [];
    if (known?.port !== port)
      known = { port, origins: names.map((name) => new URL(`http://${urlHost(name)}:${port}`).origin) };
    return known.origins;
  };
}

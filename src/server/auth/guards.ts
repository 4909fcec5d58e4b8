import type { Settings } from '../../base/index.js';
import { needsToken } from './exposure.js';
import { createHostGuard, type HostGuard, isLoopback, ownNames, urlHost } from './hosts.js';
import { createOriginGuard, type OriginGuard, readOrigins } from './origins.js';
import { createTokens, type Tokens } from './token.js';
import type { KeptToken } from './token-file.js';

/** Who may come in. The same guards stand before REST and before the socket. */
export interface Guards {
  allowHost: HostGuard;
  allowOrigin: OriginGuard;
  tokens: Tokens;
}

export interface GuardOptions {
  settings: Pick<Settings, 'host' | 'token' | 'allowAnonymous' | 'requireToken' | 'allowOrigin' | 'tlsCert'>;
  /** Addresses of this machine. */
  addresses: readonly string[];
  /** The port on which REST and our pages are served, once it is bound. */
  pagePort: () => number | null;
  /** The tokens that were made with `mc token create`. Default: none. */
  kept?: () => readonly KeptToken[];
}

/** The guards that the settings ask for. @throws McError `usage` for settings that would open the house to all */
export function createGuards({ settings, addresses, pagePort, kept = () => [] }: GuardOptions): Guards {
  const required = needsToken(settings, kept().length);
  const allowOrigin = readOrigins(settings.allowOrigin);
  const rules = { host: settings.host, addresses, allowOrigin };
  return {
    allowHost: createHostGuard(rules),
    allowOrigin: createOriginGuard({
      own: ownOrigins(ownNames({ ...rules, allowOrigin: [] }), settings.tlsCert !== null, pagePort),
      allowOrigin,
    }),
    tokens: createTokens({ required, own: settings.token, kept }),
  };
}

/** Over TLS our own pages are also called by the names of loopback; over plain HTTP those are let in on any port. */
function ownOrigins(names: string[], secure: boolean, pagePort: () => number | null): () => readonly string[] {
  const called = secure && names.some(isLocal) ? [...names, 'localhost', '127.0.0.1', '::1'] : names;
  let known: { port: number; origins: string[] } | null = null;
  return () => {
    const port = pagePort();
    if (port === null) return [];
    if (known?.port !== port) known = { port, origins: called.map((name) => originOf(secure, name, port)) };
    return known.origins;
  };
}

/** Whether loopback leads to this name: it is one of its own, or stands for every address. */
function isLocal(name: string): boolean {
  return isLoopback(name) || name === '0.0.0.0' || name === '[::]';
}

function originOf(secure: boolean, name: string, port: number): string {
  return new URL(`${secure ? 'https' : 'http'}://${urlHost(name)}:${port}`).origin;
}

import { McError } from '../../base/index.js';

export interface OriginRules {
  /** Origins of our own pages; asked for at each request, because ports are known only once they are bound. */
  own: () => readonly string[];
  /** Further origins, as `readOrigins` gives them. */
  allowOrigin: readonly string[];
}

/** Whether pages of an Origin header's origin may read, write and connect. undefined: not sent, so no page asks. */
export type OriginGuard = (header: string | undefined) => boolean;

/** Pages that this machine serves to itself. */
const LOCAL = /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/;

/** Lets in our own pages, pages of localhost on any port, and what was allowed by name. Never `null`: that is any file. */
export function createOriginGuard({ own, allowOrigin }: OriginRules): OriginGuard {
  const allowed = new Set(allowOrigin);
  return (header) => header === undefined || LOCAL.test(header) || allowed.has(header) || own().includes(header);
}

/**
 * The origins of a setting, in the form browsers send them (`https://ops.example`, lower case, no default port).
 * @throws McError `usage` for anything that is not an http or https origin, `*` and `null` too
 */
export function readOrigins(entries: readonly string[]): string[] {
  return entries.map((entry) => {
    const url = URL.canParse(entry) ? new URL(entry) : null;
    const bare = url !== null && url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
    if (url === null || !bare || !/^https?:$/.test(url.protocol)) {
      throw new McError('usage', `--allow-origin: ${JSON.stringify(entry)} is not an origin`, {
        hint: 'write it as https://ops.example or http://10.0.0.5:3000, each by its own name',
      });
    }
    return url.origin;
  });
}

import { McError } from '../../base/index.js';

/** How this server may be called. */
export interface HostRules {
  /** The address that was asked for: `127.0.0.1`, `::1`, `0.0.0.0`, `office.lan`. */
  host: string;
  /** Addresses of this machine. They count only when the server listens beyond loopback. */
  addresses: readonly string[];
  /** Origins let in by name; their host names are let in too. */
  allowOrigin: readonly string[];
}

/** Whether a Host header (undefined: none was sent) names this server. */
export type HostGuard = (header: string | undefined) => boolean;

const FORM = /^(\[[0-9a-f:.]+\]|[^\s:/@?#[\]]+)(?::\d{1,5})?$/i;
const LOOPBACK_4 = /^127(?:\.\d{1,3}){3}$/;

/**
 * Refuses host names that are not ours. A page of `evil.example` whose name was made to point at 127.0.0.1 (DNS
 * rebinding) is same-origin with us for its browser; only the Host header still says where it comes from.
 */
export function createHostGuard(rules: HostRules): HostGuard {
  const names = new Set(ownNames(rules));
  const isOurs = (header: string) => {
    const name = FORM.exec(header)?.[1]?.toLowerCase();
    return name !== undefined && (isLoopback(name) || names.has(name));
  };
  // Nearly all requests call us by the same name.
  let last: string | null = null;
  return (header) => {
    // Only HTTP/1.0 can do without a Host header, and no browser speaks it.
    if (header === undefined || header === last) return true;
    if (!isOurs(header)) return false;
    last = header;
    return true;
  };
}

/** What of a request says which server it means. */
export interface Called {
  /** The request target: nearly always a path. */
  url?: string | undefined;
  rawHeaders: readonly string[];
  headers: { host?: string | undefined };
  httpVersionMajor: number;
}

/**
 * Why a request is not for this server, or null. It must call us by a name of ours: by its Host header, and where the
 * target is in absolute form by that too, because it counts before the header (RFC 9112, 3.2.2).
 */
export function refusedCall(
  { url = '/', rawHeaders, headers, httpVersionMajor }: Called,
  isOurs: HostGuard,
): McError | null {
  if (httpVersionMajor < 1) return new McError('input.invalid', 'HTTP before 1.0 is not spoken here');
  if (countHosts(rawHeaders) > 1) {
    return new McError('input.invalid', 'the request has several Host headers', { hint: 'send one' });
  }
  if (!isOurs(headers.host)) return refusedHost(headers.host);
  const [, authority] = url.startsWith('/') ? [] : (ABSOLUTE.exec(url) ?? []);
  return authority === undefined || isOurs(authority) ? null : refusedHost(authority);
}

function refusedHost(host: string | undefined): McError {
  return new McError('host.refused', `${JSON.stringify(host?.slice(0, 255))} is not a name of this server`, {
    hint: 'call it by its address, or allow the name with --allow-origin http://NAME:PORT',
  });
}

const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i;

function countHosts(rawHeaders: readonly string[]): number {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name !== undefined && name.length === 4 && name.toLowerCase() === 'host') count += 1;
  }
  return count;
}

/** True for the names and addresses that only this machine can reach. IPv6 with or without brackets. */
export function isLoopback(host: string): boolean {
  // What it nearly always is.
  if (host === '127.0.0.1') return true;
  // A socket for both families writes IPv4 addresses as IPv6 ones.
  const name = withoutBrackets(host)
    .toLowerCase()
    .replace(/^::ffff:/, '');
  return name === 'localhost' || name === '::1' || LOOPBACK_4.test(name);
}

/** The names, beside those of loopback, under which the server answers; IPv6 in brackets, lower case. */
export function ownNames({ host, addresses, allowOrigin }: HostRules): string[] {
  const machine = isLoopback(host) ? [] : addresses;
  const allowed = allowOrigin.map((origin) => new URL(origin).hostname);
  return [...[host, ...machine].map(urlHost), ...allowed].map((name) => name.toLowerCase());
}

/** A host as it stands in a URL: IPv6 in brackets, without its zone. */
export function urlHost(host: string): string {
  const bare = withoutBrackets(host);
  return bare.includes(':') ? `[${bare.replace(/%.*$/, '')}]` : bare;
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

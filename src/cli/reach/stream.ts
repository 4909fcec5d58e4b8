import { type Config, McError } from '../../base/index.js';
import { type FindTarget, openEventStream, type WebSocketLike } from '../../client/index.js';
import { ROUTES } from '../../protocol/index.js';
import { lineReader } from './fetch.js';
import type { Server } from './reach.js';

/** How long a socket may take to say hello where there is another way, in milliseconds. */
const TRY_MS = 4000;

/** What opens streams: WebSockets, which Node 20 has not of its own, and server-sent events for an address of http. */
export async function loadSocket(): Promise<(url: string, token?: string) => WebSocketLike> {
  const { WebSocket } = await import('ws');
  return (url, token) =>
    url.startsWith('http') ? openEventStream(lineReader(token ?? null), url) : new WebSocket(url);
}

/**
 * Finds the stream of a server, which is reached anew each time. The address that a server gives of itself is tried, and who
 * answers there has to be in the same life of the same server. Where it cannot be reached (a tunnel, a mapped port, a
 * proxy) or is another server, the stream is read from the REST address, which needs one port alone. A token goes only to
 * an address that the user named, or that has proved who it is.
 */
export function streamFinder(config: Config, reach: () => Promise<Server>): FindTarget {
  /** The socket that was tried, and the life of the server that named it: when that begins anew, it is tried anew. */
  let tried = { url: '', epoch: '' };
  let useless = '';
  return async (before) => {
    if (before?.url.startsWith(tried.url) && before.outcome !== 'opened') useless = tried.epoch;
    const server = await reach();
    const token = server.token === null ? {} : { token: server.token };
    const { epoch } = server.identity;
    const named = config.values.stream;
    if (named !== null) return { url: readStreamUrl(named), epoch, ...token };
    const socket = socketOf(server);
    if (socket === null || useless === epoch)
      return { url: `${server.url}${ROUTES.eventStream.path}`, epoch, ...token };
    tried = { url: socket, epoch };
    return { ...tried, openingMs: TRY_MS, ...token };
  };
}

/** The socket that a server is found at and may be sent the token; null: there is none that we know. */
function socketOf({ candidate, identity, token, url }: Server): string | null {
  // One process holds both ports, and has just proved that it is the one.
  if (candidate.by === 'record') return candidate.ws;
  if (token !== null || !URL.canParse(identity.stream)) return null;
  const socket = new URL(identity.stream);
  const host = new URL(url).hostname;
  if (socket.hostname === '0.0.0.0' || socket.hostname === '[::]') socket.hostname = host;
  // What a server calls loopback is its own machine, not this one.
  if (isLoopback(socket.hostname) && !isLoopback(host)) return null;
  return socket.protocol === 'ws:' || socket.protocol === 'wss:' ? socket.href.replace(/\/+$/, '') : null;
}

function isLoopback(host: string): boolean {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(host);
}

/** Reads `--stream`: a WebSocket, or a server's address whose event stream is meant. @throws McError `usage` */
function readStreamUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === 'ws:' || url?.protocol === 'wss:') return url.href.replace(/\/+$/, '');
  if (url?.protocol === 'http:' || url?.protocol === 'https:') {
    return url.pathname === '/' ? `${url.origin}${ROUTES.eventStream.path}` : url.href;
  }
  throw new McError('usage', `"${text}" is not the URL of a stream`, {
    hint: 'write it as ws://127.0.0.1:8765, or as http://127.0.0.1:8080 for the stream over HTTP',
  });
}

import { CLOSE } from '../protocol/index.js';
import type { WebSocketLike } from './socket.js';

/** Opens an address of server-sent events, and yields its lines until it ends or `signal` says so. */
export type OpenLines = (url: string, signal: AbortSignal) => Promise<{ status: number; lines: AsyncIterable<string> }>;

/**
 * The event stream over HTTP, in the form of a socket: what needs one port alone, and goes through every proxy. It cannot
 * be spoken to: a token goes with the request, and pings are not sent, heartbeats show that it lives.
 */
export function openEventStream(open: OpenLines, url: string): WebSocketLike {
  const abort = new AbortController();
  const socket: WebSocketLike & { readyState: number } = {
    oneWay: true,
    readyState: 0,
    onopen: null,
    onmessage: null,
    onclose: null,
    onerror: null,
    send: () => {},
    close: () => finish(1000, ''),
  };

  const finish = (code: number, reason: string) => {
    if (socket.readyState === 3) return;
    socket.readyState = 3;
    abort.abort();
    call(socket.onclose, { code, reason });
  };

  const read = async () => {
    const { status, lines } = await open(url, abort.signal);
    if (status === 401 || status === 403) return finish(CLOSE.token, 'the token is missing or wrong');
    if (status !== 200) return finish(CLOSE.internal, `HTTP ${status}`);
    socket.readyState = 1;
    call(socket.onopen, {});
    for await (const line of lines) if (line.startsWith('data: ')) call(socket.onmessage, { data: line.slice(6) });
    return finish(CLOSE.goingAway, '');
  };

  read().catch((error: unknown) => finish(CLOSE.goingAway, String(error)));
  return socket;
}

function call(listener: ((event: never) => void) | null, event: object): void {
  listener?.(event as never);
}

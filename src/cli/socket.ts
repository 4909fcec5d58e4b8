import type { WebSocketLike } from '../client/index.js';

/** What opens sockets in Node 20, which has no WebSocket of its own. */
export async function loadSocket(): Promise<(url: string) => WebSocketLike> {
  const { WebSocket } = await import('ws');
  return (url) => new WebSocket(url);
}

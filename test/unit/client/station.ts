import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { type ConnectionOptions, type ConnectionState, createConnection } from '../../../src/client/index.js';
import type { ServerFrame } from '../../../src/protocol/index.js';

/** One connection as the server's side sees it. */
export interface Caller {
  /** The query it came with. */
  query: URLSearchParams;
  /** Frames it has sent. */
  said: Record<string, unknown>[];
  say(...frames: (ServerFrame | string)[]): void;
  socket: WebSocket;
}

/** A real server on port 0 that does what the test says; everybody who ever called is in `callers`. */
export async function createStation(answer: (caller: Caller, index: number) => void = () => undefined) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  const callers: Caller[] = [];
  server.on('connection', (socket, request) => {
    const say: Caller['say'] = (...frames) => {
      for (const frame of frames) socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
    };
    const query = new URL(request.url ?? '/', 'ws://station').searchParams;
    const caller: Caller = { query, said: [], say, socket };
    socket.on('message', (data) =>
      caller.said.push(JSON.parse((data as Buffer).toString()) as Record<string, unknown>),
    );
    callers.push(caller);
    answer(caller, callers.length - 1);
  });
  await new Promise((resolve) => {
    server.once('listening', resolve);
  });
  const stop = () => {
    for (const client of server.clients) client.terminate();
    server.close();
  };
  onTestFinished(stop);
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/stream`, callers, stop };
}

/** A connection that retries at once, with all it has told. */
export function attach(url: string, options: Partial<ConnectionOptions> = {}) {
  const connection = createConnection({
    url,
    socket: (address) => new WebSocket(address),
    random: () => 0,
    now: () => performance.now(),
    ...options,
  });
  const frames: ServerFrame[] = [];
  const states: ConnectionState[] = [];
  connection.onFrame((frame) => frames.push(frame));
  connection.onState((state) => states.push(state));
  onTestFinished(() => connection.close());
  return { connection, frames, states };
}

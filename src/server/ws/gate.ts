import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import { McError } from '../../base/index.js';
import { refusedCall } from '../auth/index.js';
import type { HubLimits } from '../stream/limits.js';

export interface GateOptions {
  /** Of the request's Origin header; undefined when it has none, as programs send it. The request may bear a page token. */
  allowOrigin: (origin: string | undefined, request: IncomingMessage) => boolean;
  /** Of a name by which a request calls us. */
  allowHost: (host: string | undefined) => boolean;
  limits: Pick<HubLimits, 'maxFrameBytes' | 'lingerMs'>;
  onOpen: (ws: WebSocket, socket: Duplex, request: IncomingMessage) => void;
}

/** The door to the hub: answers upgrade requests of HTTP servers. Who is not let in hears it as HTTP, before any frame. */
export interface Gate {
  attach(server: Server): void;
  /** From now on upgrades are answered 503. */
  close(): void;
}

/** A gate of no server yet. Nothing is compressed: it costs more than it saves on short frames. */
export function createGate({ allowOrigin, allowHost, limits, onOpen }: GateOptions): Gate {
  // `closeTimeout` is documented by ws, but not yet known to its published types.
  const settings: ServerOptions & { closeTimeout: number } = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    // The hub answers pings itself, so that a flood of them is held to its limits.
    autoPong: false,
    maxPayload: limits.maxFrameBytes,
    closeTimeout: limits.lingerMs,
  };
  const handshakes = new WebSocketServer(settings);

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const error = refusal(request);
    if (error) refuse(socket, error);
    else handshakes.handleUpgrade(request, socket, head, (ws) => onOpen(ws, socket, request));
  };

  const refusal = (request: IncomingMessage): McError | null => {
    const uncalled = refusedCall(request, allowHost);
    if (uncalled) return uncalled;
    const { origin } = request.headers;
    if (allowOrigin(origin, request)) return null;
    return new McError('origin.refused', `pages of ${origin ?? 'no origin'} may not connect`, {
      hint: 'allow it with --allow-origin',
    });
  };

  return {
    attach(server) {
      server.on('upgrade', onUpgrade);
      if (server.listenerCount('request') === 0) server.on('request', upgradeRequired);
    },
    close: () => handshakes.close(),
  };
}

function refuse(socket: Duplex, error: McError): void {
  const body = JSON.stringify(error.toBody());
  socket.on('error', () => socket.destroy());
  // Nothing watches over this socket any more: a client that keeps its side open would hold it for ever.
  socket.once('finish', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${error.http} ${STATUS_CODES[error.http]}\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** What a browser hears that opens the WebSocket's port as a page. */
function upgradeRequired(_request: IncomingMessage, response: ServerResponse): void {
  const body = { error: 'this port speaks WebSocket', code: 'upgrade.required', hint: 'connect with ws://' };
  response.writeHead(426, { 'content-type': 'application/json; charset=utf-8', upgrade: 'websocket' });
  response.end(JSON.stringify(body));
}

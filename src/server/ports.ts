import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { errnoOf, McError, portHolder, toMcError } from '../base/index.js';

export interface DoorOptions {
  host: string;
  /** 0 picks a free one. */
  port: number;
  /** The flag that chooses the port, for the error when it is taken. */
  flag: string;
  /** Certificate chain and private key, PEM: https and wss. null: plain. */
  tls?: { cert: string; key: string } | null;
  limits?: Partial<DoorLimits>;
}

/** What one client can make the server wait for, in milliseconds; and how many can be there at once. */
export interface DoorLimits {
  /** Until all headers are there, counted from the connection or from the last answer's next byte. */
  headers: number;
  /** Until the whole request is there. */
  request: number;
  /** How long an idle connection is kept for another request. */
  keepAlive: number;
  /** How long nothing may move on a connection: neither a slow answer of ours nor a client that does not read it. */
  idle: number;
  /** How often headers and requests are looked at. */
  check: number;
  connections: number;
}

/** A port that is ours. Bound early, so that a taken one is reported before anything is started. */
export interface Door {
  readonly server: Server;
  readonly port: number;
  /** From now on requests go to this listener; before that they are answered with 503. */
  serve(listener: RequestListener): void;
  /** Takes no more connections, ends idle ones, lets running requests end within the limit, then cuts them off. */
  close(limitMs: number): Promise<void>;
}

const LIMITS: DoorLimits = {
  headers: 10_000,
  request: 30_000,
  keepAlive: 60_000,
  idle: 900_000,
  check: 2000,
  connections: 4096,
};
const MAX_HEADER_BYTES = 16 * 1024;

/** @throws McError `port.taken` naming port and flag, `usage` for a host that is not this machine's */
export async function openDoor({ host, port, flag, tls = null, limits: asked }: DoorOptions): Promise<Door> {
  const limits = { ...LIMITS, ...asked };
  let listener: RequestListener = answerStarting;
  const options = {
    headersTimeout: limits.headers,
    requestTimeout: limits.request,
    keepAliveTimeout: limits.keepAlive,
    connectionsCheckingInterval: limits.check,
    maxHeaderSize: MAX_HEADER_BYTES,
    noDelay: true,
  };
  const answer: RequestListener = (request, response) => listener(request, response);
  const server = tls
    ? createSecureServer({ ...options, ...tls, handshakeTimeout: limits.headers }, answer)
    : createServer(options, answer);
  server.maxConnections = limits.connections;
  server.timeout = limits.idle;
  await listen(server, host, port).catch(async (error: unknown) => {
    throw await listenError(error, { host, port, flag });
  });
  return {
    server,
    port: (server.address() as AddressInfo).port,
    serve(next) {
      listener = next;
    },
    close: (limitMs) => closeServer(server, limitMs),
  };
}

function answerStarting(_request: IncomingMessage, response: ServerResponse): void {
  const error = new McError('starting', 'the server is still reading the workspace', { hint: 'try again in a second' });
  response.writeHead(error.http, { 'content-type': 'application/json; charset=utf-8', 'retry-after': '1' });
  response.end(JSON.stringify(error.toBody()));
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 1024 }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function listenError(error: unknown, { host, port, flag }: DoorOptions): Promise<McError> {
  switch (errnoOf(error)) {
    case 'EADDRINUSE': {
      const holder = await portHolder(host, port);
      return new McError('port.taken', `port ${port} on ${host} is taken by ${holder ?? 'another program'}`, {
        hint: `choose another with ${flag} (${flag} 0 picks a free one), or stop what uses it`,
        cause: error,
      });
    }
    case 'EACCES':
      return new McError('usage', `this user may not listen on port ${port}`, {
        hint: `choose one above 1023 with ${flag}`,
        cause: error,
      });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new McError('usage', `--host ${host} is not an address of this machine`, { cause: error });
    default:
      return toMcError(error);
  }
}

function closeServer(server: Server, limitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), limitMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/** What a browser or a script hears that asks the WebSocket's port for a page. */
export function answerUpgradeRequired(_request: IncomingMessage, response: ServerResponse): void {
  const error = new McError('upgrade.required', 'this port speaks WebSocket', { hint: 'connect with ws://' });
  response.writeHead(error.http, { 'content-type': 'application/json; charset=utf-8', upgrade: 'websocket' });
  response.end(JSON.stringify(error.toBody()));
}

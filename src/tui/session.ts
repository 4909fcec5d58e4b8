import { packageVersion } from '../base/index.js';
import { type Connection, createConnection, type RestClient, RestError, type WebSocketLike } from '../client/index.js';
import { type HelloData, PROTOCOL_VERSION } from '../protocol/index.js';
import type { Store } from './store.js';

/** A server that was found. */
export interface Reached {
  /** Of its REST API, no trailing slash. */
  url: string;
  rest: RestClient;
  token: string | null;
  /** Where its event stream is. */
  streamUrl(): Promise<string>;
}

export interface SessionOptions {
  /** Finds the server; asked again and again until it does not reject. */
  reach: () => Promise<Reached>;
  socket: (url: string) => WebSocketLike;
  store: Store;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** 0 to 1. */
  random: () => number;
}

/** Stays with a server: finds it, connects, finds it again when it comes back somewhere else. */
export interface Session {
  rest(): RestClient | null;
  /** Each second: looks whether a lost server is back. */
  tick(): void;
  /** Tries at once. */
  wake(): void;
  stop(): void;
}

/** How long after the last look a lost server is looked for again. */
const PROBE_MS = 3000;
const RETRY_MS = 1000;
const RETRY_LIMIT_MS = 5000;

/** Begins to look for the server at once. */
export function createSession({ reach, socket, store, now, random }: SessionOptions): Session {
  let reached: Reached | null = null;
  let stream: string | null = null;
  let connection: Connection | null = null;
  let attempt = 0;
  let retryAt = 0;
  let looking = false;
  let probedAt = 0;
  let stopped = false;

  const connect = (server: Reached, url: string) => {
    connection?.close();
    [reached, stream] = [server, url];
    const opened = createConnection({
      url,
      socket,
      now,
      random,
      ...(server.token === null ? {} : { token: server.token }),
    });
    connection = opened;
    const told = () => {
      if (connection === opened) store.link(opened.state());
    };
    opened.onState(told);
    opened.onFrame((frame) => {
      if (frame.type === 'hello')
        store.server(
          { url: server.url, version: frame.data.version, workspace: frame.data.workspace },
          oddity(frame.data),
        );
      store.frame(frame);
    });
    told();
  };

  const look = async () => {
    if (looking || stopped) return;
    looking = true;
    probedAt = now();
    try {
      const server = await reach();
      const url = await server.streamUrl();
      if (stopped) return;
      attempt = 0;
      const moved = connection === null || url !== stream || server.url !== reached?.url;
      if (moved || connection?.state().name === 'closed') connect(server, url);
      else connection?.wake();
    } catch (error) {
      if (!stopped) missed(error);
    } finally {
      looking = false;
    }
  };

  const missed = (error: unknown) => {
    attempt += 1;
    retryAt = now() + Math.min(RETRY_LIMIT_MS, RETRY_MS * 2 ** (attempt - 1));
    if (isRefusal(error)) store.link({ name: 'closed', reason: messageOf(error) });
    else if (connection === null)
      store.link({ name: 'no-server', reason: messageOf(error), hint: hintOf(error), attempt, retryAt });
  };

  void look();
  return {
    rest: () => reached?.rest ?? null,
    tick() {
      const state = connection?.state();
      if (state === undefined && store.getSnapshot().link.name === 'no-server' && now() >= retryAt) void look();
      // A connection alone would try the old address for ever; a server that was started anew may have another.
      if (state?.name === 'reconnecting' && state.attempt > 1 && now() - probedAt >= PROBE_MS) void look();
    },
    wake() {
      if (connection?.state().name === 'reconnecting') connection.wake();
      else if (connection === null || connection.state().name === 'closed') void look();
    },
    stop() {
      stopped = true;
      connection?.close();
    },
  };
}

/** What is odd about a server that speaks otherwise than we do; null when nothing is. */
function oddity({ protocol, version }: HelloData): string | null {
  const own = packageVersion();
  if (protocol !== PROTOCOL_VERSION)
    return `the server (${version}) speaks protocol ${protocol}, this mc ${PROTOCOL_VERSION}: some of this may be wrong`;
  const part = (text: string) => text.split('.').slice(0, 2).join('.');
  return part(version) === part(own) ? null : `the server is ${version}, this mc ${own}`;
}

function isRefusal(error: unknown): boolean {
  const status = error instanceof RestError ? error.status : null;
  return status === 401 || status === 403;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function hintOf(error: unknown): string | null {
  const { hint } = (typeof error === 'object' && error !== null ? error : {}) as { hint?: unknown };
  return typeof hint === 'string' ? hint : null;
}

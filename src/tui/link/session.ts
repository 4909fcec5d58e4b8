import { packageVersion } from '../../base/index.js';
import {
  type Attempt,
  type Connection,
  createConnection,
  type FindTarget,
  type ReachedServer,
  type RestClient,
  type WebSocketLike,
} from '../../client/index.js';
import { type HelloData, PROTOCOL_VERSION } from '../../protocol/index.js';
import type { Store } from './store.js';

/** Finds the server and says which it is, then where its stream is. Asked before each attempt: it may have come back elsewhere. */
export type Seek = (onServer: (server: ReachedServer) => void) => FindTarget;

export interface SessionOptions {
  seek: Seek;
  socket: (url: string, token?: string) => WebSocketLike;
  store: Store;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** 0 to 1. */
  random: () => number;
}

/** Stays with a server: finds it, connects, finds it again when it comes back somewhere else. */
export interface Session {
  /** Null while it is not certain who is there: nothing is asked, and no token sent, before. */
  rest: () => RestClient | null;
  /** Tries at once. */
  wake(): void;
  stop(): void;
}

/** Somebody looks at the screen: a server that comes back is to be seen soon. */
const LONGEST_WAIT_MS = 5000;

/** Begins to look for the server at once. */
export function createSession({ seek, socket, store, now, random }: SessionOptions): Session {
  let reached: ReachedServer | null = null;
  let connection: Connection | null = null;
  let found = false;
  /** Why the server was not found at the last attempt. */
  let missed: { reason: string; hint: string | null } | null = null;

  const find = seek((server) => {
    reached = server;
    found = true;
  });
  const target = async (before: Attempt | null) => {
    try {
      const at = await find(before);
      missed = null;
      return at;
    } catch (error) {
      missed = { reason: messageOf(error), hint: hintOf(error) };
      throw error;
    }
  };

  const begin = () => {
    const opened = createConnection({ url: target, socket, now, random, longestWaitMs: LONGEST_WAIT_MS });
    connection = opened;
    const changed = () => {
      const state = opened.state();
      if (connection !== opened) return;
      if (state.name !== 'reconnecting' || found || missed === null) return store.link(state);
      store.link({ name: 'no-server', ...missed, attempt: state.attempt, retryAt: state.retryAt });
    };
    opened.onState(changed);
    opened.onFrame((frame) => {
      if (frame.type === 'hello' && reached !== null)
        store.server(
          { url: reached.url, version: frame.data.version, workspace: frame.data.workspace },
          versionMismatch(frame.data),
        );
      store.frame(frame);
    });
    changed();
  };

  begin();
  return {
    rest: () => (connection?.state().name === 'live' ? (reached?.rest ?? null) : null),
    wake() {
      if (connection?.state().name === 'closed') begin();
      else if (connection?.state().name === 'reconnecting') connection.wake();
    },
    stop: () => connection?.close(),
  };
}

/** What is odd about a server that speaks otherwise than we do; null when nothing is. */
function versionMismatch({ protocol, version }: HelloData): string | null {
  const own = packageVersion();
  if (protocol !== PROTOCOL_VERSION)
    return `the server (${version}) speaks protocol ${protocol}, this mc ${PROTOCOL_VERSION}: some of this may be wrong`;
  const part = (text: string) => text.split('.').slice(0, 2).join('.');
  return part(version) === part(own) ? null : `the server is ${version}, this mc ${own}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function hintOf(error: unknown): string | null {
  const { hint } = (typeof error === 'object' && error !== null ? error : {}) as { hint?: unknown };
  return typeof hint === 'string' ? hint : null;
}

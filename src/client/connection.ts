import {
  backoffMs,
  CLOSE,
  EVENT_TYPES,
  type EventType,
  formatPosition,
  type Position,
  type PublishableType,
  parseServerFrame,
  type ServerFrame,
} from '../protocol/index.js';
import { type Link, watchLink } from './link.js';
import { createListeners, type ListenerErrors } from './listeners.js';
import { createPublishes, PublishError } from './publishes.js';
import {
  type Narrowing,
  type OutgoingFrame,
  type Subscription,
  streamUrl,
  systemTimers,
  type Timers,
  type WebSocketLike,
} from './socket.js';
import { createStream } from './stream.js';

export type ConnectionState =
  | { name: 'connecting' }
  /** `hello` has come; the mirror's `synced` says when the snapshot is whole. */
  | { name: 'live' }
  /** `attempt` is 1 for the first; `retryAt` in milliseconds as `now` gives them. */
  | { name: 'reconnecting'; attempt: number; retryAt: number; reason?: string }
  /** For good: closed by its owner, refused by the server (4401), or an address no socket can be opened to. */
  | { name: 'closed'; reason: string };

/** Where a stream is, for one attempt. */
export interface Target {
  /** `ws:` or `wss:`, any path; or whatever else `socket` opens. */
  url: string;
  token?: string;
  /** The life of the server that must be there: whoever else says `hello` is let go, and nothing of what it says counts. */
  epoch?: string;
  /** How long it may take to `hello`, in milliseconds. Default 15 s. */
  openingMs?: number;
}

/** How the attempt before ended: `opened` said the right `hello`, `unopened` none, `foreign` was another server's. */
export interface Attempt {
  url: string;
  outcome: 'opened' | 'unopened' | 'foreign';
}

/** Finds the stream anew. What it rejects with is the reason why this attempt failed. */
export type FindTarget = (before: Attempt | null) => Promise<Target>;

export interface ConnectionOptions {
  /** `ws:` or `wss:`, any path; or what finds it, asked before each attempt. */
  url: string | FindTarget;
  /** Opens a socket: `(url) => new WebSocket(url)`. */
  socket: (url: string, token?: string) => WebSocketLike;
  /** Only these types of events; all by default. */
  channels?: readonly EventType[];
  /** Only events about these agents; all by default. */
  agents?: readonly string[];
  token?: string;
  /** 0 to 1. */
  random: () => number;
  /** The longest wait before another attempt, in milliseconds. Default 30 s. */
  longestWaitMs?: number;
  /** Milliseconds; only differences matter. */
  now: () => number;
  timers?: Timers;
  /** How long a publish may take, waiting for a connection included. Default 30 s. */
  publishTimeoutMs?: number;
  /** Called with what a listener threw. Default: it is printed to the console. */
  onListenerError?: ListenerErrors;
}

export interface Connection {
  state(): ConnectionState;
  /** Where the stream would be resumed; null before the first snapshot is whole. */
  position(): Position | null;
  /** Calls back with each frame, none twice, until the returned function is called. */
  onFrame(listener: (frame: ServerFrame) => void): () => void;
  onState(listener: (state: ConnectionState) => void): () => void;
  /** False when there is no connection: nothing was sent and nothing will be. */
  send(frame: OutgoingFrame): boolean;
  /** The position of the resulting event. Waits for a connection, with 99 others at most; rejects with PublishError. */
  publish(event: PublishableType, data: object): Promise<Position>;
  /** Something says that a connection is possible again (online, visible): tries at once, or probes the link. */
  wake: () => void;
  close: () => void;
}

/** Connects at once and stays connected, for ever, until it is closed or refused. */
export function createConnection(options: ConnectionOptions): Connection {
  const { url, token, random, now, timers = systemTimers(), publishTimeoutMs: timeoutMs = 30_000 } = options;
  const frames = createListeners<ServerFrame>(options.onListenerError);
  const states = createListeners<ConnectionState>(options.onListenerError);
  let state: ConnectionState = { name: 'connecting' };
  let narrowing: Narrowing = { channels: options.channels ?? null, agents: options.agents ?? null };
  /** Subscriptions that are not answered yet. */
  let asked: Subscription[] = [];
  let stream = createStream();
  let socket: WebSocketLike | null = null;
  let link: Link | null = null;
  let resyncing = false;
  let attempt = 0;
  let retry: unknown = null;
  let last: Attempt | null = null;

  const enter = (next: ConnectionState) => {
    state = next;
    states.call(next);
  };

  const write = (frame: OutgoingFrame) => socket?.send(JSON.stringify(frame));

  const send = (frame: OutgoingFrame) => {
    if (state.name !== 'live') return false;
    if (frame.type === 'subscribe' || frame.type === 'unsubscribe') asked.push(frame);
    write(frame);
    return true;
  };

  /** A client that asks for a part must not take what is left out for lost. */
  const isNarrowed = () => asked.length > 0 || narrowing.channels !== null || narrowing.agents !== null;

  const publishes = createPublishes({ timers, timeoutMs, send });

  /** From where to go on. What was held before a `resync` is not enough any more: who is cut off there begins anew. */
  const position = () => (resyncing ? null : stream.position());

  const connect = () => {
    enter({ name: 'connecting' });
    // A listener may have closed it.
    if (state.name === 'closed') return;
    if (typeof url === 'string') return open(token === undefined ? { url } : { url, token });
    const isAsking = () => state.name === 'connecting';
    url(last).then(
      (target) => isAsking() && open(target),
      (error: unknown) => isAsking() && lose(messageOf(error)),
    );
  };

  const open = (target: Target) => {
    const since = position();
    const attempted: Attempt = { url: target.url, outcome: 'unopened' };
    last = attempted;
    try {
      socket = options.socket(streamUrl(target.url, narrowing, since && formatPosition(since)), target.token);
    } catch (error) {
      return end(messageOf(error));
    }
    const { openingMs } = target;
    const unopened = () => (attempted.outcome === 'opened' ? undefined : `no stream opens at ${target.url}`);
    const ping = socket.oneWay ? null : () => write({ type: 'ping' });
    link = watchLink({ now, timers, openingMs, ping, dead: () => lose(unopened()) });
    socket.onopen = () => {
      if (target.token !== undefined) write({ type: 'auth', token: target.token });
    };
    socket.onmessage = ({ data }: { data: unknown }) => receive(String(data), target, attempted);
    socket.onerror = ignore;
    socket.onclose = ({ code, reason }: { code: number; reason: string }) => {
      if (code === CLOSE.token) end(reason || 'the token is missing or wrong');
      else lose(unopened());
    };
  };

  const receive = (text: string, { url: address, epoch }: Target, attempted: Attempt) => {
    link?.heard();
    const frame = parseServerFrame(text);
    if (!frame) return;
    if (frame.type === 'hello') {
      const foreign = epoch !== undefined && frame.data?.epoch !== epoch;
      attempted.outcome = foreign ? 'foreign' : 'opened';
      if (foreign) return lose(`another server answers at ${address}`);
    } else if (epoch !== undefined && attempted.outcome !== 'opened') return;
    const order = stream.see(frame);
    if (order === 'repeat') return;
    if (order === 'foreign' || (order === 'gap' && !isNarrowed())) {
      // Something is missing that nobody will send again: only a new snapshot helps.
      stream = createStream();
      return lose();
    }
    act(frame);
    frames.call(frame);
  };

  const act = (frame: ServerFrame) => {
    if (frame.type === 'hello') {
      link?.begun(frame.data.heartbeat_ms);
      // Whether they have arrived over the connection before cannot be known; twice is like once.
      for (const subscription of asked) write(subscription);
      enter({ name: 'live' });
      publishes.flush();
    } else if (frame.type === 'resync') resyncing = true;
    else if (frame.type === 'synced') {
      attempt = 0;
      resyncing = false;
    } else if (frame.type === 'subscribed' && frame.channels) {
      const all = frame.channels.length === EVENT_TYPES.length;
      narrowing = { channels: all ? null : frame.channels, agents: frame.agents ?? null };
      asked = asked.slice(1);
    } else {
      if (frame.type === 'error' && frame.data.code === 'bad_frame') asked = asked.slice(1);
      publishes.answer(frame);
    }
  };

  const lose = (reason?: string) => {
    drop();
    publishes.lost();
    attempt += 1;
    const delay = backoffMs(attempt, random(), options.longestWaitMs);
    retry = timers.setTimeout(connect, delay);
    enter({ name: 'reconnecting', attempt, retryAt: now() + delay, ...(reason === undefined ? {} : { reason }) });
  };

  const end = (reason: string) => {
    drop();
    timers.clearTimeout(retry);
    enter({ name: 'closed', reason });
    publishes.end(reason);
  };

  /** Lets go of the socket at once: on a dead link its own close would wait long for the other side. */
  const drop = () => {
    link?.stop();
    link = null;
    const old = socket;
    socket = null;
    if (!old) return;
    // `ws` throws an error nobody listens to, so that one ear stays.
    old.onopen = old.onmessage = old.onclose = null;
    old.onerror = ignore;
    old.close();
  };

  connect();
  return {
    state: () => state,
    position,
    onFrame: frames.add,
    onState: states.add,
    send,
    publish(event, data) {
      if (state.name !== 'closed') return publishes.publish(event, data);
      return Promise.reject(new PublishError('closed', state.reason));
    },
    wake() {
      if (state.name === 'reconnecting') {
        timers.clearTimeout(retry);
        connect();
      } else link?.probe();
    },
    close() {
      if (state.name !== 'closed') end('closed by its owner');
    },
  };
}

function ignore(): void {}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import { type EventType, NO_NAMES, type PublishableType } from '../protocol/index.js';

/** What a browser's WebSocket and that of the package `ws` have in common. */
export interface WebSocketLike {
  readonly readyState: number;
  /** What is sent does not arrive: there is nobody to answer a ping. */
  readonly oneWay?: true;
  // `never` lets both kinds of event fit; the connection gives handlers that read the few fields both have.
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

/** Timers as they are in every place where this runs. Times in milliseconds. */
export interface Timers {
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** Changes what is heard. */
export interface Subscription {
  type: 'subscribe' | 'unsubscribe';
  channels?: readonly string[];
  agents?: readonly string[];
}

/** What a client sends, as it goes over the wire. */
export type OutgoingFrame =
  | { type: 'ping' }
  | Subscription
  | { type: 'request_agent_status'; agent_id: string }
  | { type: 'auth'; token: string }
  | { type: 'publish'; id: string | number; event: PublishableType; data: object };

/** What of the stream is wanted; null: all of it. */
export interface Narrowing {
  channels: readonly EventType[] | null;
  agents: readonly string[] | null;
}

/** The address of the stream. It always has a query: that is how a server knows a client that speaks the whole protocol. */
export function streamUrl(base: string, { channels, agents }: Narrowing, since: string | null): string {
  const url = new URL(base);
  url.searchParams.set('channels', channels ? list(channels) : '*');
  if (agents) url.searchParams.set('agents', list(agents));
  if (since !== null) url.searchParams.set('since', since);
  return url.href;
}

function list(names: readonly string[]): string {
  return names.join(',') || NO_NAMES;
}

/** The timers of the place where this runs. */
export function systemTimers(): Timers {
  return {
    setTimeout: (callback, ms) => setTimeout(callback, ms),
    clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
  };
}

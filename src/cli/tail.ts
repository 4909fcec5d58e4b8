import { createConnection, type ConnectionState } from '../client/index.js';
import { McError } from '../base/index.js';
import {
  agentOfEvent,
  type EventType,
  isEventType,
  type McEvent,
  parsePosition,
  type ServerFrame,
} from '../protocol/index.js';
import type { Server } from './reach.js';

export interface TailOptions {
  /** Only these types; all when empty. */
  types: readonly EventType[];
  /** Only events about this agent. */
  agent: string | undefined;
  /** A position, `<epoch>:<seq>`: what came after it is told first. */
  since: string | undefined;
  /** Ends after this many events. */
  limit: number;
  onEvent: (event: McEvent) => void;
  /** What happens to the connection, in words. */
  onNote: (text: string) => void;
  /** Ends the tail. */
  signal: AbortSignal;
}

/**
 * Tells events as they come, and after a lost connection those that came meanwhile: none is missed or told twice as long as
 * the server still has them. Resolves when `limit` is reached or `signal` says so.
 * @throws McError `token.invalid` when the server refuses the token
 */
export async function tailEvents(server: Server, options: TailOptions): Promise<void> {
  const { WebSocket } = await import('ws');
  const url = new URL(await server.streamUrl());
  if (options.since !== undefined) url.searchParams.set('since', options.since);
  await new Promise<void>((resolve, reject) => {
    const connection = createConnection({
      url: url.href,
      socket: (address) => new WebSocket(address),
      ...(options.types.length > 0 ? { channels: options.types } : {}),
      ...(options.agent === undefined ? {} : { agents: [options.agent] }),
      ...(server.token === null ? {} : { token: server.token }),
      random: Math.random,
      now: Date.now,
    });
    let told = 0;
    const end = (): void => {
      connection.close();
      resolve();
    };
    options.signal.addEventListener('abort', end, { once: true });
    connection.onState((state) => {
      if (state.name === 'closed' && !options.signal.aborted && told < options.limit) reject(refused(state.reason));
      else note(state, options.onNote);
    });
    connection.onFrame((frame) => {
      if (frame.type === 'resync') options.onNote(`the server starts anew: ${frame.data.reason}`);
      if (told >= options.limit || !isEvent(frame) || !isWanted(frame, options)) return;
      told += 1;
      options.onEvent(frame);
      if (told >= options.limit) end();
    });
  });
}

/**
 * Reads `--since`.
 * @throws McError `usage` for what is no position
 */
export function readPosition(text: string | undefined): string | undefined {
  if (text === undefined || parsePosition(text) !== null) return text;
  throw new McError('usage', `"${text}" is no position`, {
    hint: 'positions are EPOCH:SEQ, as events have them (mc events tail --json) and mc status --json tells',
  });
}

/** A snapshot tells how things stand, not that something happened: only events with a position are told. */
function isEvent(frame: ServerFrame): frame is McEvent {
  return isEventType(frame.type) && 'seq' in frame;
}

function isWanted(event: McEvent, { types, agent }: TailOptions): boolean {
  return (types.length === 0 || types.includes(event.type)) && (agent === undefined || agentOfEvent(event) === agent);
}

function note(state: ConnectionState, onNote: TailOptions['onNote']): void {
  if (state.name === 'reconnecting') onNote(`the connection is lost, attempt ${state.attempt} follows`);
  if (state.name === 'live') onNote('live');
}

function refused(reason: string): McError {
  return new McError('token.invalid', `the server refuses the connection: ${reason}`, {
    hint: 'give a token with --token or --token-file',
  });
}

import { createConnection, type ConnectionState } from '../../client/index.js';
import { type Config, McError } from '../../base/index.js';
import {
  agentOfEvent,
  type EventType,
  isEventType,
  type McEvent,
  parsePosition,
  type ServerFrame,
} from '../../protocol/index.js';
import { mustKnowAgent } from './ask.js';
import { reachServer, type Server } from './reach.js';
import { loadSocket, streamFinder } from './stream.js';

export interface TailOptions {
  /** Only these types; all when empty. */
  types: readonly EventType[];
  /** Only events about this agent. */
  agent: string | undefined;
  /** A position, `<epoch>:<seq>`: what came after it is shown first. */
  since: string | undefined;
  /** Ends after this many events. */
  limit: number;
  onEvent: (event: McEvent) => void;
  /** What happens to the connection, in words. */
  onNote: (text: string) => void;
  /** Ends the tail. */
  signal: AbortSignal;
}

/** A server that comes back is to be heard soon. */
const LONGEST_WAIT_MS = 5000;

/**
 * Shows events as they come, and after a lost connection those that came meanwhile: none is missed or shown twice as long as
 * the server still has them. The server is found anew for each connection, wherever it comes back. Resolves when `limit` is
 * reached or `signal` says so.
 * @throws McError `token.missing`, `token.invalid` when the server refuses the token, and all that `reachServer` throws at first
 */
export async function tailEvents(config: Config, options: TailOptions): Promise<void> {
  const first = await reachServer(config);
  // A refusal has its reason here; the socket says no more than that it closes.
  await first.rest.websocketStatus();
  if (options.agent !== undefined) await mustKnowAgent(first.rest, options.agent);
  let known: Server | null = first;
  const find = streamFinder(config, async () => {
    const server = known ?? (await reachServer(config));
    known = null;
    return server;
  });
  const socket = await loadSocket();
  let since = options.since;
  await new Promise<void>((resolve, reject) => {
    const connection = createConnection({
      url: async (before) => {
        const target = await find(before);
        return since === undefined ? target : { ...target, url: resumed(target.url, since) };
      },
      socket,
      ...(options.types.length > 0 ? { channels: options.types } : {}),
      ...(options.agent === undefined ? {} : { agents: [options.agent] }),
      random: Math.random,
      now: Date.now,
      longestWaitMs: LONGEST_WAIT_MS,
    });
    let shown = 0;
    const end = (): void => {
      connection.close();
      resolve();
    };
    options.signal.addEventListener('abort', end, { once: true });
    connection.onState((state) => {
      if (state.name === 'closed' && !options.signal.aborted && shown < options.limit) reject(refused(state.reason));
      else note(state, options.onNote);
    });
    connection.onFrame((frame) => {
      if (frame.type === 'synced') since = undefined;
      if (frame.type === 'resync') options.onNote(`the server starts anew: ${frame.data.reason}`);
      if (shown >= options.limit || !isEvent(frame) || !isWanted(frame, options)) return;
      shown += 1;
      options.onEvent(frame);
      if (shown >= options.limit) end();
    });
  });
}

function resumed(address: string, since: string): string {
  const url = new URL(address);
  url.searchParams.set('since', since);
  return url.href;
}

/**
 * Reads `--since`.
 * @throws McError `usage` for what is not a position
 */
export function readPosition(text: string | undefined): string | undefined {
  if (text === undefined || parsePosition(text) !== null) return text;
  throw new McError('usage', `"${text}" is not a position`, {
    hint: 'positions are EPOCH:SEQ, as events have them (mc events tail --json) and mc status --json show them',
  });
}

/** A snapshot shows the state, not that something happened: only events with a position are shown. */
function isEvent(frame: ServerFrame): frame is McEvent {
  return isEventType(frame.type) && 'seq' in frame;
}

function isWanted(event: McEvent, { types, agent }: TailOptions): boolean {
  return (types.length === 0 || types.includes(event.type)) && (agent === undefined || agentOfEvent(event) === agent);
}

function note(state: ConnectionState, onNote: TailOptions['onNote']): void {
  if (state.name === 'reconnecting') {
    const why = state.reason === undefined ? '' : ` (${state.reason})`;
    onNote(`the connection is lost${why}, attempt ${state.attempt} follows`);
  }
  if (state.name === 'live') onNote('live');
}

function refused(reason: string): McError {
  return new McError('token.invalid', `the server refuses the connection: ${reason}`, {
    hint: 'give a token with --token or --token-file',
  });
}

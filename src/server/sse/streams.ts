import type { ServerResponse } from 'node:http';
import { type Clock, McError } from '../../base/index.js';
import type { Logger } from '../../base/log.js';
import type { Bus, Entry } from '../../bus/index.js';
import type { Position, Snapshot } from '../../protocol/index.js';
import { createCapturer } from '../stream/capture.js';
import type { ConnectRequest } from '../stream/connect.js';
import { narrows, passes } from '../stream/filter.js';
import type { GreetingContext } from '../stream/greeting.js';
import { HUB_LIMITS, type HubLimits } from '../stream/limits.js';
import { coalesceKey, type Queued } from '../stream/outbox.js';
import { sayHeartbeat, saySynced } from '../stream/say.js';
import { SilentGap } from '../stream/silent-gap.js';
import { sseEntry, sseText } from './events.js';
import { catchUpStream, greetStream } from './greeting.js';
import { deliver, greetMore, pump, type Reader, takesMore } from './reader.js';

export interface StreamsOptions {
  bus: Bus;
  /** Changed only together with the bus's position. */
  snapshot: Snapshot;
  version: string;
  workspace: string;
  clock: Clock;
  log: Logger;
  /** Clients of the socket, told in heartbeats. */
  clients: () => number;
  maxReaders: number;
  limits?: Partial<HubLimits>;
}

/** Who asks for the stream, and how. */
export interface StreamRequest {
  request: ConnectRequest;
  /** Of the answer, beside its content type. */
  headers: Record<string, string | string[] | number>;
  /** Whether it may go on; asked for at each heartbeat, because tokens are revoked. */
  mayRead: () => boolean;
}

/** Everyone who reads the stream over HTTP. */
export interface Streams {
  readonly readers: number;
  /**
   * Takes over a response and writes the stream to it, until either side ends it.
   * @throws McError `rate.limited` when there are too many readers, before anything is written
   */
  open(response: ServerResponse, request: StreamRequest): void;
  /** Ends every stream. Idempotent. */
  close(): void;
}

/** Streams without a reader yet. They subscribe to the bus at once. */
export function createStreams(options: StreamsOptions): Streams {
  const { bus, clock, log } = options;
  const limits: HubLimits = { ...HUB_LIMITS, ...options.limits };
  const now = () => clock.now();
  const rules = { ...limits, now };
  const readers = new Set<Reader>();
  let tick: Entry[] = [];
  let turn: NodeJS.Immediate | null = null;
  let closed = false;

  const context: GreetingContext = {
    bus,
    capture: createCapturer(options.snapshot),
    facts: { version: options.version, workspace: options.workspace, limits },
    chunkBytes: limits.chunkBytes,
    now,
  };

  /** The reader may come back with the position of the last event it got. */
  const drop = (reader: Reader, reason: string) => {
    log.debug({ reason }, 'ending a stream');
    readers.delete(reader);
    reader.greeting = null;
    reader.outbox = null;
    reader.response.destroy();
  };

  const advance = (reader: Reader) => {
    try {
      while (reader.greeting && takesMore(reader)) greetMore(reader, rules);
    } catch (error) {
      return drop(reader, error instanceof Error ? error.message : String(error));
    }
    return pump(reader, rules);
  };

  const give = (reader: Reader, items: readonly Queued[]) => {
    const delivery = items.length === 0 ? 'done' : deliver(reader, items, rules);
    if (delivery === 'slow') return drop(reader, 'slow consumer');
    if (delivery === 'done') return undefined;
    reader.greeting = catchUpStream(reader.filter, reader, context);
    return advance(reader);
  };

  const flush = () => {
    if (turn) clearImmediate(turn);
    turn = null;
    const entries = tick;
    tick = [];
    const items = entries.map((entry) => queued(entry));
    for (const reader of readers) {
      // A reader that is being greeted finds them in the journal; a reader that has just been greeted was sent them.
      if (reader.greeting) continue;
      const wanted = items.filter(
        (item, index) => item.seq > reader.seq && passes(reader.filter, (entries[index] as Entry).event),
      );
      give(reader, wanted);
      const position = reader.silentGap?.pass(entries, wanted.at(-1)?.seq ?? null);
      if (position) tellPosition(reader, position);
    }
  };

  const tellPosition = (reader: Reader, position: Position) => {
    if (reader.greeting) return;
    const frame = Buffer.from(sseText(saySynced(position, now()), position));
    give(reader, [{ frame, seq: null, key: null }]);
  };

  const unsubscribe = bus.subscribe((entry) => {
    if (readers.size === 0) return;
    tick.push(entry);
    turn ??= setImmediate(flush);
  });

  const beat = () => {
    const frame = Buffer.from(sseText(sayHeartbeat(options.clients(), now()), null));
    for (const reader of readers) {
      if (!reader.mayRead()) drop(reader, 'the token was revoked');
      else if (!reader.greeting) give(reader, [{ frame, seq: null, key: null }]);
    }
  };
  const beats = setInterval(beat, limits.heartbeatMs);
  beats.unref();

  return {
    get readers() {
      return readers.size;
    },
    open(response, { request, headers, mayRead }) {
      if (closed) throw new McError('starting', 'the server is shutting down');
      if (readers.size >= options.maxReaders) {
        throw new McError('rate.limited', 'too many streams are open', { hint: 'close one, or use the socket' });
      }
      const silentGap = narrows(request.filter) ? new SilentGap(limits) : null;
      const reader: Reader = {
        response,
        request,
        filter: request.filter,
        mayRead,
        silentGap,
        seq: 0,
        greeting: null,
        outbox: null,
      };
      response.writeHead(200, { ...headers, 'content-type': 'text/event-stream; charset=utf-8' });
      response.on('drain', () => advance(reader));
      response.on('close', () => readers.delete(reader));
      response.on('error', (error) => drop(reader, error.message));
      reader.greeting = greetStream(request, reader, context);
      readers.add(reader);
      advance(reader);
    },
    close() {
      closed = true;
      unsubscribe();
      clearInterval(beats);
      if (turn) clearImmediate(turn);
      for (const { response } of readers) response.end();
      readers.clear();
    },
  };
}

function queued(entry: Entry): Queued & { seq: number } {
  const { event } = entry;
  return { frame: Buffer.from(sseEntry(entry)), seq: event.seq, key: coalesceKey(event) };
}

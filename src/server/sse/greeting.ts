import type { Entry } from '../../bus/index.js';
import { SOURCE } from '../../protocol/index.js';
import type { ConnectRequest } from '../stream/connect.js';
import type { Filter } from '../stream/filter.js';
import { type GreetingContext, refusal } from '../ws/greeting.js';
import { catchUpSteps, type Cursor, replayPieces } from '../stream/replay.js';
import { iso, sayError, sayHello, sayResync, saySynced } from '../stream/say.js';
import { tellCapture, type Told } from '../stream/snapshot-items.js';
import { sseEntry, sseText } from './events.js';

/** What a greeting is made of; the same as on the socket but for how frames are written. */
export type StreamContext = Omit<GreetingContext, 'writer'>;

/** How soon a browser comes back, in milliseconds. */
const RETRY_MS = 1000;

/**
 * All that a new reader is told before it is live, in pieces, as on the socket. Only `synced` and events have an id: who
 * is cut off before that has no position yet and gets the snapshot again.
 * @throws Overtaken when the journal runs away from a slow reader
 */
export function* greetStream(
  { filter, since, unknownChannels }: ConnectRequest,
  cursor: Cursor,
  context: StreamContext,
): Generator<string, void> {
  const { bus, facts, now } = context;
  const position = bus.position();
  const refused = refusal(since, context);
  const from = since === null || since === 'junk' || refused !== null ? null : since;
  // Taken before anything is written: what happens while the client reads is told as events after it.
  const capture = from ? null : context.capture(position);
  cursor.seq = from ? from.seq : position.seq;
  yield `retry: ${RETRY_MS}\n${sseText(sayHello(facts, position, from !== null, now()), null)}`;
  if (unknownChannels.length > 0) {
    const words = `unknown channels: ${unknownChannels.join(', ').slice(0, 200)}`;
    yield sseText(sayError('bad_frame', words, now()), null);
  }
  if (refused !== null) yield sseText(sayResync(refused, now()), null);
  if (capture) for (const told of tellCapture(capture, filter)) yield sseText(toldText(told, now()), null);
  else for (const piece of replayPieces(filter, cursor, position, context)) yield textOf(piece);
  yield sseText(saySynced(position, now()), position);
  yield* catchUpStream(filter, cursor, context);
}

/** Everything from a reader's cursor to the present position, told as on the socket. @throws Overtaken */
export function* catchUpStream(filter: Filter, cursor: Cursor, context: StreamContext): Generator<string, void> {
  for (const step of catchUpSteps(filter, cursor, context)) {
    yield Array.isArray(step) ? textOf(step) : sseText(saySynced(step, context.now()), step);
  }
}

function textOf(piece: Entry[]): string {
  return piece.map(sseEntry).join('');
}

function toldText({ type, timestamp, data }: Told, now: number): string {
  return JSON.stringify({ type, timestamp: timestamp ?? iso(now), data: data(), source: SOURCE });
}

import type { Bus } from '../../bus/index.js';
import type { Position } from '../../protocol/index.js';
import type { Capture } from '../stream/capture.js';
import type { ConnectRequest } from '../stream/connect.js';
import type { Filter } from '../stream/filter.js';
import { frameAll, frameText } from '../stream/frame.js';
import type { Outbox } from '../stream/outbox.js';
import { catchUpSteps, type Cursor, replayPieces } from '../stream/replay.js';
import { type HelloFacts, iso, type SnapshotWriter, sayError, sayHello, sayResync, saySynced } from '../stream/say.js';
import { tellCapture } from '../stream/snapshot-items.js';

export interface GreetingContext {
  bus: Pick<Bus, 'position' | 'journal'>;
  capture: (position: Position) => Capture;
  writer: SnapshotWriter;
  facts: HelloFacts;
  /** A piece of a greeting has not many more bytes. */
  chunkBytes: number;
  now: () => number;
}

/**
 * All that a new peer is told before it is live, in pieces that are made when its socket has room for them. At the end
 * every event up to the bus's present position was given out, those that came meanwhile included.
 */
export function* greet(request: ConnectRequest, cursor: Cursor, context: GreetingContext): Generator<Buffer, void> {
  if (request.filter.kind === 'old') yield* greetOld(request.filter, cursor, context);
  else yield* greetOurs(request, cursor, context);
  yield* catchUp(request.filter, cursor, context);
}

/** Everything from a peer's cursor to the present position, and for who narrows that position itself. @throws Overtaken */
export function* catchUp(filter: Filter, cursor: Cursor, context: GreetingContext): Generator<Buffer, void> {
  for (const step of catchUpSteps(filter, cursor, context)) {
    yield Array.isArray(step) ? frameAll(step).joined : frameText(saySynced(step, context.now()));
  }
}

function* greetOurs(request: ConnectRequest, cursor: Cursor, context: GreetingContext): Generator<Buffer, void> {
  const { filter, since, unknownChannels } = request;
  const position = context.bus.position();
  const refused = refusal(since, context);
  const from = since === null || since === 'junk' || refused !== null ? null : since;
  // Taken before anything is written: what happens while the client reads is told as events after it.
  const capture = from ? null : context.capture(position);
  cursor.seq = from ? from.seq : position.seq;
  const first = [sayHello(context.facts, position, from !== null, context.now())];
  if (unknownChannels.length > 0) {
    first.push(sayError('bad_frame', `unknown channels: ${unknownChannels.join(', ').slice(0, 200)}`, context.now()));
  }
  if (refused !== null) first.push(sayResync(refused, context.now()));
  yield Buffer.concat(first.map(frameText));
  if (capture) yield* snapshotOf(capture, filter, context);
  else for (const piece of replayPieces(filter, cursor, position, context)) yield frameAll(piece).joined;
  yield frameText(saySynced(position, context.now()));
}

/**
 * Brings up a peer that hears more than before: behind what waits for it, it forgets what it held and is told anew how
 * things stand, up to the position at which this was called.
 */
export function greetWidened(
  peer: Cursor & { filter: Filter; outbox: Outbox | null },
  answer: string,
  context: GreetingContext,
): Generator<Buffer, void> {
  const position = context.bus.position();
  const capture = context.capture(position);
  const { filter, outbox } = peer;
  peer.outbox = null;
  peer.seq = position.seq;
  return (function* pieces() {
    for (let waiting = outbox?.take(context.chunkBytes); waiting; waiting = outbox?.take(context.chunkBytes)) {
      yield waiting;
    }
    yield frameText(sayResync('more is heard than before', context.now()));
    yield frameText(answer);
    yield* snapshotOf(capture, filter, context);
    yield frameText(saySynced(position, context.now()));
    yield* catchUp(filter, peer, context);
  })();
}

/** Why a position cannot be resumed; null when it can, or when none was asked for. */
export function refusal(since: ConnectRequest['since'], context: Pick<GreetingContext, 'bus'>): string | null {
  if (since === null) return null;
  if (since === 'junk') return '"since" is no position: it is written <epoch>:<seq>';
  const missed = context.bus.journal.since(since, 0);
  return 'refused' in missed ? missed.refused : null;
}

function* greetOld(filter: Filter, cursor: Cursor, context: GreetingContext): Generator<Buffer, void> {
  const position = context.bus.position();
  cursor.seq = position.seq;
  yield* snapshotOf(context.capture(position), filter, context);
}

function* snapshotOf(capture: Capture, filter: Filter, context: GreetingContext): Generator<Buffer, void> {
  let parts: Buffer[] = [];
  let bytes = 0;
  const now = iso(context.now());
  for (const { type, timestamp, owner, data } of tellCapture(capture, filter)) {
    for (const part of context.writer.frame(type, timestamp ?? now, owner, data)) {
      parts.push(part);
      bytes += part.length;
    }
    if (bytes < context.chunkBytes) continue;
    yield Buffer.concat(parts, bytes);
    parts = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(parts, bytes);
}

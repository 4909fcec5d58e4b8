import type { Bus, Entry } from '../../bus/index.js';
import type { Position } from '../../protocol/index.js';
import type { Capture } from './capture.js';
import type { ConnectRequest } from './connect.js';
import type { Filter } from './filter.js';
import { catchUpSteps, type Cursor, replayPieces } from './replay.js';
import { type HelloFacts, iso, sayError, sayHello, sayResync, saySynced } from './say.js';
import { type SnapshotItem, snapshotItems } from './snapshot-items.js';

/** What the server itself says. `position`: where the listener stands when it has heard it; null: that is not said. */
export interface Said {
  text: string;
  position: Position | null;
}

/**
 * A step of bringing a listener up: what the server says, one item of the snapshot (`timestamp` in ISO 8601 UTC), or events
 * out of the journal, none of them when nothing of what was looked through is for it. How a step is written is the
 * transport's business.
 */
export type Step = { said: readonly Said[] } | { item: SnapshotItem; timestamp: string } | { events: readonly Entry[] };

/** What steps are made of. */
export interface GreetingContext {
  bus: Pick<Bus, 'position' | 'journal'>;
  capture: (position: Position) => Capture;
  facts: HelloFacts;
  /** A step has not many more bytes. */
  chunkBytes: number;
  now: () => number;
}

/**
 * All that a new listener is sent before it is live. Steps are made when they are asked for; at the end every event up to the
 * bus's present position was given out, those that came meanwhile included.
 * @throws JournalOverrun when the journal runs away from a slow listener
 */
export function* greetingSteps(
  request: ConnectRequest,
  cursor: Cursor,
  context: GreetingContext,
): Generator<Step, void> {
  if (request.filter.kind === 'old') yield* greetOld(request.filter, cursor, context);
  else yield* greetOurs(request, cursor, context);
  yield* catchUp(request.filter, cursor, context);
}

/** Everything from a cursor to the present position, and for who narrows that position itself. @throws JournalOverrun */
export function* catchUp(filter: Filter, cursor: Cursor, context: GreetingContext): Generator<Step, void> {
  for (const step of catchUpSteps(filter, cursor, context)) {
    yield Array.isArray(step) ? { events: step } : synced(step, context);
  }
}

/**
 * Sends the state anew, as of the call: `resync` with the reason, then `answer`, then the snapshot and what came since.
 * @throws JournalOverrun
 */
export function tellAnew(
  listener: Cursor & { filter: Filter },
  { reason, answer }: { reason: string; answer: string },
  context: GreetingContext,
): Generator<Step, void> {
  const position = context.bus.position();
  const capture = context.capture(position);
  const { filter } = listener;
  listener.seq = position.seq;
  return (function* steps() {
    yield { said: [sayResync(reason, context.now()), answer].map(unplaced) };
    yield* itemSteps(capture, filter, context);
    yield synced(position, context);
    yield* catchUp(filter, listener, context);
  })();
}

function* greetOurs(request: ConnectRequest, cursor: Cursor, context: GreetingContext): Generator<Step, void> {
  const { filter, since, unknownChannels } = request;
  const position = context.bus.position();
  const refused = refusal(since, context);
  const from = since === null || since === 'junk' || refused !== null ? null : since;
  // Taken before anything is written: what happens while the client reads is sent as events after it.
  const capture = from ? null : context.capture(position);
  cursor.seq = from ? from.seq : position.seq;
  const first = [sayHello(context.facts, position, from !== null, context.now())];
  if (unknownChannels.length > 0) {
    first.push(sayError('bad_frame', `unknown channels: ${unknownChannels.join(', ').slice(0, 200)}`, context.now()));
  }
  if (refused !== null) first.push(sayResync(refused, context.now()));
  yield { said: first.map(unplaced) };
  if (capture) yield* itemSteps(capture, filter, context);
  else for (const events of replayPieces(filter, cursor, position, context)) yield { events };
  yield synced(position, context);
}

/** Why a position cannot be resumed; null when it can, or when none was asked for. */
function refusal(since: ConnectRequest['since'], { bus }: Pick<GreetingContext, 'bus'>): string | null {
  if (since === null) return null;
  if (since === 'junk') return '"since" is not a position: it is written <epoch>:<seq>';
  const missed = bus.journal.since(since, 0);
  return 'refused' in missed ? missed.refused : null;
}

function* greetOld(filter: Filter, cursor: Cursor, context: GreetingContext): Generator<Step, void> {
  const position = context.bus.position();
  cursor.seq = position.seq;
  yield* itemSteps(context.capture(position), filter, context);
}

function* itemSteps(capture: Capture, filter: Filter, context: GreetingContext): Generator<Step, void> {
  const now = iso(context.now());
  for (const item of snapshotItems(capture, filter)) yield { item, timestamp: item.timestamp ?? now };
}

/** Only who has heard `synced` has a position: one who is cut off before that gets the snapshot again. */
function synced(position: Position, { now }: GreetingContext): Step {
  return { said: [{ text: saySynced(position, now()), position }] };
}

function unplaced(text: string): Said {
  return { text, position: null };
}

import type { ConnectRequest } from '../stream/connect.js';
import type { Filter } from '../stream/filter.js';
import { frameAll, frameText } from '../stream/frame.js';
import { catchUp, type GreetingContext as Context, greetingSteps, type Step, tellAnew } from '../stream/greeting.js';
import type { Outbox } from '../stream/outbox.js';
import type { Cursor } from '../stream/replay.js';
import type { SnapshotWriter } from './snapshot-writer.js';

export interface GreetingContext extends Context {
  writer: SnapshotWriter;
}

/** All that a new peer is sent before it is live, in pieces that are made when its socket has room for them. @throws JournalOverrun */
export function greet(request: ConnectRequest, cursor: Cursor, context: GreetingContext): Generator<Buffer, void> {
  return frames(greetingSteps(request, cursor, context), context);
}

/** Everything from a peer's cursor to the present position. @throws JournalOverrun */
export function catchUpPeer(filter: Filter, cursor: Cursor, context: GreetingContext): Generator<Buffer, void> {
  return frames(catchUp(filter, cursor, context), context);
}

/**
 * Brings up a peer that hears more than before: behind what waits for it, it forgets what it held and is sent anew how
 * things stand, up to the position at which this was called.
 */
export function greetWidened(
  peer: Cursor & { filter: Filter; outbox: Outbox | null },
  answer: string,
  context: GreetingContext,
): Generator<Buffer, void> {
  const { outbox } = peer;
  const steps = tellAnew(peer, { reason: 'more is heard than before', answer }, context);
  peer.outbox = null;
  return (function* pieces() {
    for (let waiting = outbox?.take(context.chunkBytes); waiting; waiting = outbox?.take(context.chunkBytes)) {
      yield waiting;
    }
    yield* frames(steps, context);
  })();
}

/** Steps as frames; items of the snapshot are joined to pieces of about a chunk. */
function* frames(steps: Iterable<Step>, { writer, chunkBytes }: GreetingContext): Generator<Buffer, void> {
  let parts: Buffer[] = [];
  let bytes = 0;
  const joined = () => {
    const piece = Buffer.concat(parts, bytes);
    parts = [];
    bytes = 0;
    return piece;
  };
  for (const step of steps) {
    if ('item' in step) {
      for (const part of writer.frame(step.item, step.timestamp)) {
        parts.push(part);
        bytes += part.length;
      }
      if (bytes >= chunkBytes) yield joined();
      continue;
    }
    if (bytes > 0) yield joined();
    yield 'events' in step ? frameAll(step.events).joined : Buffer.concat(step.said.map(({ text }) => frameText(text)));
  }
  if (bytes > 0) yield joined();
}

import type { Bus, Entry } from '../../bus/index.js';
import type { Position } from '../../protocol/index.js';
import { type Filter, narrows, passes } from './filter.js';

/** So many events are looked through at once: a filter that lets few through must not hold up everybody else. */
const MOST_EVENTS = 1000;

/** Thrown when the journal no longer reaches back to where a client stands: it was too slow. */
export class JournalOverrun extends Error {}

/** Where a client stands: every event up to this seq was written to it, as far as it passes its filter. */
export interface Cursor {
  seq: number;
}

export interface ReplaySource {
  bus: Pick<Bus, 'position' | 'journal'>;
  /** A piece has not many more bytes. */
  chunkBytes: number;
}

/**
 * The events after the cursor up to a position that pass the filter, in pieces, some of them empty. The journal is asked
 * anew for each piece: nothing is held while a client is slow.
 * @throws JournalOverrun
 */
export function* replayPieces(
  filter: Filter,
  cursor: Cursor,
  to: Position,
  source: ReplaySource,
): Generator<Entry[], void> {
  while (cursor.seq < to.seq) {
    const missed = source.bus.journal.since({ epoch: to.epoch, seq: cursor.seq }, MOST_EVENTS);
    if ('refused' in missed) throw new JournalOverrun(missed.refused);
    yield pieceOf(missed, filter, cursor, { seq: to.seq, bytes: source.chunkBytes });
  }
}

/**
 * Everything from a cursor to the present position, what comes meanwhile included; and behind it, for a client that hears
 * only a part, that position itself: what it hears does not show where it stands.
 * @throws JournalOverrun
 */
export function* catchUpSteps(
  filter: Filter,
  cursor: Cursor,
  source: ReplaySource,
): Generator<Entry[] | Position, void> {
  for (let from = cursor.seq; ; from = cursor.seq) {
    yield* catchUpPieces(filter, cursor, source);
    if (!narrows(filter) || cursor.seq === from) return;
    yield { epoch: source.bus.position().epoch, seq: cursor.seq };
  }
}

function* catchUpPieces(filter: Filter, cursor: Cursor, source: ReplaySource): Generator<Entry[], void> {
  for (;;) {
    const { epoch, seq } = source.bus.position();
    if (seq <= cursor.seq) return;
    yield* replayPieces(filter, cursor, { epoch, seq }, source);
  }
}

/** Moves the cursor over the events it takes and over those that do not pass. */
function pieceOf(missed: Entry[], filter: Filter, cursor: Cursor, most: { seq: number; bytes: number }): Entry[] {
  const piece: Entry[] = [];
  let bytes = 0;
  for (const entry of missed) {
    if (bytes >= most.bytes || entry.event.seq > most.seq) break;
    cursor.seq = entry.event.seq;
    if (!passes(filter, entry.event)) continue;
    piece.push(entry);
    bytes += entry.bytes;
  }
  return piece;
}

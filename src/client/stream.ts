import { isJournalled, type McEvent, type Position, type ServerFrame } from '../protocol/index.js';

/**
 * How a frame stands to those before it: a `repeat` was seen already, before a `gap` something is missing (or was
 * filtered out), what is `foreign` belongs to another epoch.
 */
type Order = 'forward' | 'repeat' | 'gap' | 'foreign';

/** Follows a stream's position through its frames. */
export interface Stream {
  see(frame: ServerFrame): Order;
  /** From where the stream can be resumed; null before the first snapshot is whole. */
  position(): Position | null;
}

/**
 * A stream at its beginning. While a snapshot comes in, the position stays that of the state before it: half a snapshot
 * is nothing that could be resumed.
 */
export function createStream(): Stream {
  let position: Position | null = null;
  /** Set while a snapshot comes in: the last event that is part of it, null when not told yet. */
  let snapshot: { seq: number | null } | null = null;
  /** Events that will not come on this connection, because newer ones replace them. */
  let skipped: [first: number, last: number][] = [];

  const seeEvent = ({ epoch, seq }: McEvent): Order => {
    if (snapshot) {
      const order = orderOf(seq, snapshot.seq);
      if (order !== 'repeat') snapshot.seq = seq;
      return order;
    }
    if (position && position.epoch !== epoch) return 'foreign';
    const order = orderOf(seq, position?.seq ?? null);
    if (order !== 'repeat') position = { epoch, seq };
    return order;
  };

  const seeSynced = ({ epoch, seq }: Position): Order => {
    const known = snapshot ? snapshot.seq : (position?.seq ?? null);
    const missed = snapshot === null && known !== null && seq > known;
    position = { epoch, seq: Math.max(seq, known ?? 0) };
    snapshot = null;
    return missed ? 'gap' : 'forward';
  };

  const orderOf = (seq: number, last: number | null): Order => {
    if (last === null || seq === last + 1) return 'forward';
    if (seq <= last) return 'repeat';
    let reached = last;
    for (const [first, end] of skipped) if (first <= reached + 1) reached = Math.max(reached, end);
    skipped = skipped.filter(([, end]) => end > seq);
    return reached >= seq - 1 ? 'forward' : 'gap';
  };

  return {
    see(frame) {
      if (isJournalled(frame)) return seeEvent(frame);
      if (frame.type === 'hello') {
        snapshot = frame.data.resumed ? null : { seq: frame.data.seq };
        skipped = [];
      }
      if (frame.type === 'skipped') skipped = [...skipped, ...frame.data.ranges].sort(([a], [b]) => a - b);
      if (frame.type === 'resync') snapshot ??= { seq: null };
      return frame.type === 'synced' ? seeSynced(frame.data) : 'forward';
    },
    position: () => position,
  };
}

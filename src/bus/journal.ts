import type { Position } from '../protocol/index.js';
import type { Entry } from './entry.js';

/** What a journal holds at most. */
export interface JournalBounds {
  maxEvents: number;
  /** Sum of the entries' `bytes`. */
  maxBytes: number;
}

export interface JournalStats {
  events: number;
  bytes: number;
  /** The oldest event that can be replayed; the next one to come when the journal is empty. */
  oldest_seq: number;
}

/** What was missed since a position, oldest first, or why that is not known. */
export type Since = Entry[] | { refused: string };

/** The last events of one epoch, in a ring: events of one epoch have no gaps, so that seq is the address. */
export interface Journal {
  append(entry: Entry): void;
  /** `most`: no more events than these. */
  since(position: Position, most?: number): Since;
  stats(): JournalStats;
}

/** An empty journal; its first event must have seq 1. An event that is larger than all the room empties it. */
export function createJournal(epoch: string, bounds: JournalBounds): Journal {
  const size = Math.max(1, bounds.maxEvents);
  const ring: (Entry | undefined)[] = [];
  let oldest = 1;
  let next = 1;
  let bytes = 0;

  const forgetOldest = () => {
    bytes -= ring[oldest % size]?.bytes ?? 0;
    ring[oldest % size] = undefined;
    oldest += 1;
  };

  return {
    append(entry) {
      if (next - oldest === size) forgetOldest();
      ring[next % size] = entry;
      next += 1;
      bytes += entry.bytes;
      while (bytes > bounds.maxBytes) forgetOldest();
    },
    since({ epoch: asked, seq }, most = size) {
      if (asked !== epoch) return { refused: 'the position is of another epoch: the server has restarted since' };
      if (seq >= next) return { refused: `the position is in the future: the last event is ${next - 1}` };
      if (seq + 1 < oldest) return { refused: `the position is too old: the journal begins at ${oldest}` };
      const length = Math.min(next - 1 - seq, most);
      return Array.from({ length }, (_, index) => ring[(seq + 1 + index) % size] as Entry);
    },
    stats: () => ({ events: next - oldest, bytes, oldest_seq: oldest }),
  };
}

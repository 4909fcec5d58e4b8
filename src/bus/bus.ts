import type { EventDraft, Position } from '../protocol/index.js';
import { type Entry, entryOf } from './entry.js';
import { createJournal, type Journal, type JournalBounds } from './journal.js';

export type Subscriber = (entry: Entry) => void;

export interface BusOptions {
  /** Names this stream: letters, digits, `-` and `_`, new with each bus. */
  epoch: string;
  /** Default: 10,000 events or 16 MiB, whichever is reached first. */
  journal?: Partial<JournalBounds>;
  /** Called with what a subscriber threw, and at which event. */
  onSubscriberError: (error: unknown, entry: Entry) => void;
}

export interface Bus {
  /**
   * Gives the event its position and hands it to everyone, in order. Published from within a subscriber it has its
   * position at once and is handed out after the events before it. Throws, without using up a position, when the
   * event is not JSON.
   */
  publish(draft: EventDraft): Entry;
  /** Calls back with every event after the present position, until the returned function is called. */
  subscribe(subscriber: Subscriber): () => void;
  /** The position of the last event; seq 0 before the first. */
  position(): Position;
  journal: Pick<Journal, 'since' | 'stats'>;
}

const MAX_EVENTS = 10_000;
const MAX_BYTES = 16 * 1024 * 1024;

/** A bus without a past. */
export function createBus({ epoch, journal: bounds, onSubscriberError }: BusOptions): Bus {
  const journal = createJournal(epoch, { maxEvents: MAX_EVENTS, maxBytes: MAX_BYTES, ...bounds });
  const subscriptions = new Set<{ subscriber: Subscriber; after: number }>();
  const waiting: Entry[] = [];
  let seq = 0;
  let handingOut = false;

  const report = (error: unknown, entry: Entry) => {
    try {
      onSubscriberError(error, entry);
    } catch {
      // The reporter of errors must not stop the stream either; nothing is left that could report its own.
    }
  };

  const handOut = (entry: Entry) => {
    for (const subscription of subscriptions) {
      // A subscriber that came while this event was on its way has it already: it began at the position after it.
      if (entry.event.seq <= subscription.after) continue;
      try {
        subscription.subscriber(entry);
      } catch (error) {
        report(error, entry);
      }
    }
  };

  return {
    publish(draft) {
      const entry = entryOf(draft, { epoch, seq: seq + 1 });
      seq += 1;
      journal.append(entry);
      waiting.push(entry);
      if (handingOut) return entry;
      handingOut = true;
      try {
        // The list grows while it is walked: subscribers may publish.
        for (const next of waiting) handOut(next);
      } finally {
        waiting.length = 0;
        handingOut = false;
      }
      return entry;
    },
    subscribe(subscriber) {
      const subscription = { subscriber, after: seq };
      subscriptions.add(subscription);
      return () => {
        subscriptions.delete(subscription);
      };
    },
    position: () => ({ epoch, seq }),
    journal,
  };
}

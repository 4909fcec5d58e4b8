import { setImmediate as nextTurn } from 'node:timers/promises';
import type { HealthExplanation } from '../../protocol/index.js';
import type { Collection } from '../store/store.js';

/** A collection that is to be written. */
interface Unwritten {
  collection: Collection;
  health: HealthExplanation;
}

/** Collections that wait until the database can be written, oldest first. */
export interface Backlog {
  readonly size: number;
  add(unwritten: Unwritten): void;
  /** Writes all, each in a turn of its own. What could not be written stays. @throws what `write` throws */
  empty(write: (unwritten: Unwritten) => void): Promise<void>;
  /** How many were dropped since the last call, because too many waited. */
  takeDropped(): number;
  clear(): void;
}

/** Rows (one per agent, one for the system) that wait at most: about 10 MB. Then the oldest collections are dropped. */
const WAITING_ROWS = 20_000;

export function createBacklog(): Backlog {
  let waiting: Unwritten[] = [];
  let dropped = 0;
  const rows = () => waiting.reduce((sum, { collection }) => sum + collection.agents.length + 1, 0);
  return {
    get size() {
      return waiting.length;
    },
    add(unwritten) {
      waiting.push(unwritten);
      while (waiting.length > 1 && rows() > WAITING_ROWS) {
        waiting.shift();
        dropped += 1;
      }
    },
    async empty(write) {
      for (let next = waiting[0]; next; next = waiting[0]) {
        write(next);
        waiting = waiting.filter((entry) => entry !== next);
        if (waiting.length > 0) await nextTurn();
      }
    },
    takeDropped() {
      const taken = dropped;
      dropped = 0;
      return taken;
    },
    clear() {
      waiting = [];
    },
  };
}

import type { Database } from './database.js';
import { createFleetEnds } from './ends.js';
import { metaNumber } from './meta.js';

/** What the database alone tells of how things stand, for checks without a server. */
export interface Standing {
  /** Milliseconds since the epoch; null: never. */
  lastCollection: number | null;
  collectInterval: number | null;
  /** Tasks that ended in the hour before now. */
  ended: { completed: number; failed: number };
}

export function readStanding(db: Database, _input: unknown, now: number): Standing {
  return {
    lastCollection: metaNumber(db, 'last_collection'),
    collectInterval: metaNumber(db, 'collect_interval'),
    ended: createFleetEnds(db, now).lastHour(now),
  };
}

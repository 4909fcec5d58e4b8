import type { Database } from './database.js';
import { importedUntil, metaNumber, setMeta } from './meta.js';
import { breathe, type Pause, workInSlices } from './slices.js';
import { tableOf } from './schema.js';
import { TIERS, type Tier } from './tiers.js';

/** How long figures and events are kept, in milliseconds; days are kept for ever. */
export interface Retention {
  raw: number;
  '5m': number;
  '1h': number;
  events: number;
}

/** A slice deletes this many rows at a time until its time is over. */
const ROWS_AT_ONCE = 200;
const SLICE_MS = 8;

/**
 * Retires what is older than it has to be, in slices of at most about 8 ms of this thread. What an upgrade brought stays,
 * and so does what has not been rolled up yet.
 */
export async function retire(db: Database, keep: Retention, now: number, pause: Pause = breathe): Promise<void> {
  await workInSlices(db, retireSteps(db, keep, now), SLICE_MS, pause);
}

function* retireSteps(db: Database, keep: Retention, now: number): Generator<void> {
  const imported = importedUntil(db) ?? Number.MIN_SAFE_INTEGER;
  for (const tier of TIERS) {
    if (tier === '1d') continue;
    const before = Math.min(now - keep[tier], rolledUpTo(db, tier));
    if (before <= imported) continue;
    // The mark is set only where something went: before it a tier cannot answer.
    const removed = yield* retireTier(db, tier, imported, before);
    if (removed > 0) setMeta(db, `retired_${tier}`, before);
  }
  yield* retireIntervals(db, now - keep.events);
  yield* retireEvents(db, now - keep.events);
  setMeta(db, 'retention', JSON.stringify(keep));
}

/** Rows of a tier are needed until the next tier has been made from them. */
function rolledUpTo(db: Database, tier: Exclude<Tier, '1d'>): number {
  const next = { raw: '5m', '5m': '1h', '1h': '1d' } as const;
  return metaNumber(db, `rolled_${next[tier]}`) ?? Number.MIN_SAFE_INTEGER;
}

function* retireTier(db: Database, tier: Tier, imported: number, before: number): Generator<void, number> {
  let removed = 0;
  const agents = db.prepare('SELECT id FROM agents').pluck().all() as number[];
  for (const scope of ['agent', 'system'] as const) {
    const table = tableOf(scope, tier);
    const end = db
      .prepare(`SELECT t FROM ${table} WHERE agent = ? AND t > ? AND t < ? ORDER BY t LIMIT 1 OFFSET ${ROWS_AT_ONCE}`)
      .pluck();
    const remove = db.prepare(`DELETE FROM ${table} WHERE agent = ? AND t > ? AND t < ?`);
    for (const agent of scope === 'agent' ? agents : [0]) {
      for (let more = true; more; ) {
        const stop = end.get(agent, imported, before) as number | undefined;
        removed += remove.run(agent, imported, stop ?? before).changes;
        more = stop !== undefined;
        yield;
      }
    }
  }
  return removed;
}

function* retireIntervals(db: Database, before: number): Generator<void> {
  const remove = db.prepare('DELETE FROM intervals WHERE agent = ? AND began < ? AND ended < ?');
  for (const agent of db.prepare('SELECT id FROM agents').pluck().all()) {
    remove.run(agent, before, before);
    yield;
  }
}

function* retireEvents(db: Database, before: number): Generator<void> {
  const imported = metaNumber(db, 'imported_events') ?? 0;
  const remove = db.prepare(
    'DELETE FROM events WHERE id IN (SELECT id FROM events WHERE t < ? AND id > ? ORDER BY t LIMIT 200)',
  );
  while (remove.run(before, imported).changes > 0) yield;
}

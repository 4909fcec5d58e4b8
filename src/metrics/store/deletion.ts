import { deletionHeld, type Times, TRUST_AFTER_MS, watchClock } from '../../base/index.js';
import type { Database } from './database.js';
import { importedUntil, metaNumber, metaText } from './meta.js';
import type { Retention } from './retention.js';

/** Decides whether the clock can be believed enough to delete by age. */
export interface DeletionGuard {
  /** Looks at what is on record, before anything is written; only the first time counts. */
  begin(db: Database): void;
  /** Why nothing must be deleted now, as words that end a sentence; null: it may. */
  heldBecause(db: Database, keep: Retention, now: number): string | null;
}

/** An hourly run takes a small part; what would take more than this is not its daily work. */
const USUAL_SHARE = 0.5;

/** Begins to watch the clock. `times`: the clock and a monotonic one. */
export function createDeletionGuard(times: Times): DeletionGuard {
  let watch = watchClock(times);
  /** undefined: not looked up yet. */
  let newestBefore: number | null | undefined;
  let heldSince: number | null = null;
  /** What was held is being deleted: that may take more than one run. */
  let believed = false;
  return {
    begin(db) {
      if (newestBefore === undefined) newestBefore = newestRecord(db);
    },
    heldBecause(db, keep, now) {
      // With nothing to be deleted there is nothing to be held, and nothing to report.
      if (!isAnythingDue(db, keep, now)) return null;
      const facts = { now, newestBefore: newestBefore ?? null, upMs: watch.upMs(), jumpMs: watch.jumpMs() };
      const doubt = deletionHeld(facts);
      if (doubt !== null) believed = false;
      const reason = doubt ?? (believed ? null : heldByShare(db, keep, now));
      if (reason === null) {
        heldSince = null;
        return null;
      }
      heldSince ??= times.monotonic();
      if (times.monotonic() - heldSince < TRUST_AFTER_MS) return reason;
      // The warning has been shown for a day, and the clock has gone on as it is: so the clock is taken to be right.
      heldSince = null;
      newestBefore = null;
      believed = true;
      watch = watchClock(times);
      return null;
    },
  };
}

/** The time of what was written last, which after a wrong clock is not the largest time there is. */
function newestRecord(db: Database): number | null {
  const event = db.prepare('SELECT t FROM events ORDER BY id DESC LIMIT 1').pluck().get() as number | undefined;
  const collection = metaNumber(db, 'last_collection');
  if (event === undefined || collection === null) return event ?? collection;
  return Math.max(event, collection);
}

/** A run that follows other settings than the last may take as much as they say. */
function heldByShare(db: Database, keep: Retention, now: number): string | null {
  const settings = metaText(db, 'retention');
  if (settings !== null && settings !== JSON.stringify(keep)) return null;
  const samples = shareOf(
    firstSample(db),
    timeOf(db, 'SELECT t FROM system_raw WHERE agent = 0 AND t <= ? ORDER BY t DESC LIMIT 1', now),
    now - keep.raw,
  );
  const events = shareOf(
    firstEvent(db),
    timeOf(db, 'SELECT t FROM events WHERE t <= ? ORDER BY t DESC LIMIT 1', now),
    now - keep.events,
  );
  const share = Math.max(samples, events);
  return share > USUAL_SHARE ? `it would take ${Math.round(share * 100)} % of what there is at once` : null;
}

function isAnythingDue(db: Database, keep: Retention, now: number): boolean {
  const sample = firstSample(db);
  const event = firstEvent(db);
  return (sample !== null && sample < now - keep.raw) || (event !== null && event < now - keep.events);
}

/** The oldest sample that is not exempt from retention. */
function firstSample(db: Database): number | null {
  const imported = importedUntil(db) ?? Number.MIN_SAFE_INTEGER;
  return timeOf(db, 'SELECT t FROM system_raw WHERE agent = 0 AND t > ? ORDER BY t LIMIT 1', imported);
}

/** The same of events. */
function firstEvent(db: Database): number | null {
  return timeOf(db, 'SELECT t FROM events WHERE id > ? ORDER BY id LIMIT 1', metaNumber(db, 'imported_events') ?? 0);
}

function timeOf(db: Database, query: string, value: number): number | null {
  return (db.prepare(query).pluck().get(value) as number | undefined) ?? null;
}

/** The part of the time from `first` to `last` that lies before `until`, 0 to 1. */
function shareOf(first: number | null, last: number | null, until: number): number {
  if (first === null || last === null || until <= first) return 0;
  return last <= first ? 1 : Math.min(1, (until - first) / (last - first));
}

import type { Database } from './database.js';
import type { RollupTier, Tier } from './tiers.js';

/** What a database knows about itself. */
export type MetaKey =
  | 'imported_at'
  | 'imported_until'
  | 'imported_events'
  | 'imported_time_zone'
  /** 1 after an orderly stop, 0 while another process writes. */
  | 'clean'
  /** When the last collection was due. */
  | 'last_collection'
  | 'collect_interval'
  /** How the health score of the last collection came about, as JSON. */
  | 'health'
  /** How long everything was kept when something was retired last, as JSON. */
  | 'retention'
  /** A tier's buckets before this are complete. */
  | `rolled_${RollupTier}`
  /** Rows of a tier before this have been retired. */
  | `retired_${Tier}`;

export function setMeta(db: Database, key: MetaKey, value: number | string | null): void {
  db.prepare('INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value').run(key, value);
}

/** The number under a key, or null. */
export function metaNumber(db: Database, key: MetaKey): number | null {
  const value = db.prepare('SELECT value FROM meta WHERE key = ?').pluck().get(key);
  return typeof value === 'number' ? value : null;
}

/** The text under a key, or null. */
export function metaText(db: Database, key: MetaKey): string | null {
  const value = db.prepare('SELECT value FROM meta WHERE key = ?').pluck().get(key);
  return typeof value === 'string' ? value : null;
}

/** Until when rows came from an old database; a time ahead of that upgrade's own clock counts only up to it. */
export function importedUntil(db: Database): number | null {
  const until = metaNumber(db, 'imported_until');
  return until === null ? null : Math.min(until, metaNumber(db, 'imported_at') ?? until);
}

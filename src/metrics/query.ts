/**
 * The light door of the history room, for commands: opens the database directly and reads. Loads nothing but SQLite; an
 * old database is upgraded first, which loads what that needs.
 */
import { existsSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { openReader } from './database.js';
import { answerRead, type ReadName, type Reads } from './reads.js';
import { SCHEMA_VERSION } from './schema.js';

export { AGGREGATES, GROUPINGS, type RawQuery, STEPS } from './params.js';
export { METRICS, type Metric } from './registry.js';

/**
 * Answers a read from the database at `path`.
 * @throws McError `not_found` when there is no database, `input.invalid` and `metric.unknown` as the read
 */
export async function readDatabase<K extends ReadName>(
  path: string,
  name: K,
  input: Reads[K]['input'],
  now: number,
): Promise<Reads[K]['answer']> {
  if (needsUpgrade(path)) {
    const { prepareDatabase } = await import('./prepare.js');
    await prepareDatabase(path, now);
  }
  const db = openReader(path);
  try {
    return answerRead(db, name, input, now);
  } finally {
    db.close();
  }
}

/** A database of an older layout: reading it needs writing it once. What is damaged or newer is not touched here. */
function needsUpgrade(path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    const db = new Sqlite(path, { readonly: true });
    try {
      return (db.pragma('user_version', { simple: true }) as number) < SCHEMA_VERSION;
    } finally {
      db.close();
    }
  } catch {
    return false;
  }
}

/**
 * The light door of the history room, for commands: opens the database directly and reads. Loads nothing but SQLite; an
 * old database is upgraded first, which loads what that needs.
 */
import { existsSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { openReader, reading } from '../store/database.js';
import { obstaclesAt, rootsAround } from '../store/place.js';
import { answerRead, type ReadName, type Reads } from './reads.js';
import { SCHEMA_VERSION } from '../store/schema.js';

/**
 * Answers a read from the database at `path`.
 * `upgrade: false`: an old database is refused instead.
 * @throws McError `not_found`, `io`, `busy` as `openReader`; `input.invalid`, `metric.unknown`, `agent.unknown` as the read
 */
export async function readDatabase<K extends ReadName>(
  path: string,
  name: K,
  input: Reads[K]['input'],
  { now, upgrade = true }: { now: number; upgrade?: boolean },
): Promise<Reads[K]['answer']> {
  if (upgrade && needsUpgrade(path)) {
    const { prepareDatabase } = await import('../store/prepare.js');
    await prepareDatabase(path, now);
  }
  const db = openReader(path);
  try {
    return reading(() => answerRead(db, name, input, now));
  } finally {
    db.close();
  }
}

/** A database of an older layout: reading it needs writing it once. What is damaged or newer is not touched here. */
function needsUpgrade(path: string): boolean {
  if (!existsSync(path) || obstaclesAt(path, rootsAround(path)).length > 0) return false;
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

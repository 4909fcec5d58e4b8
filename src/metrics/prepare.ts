import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeDirectory } from '../base/index.js';
import { setAside } from './aside.js';
import { DamageError, type Database, isDamage, openWriter, versionOf } from './database.js';
import { isLegacy, type LegacyReport, upgradeLegacy } from './legacy.js';
import { metaNumber } from './meta.js';
import { migrate } from './migrations.js';
import { rollUpAtOnce } from './rollup.js';
import { SCHEMA_VERSION } from './schema.js';

/** What was done to a database before it could be used; somebody should be told. */
export type Notice =
  | ({ kind: 'upgraded' } & LegacyReport)
  | { kind: 'set_aside'; reason: 'damaged' | 'from the future'; path: string };

/** A file above this many bytes takes so long to prepare that a thread of its own has to do it. */
const LONG_WORK_BYTES = 4 * 1024 * 1024;

/**
 * Makes sure that a usable database of the present layout is at `path`: begins one, upgrades an old one in place after a
 * copy, sets one aside that is damaged or from the future. Whatever happens, nothing is deleted.
 */
export async function prepareDatabase(path: string, now: number): Promise<Notice[]> {
  await makeDirectory(dirname(path));
  const notices: Notice[] = [];
  for (let attempt = 0; ; attempt += 1) {
    try {
      const refused = inspect(path);
      if (refused === null) break;
      if (refused === 'legacy') await upgrade(path, now, notices);
      else notices.push({ kind: 'set_aside', reason: refused, path: await setAside(path, 'future', now) });
    } catch (error) {
      if (!isDamage(error) || attempt > 1) throw error;
      notices.push({ kind: 'set_aside', reason: 'damaged', path: await setAside(path, 'corrupt', now) });
    }
  }
  return notices;
}

/** Whether preparing will take long enough to need a worker. */
export function preparesLong(path: string): boolean {
  return existsSync(path) && statSync(path).size > LONG_WORK_BYTES;
}

async function upgrade(path: string, now: number, notices: Notice[]): Promise<void> {
  const report = await upgradeLegacy(path, now);
  if (!report) return;
  notices.push({ kind: 'upgraded', ...report });
  const db = openWriter(path);
  try {
    rollUpAtOnce(db, now);
  } finally {
    db.close();
  }
}

/** null: usable now (migrated if it had to be). Throws what SQLite finds damaged. */
function inspect(path: string): 'legacy' | 'from the future' | null {
  const db = openWriter(path);
  try {
    if (versionOf(db) > SCHEMA_VERSION) return 'from the future';
    if (isLegacy(db)) return 'legacy';
    migrate(db);
    if (metaNumber(db, 'clean') === 0) checkIntegrity(db);
    return null;
  } finally {
    db.close();
  }
}

/** Only after a process died while it wrote: the check reads every page. */
function checkIntegrity(db: Database): void {
  const [first] = db.pragma('quick_check(1)') as { quick_check: string }[];
  if (first?.quick_check === 'ok') return;
  throw new DamageError(first?.quick_check ?? 'the check gave no answer');
}

import { rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeDirectory } from '../../base/index.js';
import { freeName, setAside } from './aside.js';
import { DamageError, type Database, isDamage, isUnusable, openWriter, PATIENCE_MS, versionOf } from './database.js';
import { isLegacy, type LegacyReport, UpgradeError, upgradeLegacy } from './legacy.js';
import { metaNumber } from './meta.js';
import { migrate } from './migrations.js';
import { removeUnfinished } from './old-copy.js';
import { fileAt, isTaken, obstaclesAt, rootsAround } from './place.js';
import { rollUpAtOnce } from './rollup.js';
import { SCHEMA_VERSION } from './schema.js';

/** What was done to a database before it could be used; a person should know of it. */
export type Notice =
  | ({ kind: 'upgraded' } & LegacyReport)
  /** `reason`: what it is, as in "it is damaged". */
  | { kind: 'set_aside'; reason: string; path: string }
  /** Its file was removed under the server. */
  | { kind: 'rewritten'; path: string }
  /** Another file was put in its place; what was held lies under `path`. */
  | { kind: 'replaced'; path: string };

export interface PrepareOptions {
  /** Real directories that the database may lie in; those around it when they are not given. */
  roots?: readonly string[] | undefined;
  /** See `openWriter`. */
  patience?: number | undefined;
}

/** A file above this many bytes takes so long to prepare that a thread of its own has to do it. */
const LONG_WORK_BYTES = 4 * 1024 * 1024;
/** A new database needs none; more than this many asides would be a loop. */
const ATTEMPTS = 3;

/**
 * Makes sure that a usable database of the present layout is at `path`: begins one, upgrades an old one in place after a
 * copy, sets one aside that is damaged, cannot be upgraded, is from the future or is not a file at all. Whatever happens,
 * nothing is deleted.
 * @throws McError `file.refused`, `io` as `obstaclesAt`; what the system or another program refuses just now
 */
export async function prepareDatabase(path: string, now: number, options: PrepareOptions = {}): Promise<Notice[]> {
  const patience = options.patience ?? PATIENCE_MS;
  const refused = () => obstaclesAt(path, options.roots ?? rootsAround(path));
  refused();
  await makeDirectory(dirname(path));
  await removeUnfinished(path);
  const notices: Notice[] = [];
  for (const { suffix, what } of refused()) {
    const label = 'no-file';
    const aside = suffix === '' ? await setAside(path, label, now) : freeName(path + suffix, label, now);
    if (suffix !== '' && isTaken(path + suffix)) await rename(path + suffix, aside);
    notices.push({ kind: 'set_aside', reason: what, path: aside });
  }
  for (let attempt = 0; ; attempt += 1) {
    try {
      const found = inspect(path, patience);
      if (found === null) return notices;
      if (found === 'legacy') await upgrade(path, now, patience, notices);
      else notices.push({ kind: 'set_aside', reason: found, path: await setAside(path, 'future', now) });
    } catch (error) {
      if (attempt >= ATTEMPTS) throw error;
      notices.push(await giveUp(path, now, error));
    }
  }
}

/**
 * Sets a database aside that an error says cannot be used.
 * @throws the error itself when it says nothing about the file
 */
export async function giveUp(path: string, now: number, error: unknown): Promise<Notice> {
  const message = error instanceof Error ? error.message : String(error);
  const aside = async (label: string, reason: string): Promise<Notice> => ({
    kind: 'set_aside',
    reason,
    path: await setAside(path, label, now),
  });
  if (error instanceof UpgradeError) return aside('old', `of an old layout that cannot be upgraded (${message})`);
  if (isDamage(error)) return aside('corrupt', 'damaged');
  if (isUnusable(error)) return aside('unusable', `not a database of ours (${message})`);
  throw error;
}

/** Whether preparing will take long enough to need a worker. */
export function preparesLong(path: string): boolean {
  return (fileAt(path)?.size ?? 0) > LONG_WORK_BYTES;
}

async function upgrade(path: string, now: number, patience: number, notices: Notice[]): Promise<void> {
  const report = await upgradeLegacy(path, now, patience);
  if (!report) return;
  notices.push({ kind: 'upgraded', ...report });
  const db = openWriter(path, patience);
  try {
    rollUpAtOnce(db, now);
  } finally {
    db.close();
  }
}

/** null: usable now (migrated if it had to be). Throws what SQLite finds damaged. */
function inspect(path: string, patience: number): 'legacy' | 'from the future' | null {
  const db = openWriter(path, patience);
  try {
    const version = versionOf(db);
    if (version > SCHEMA_VERSION) return 'from the future';
    if (version < 0) throw new DamageError(`its layout has the number ${version}`);
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

import { ageOf, type DatedBackup, heldAt, newestBackup, newestBackupAge } from '../protocol/index.js';

/** The newest full backup and how old what it holds is. */
export interface BackupNews<B> {
  newest: B;
  /** Milliseconds; null when nobody knows it. */
  age: number | null;
}

/**
 * The newest full backup, damaged or not, and its age; null when there is none. Of a sound one the age is that of the
 * newest backup of this workspace, as a check and health show it (`newestBackupAge`): a backup that was found to hold all
 * there still is, is as old as that finding. Of a damaged one it is its own age. `now`: milliseconds since the epoch.
 */
export function backupNews<B extends DatedBackup>(backups: readonly B[], now: number): BackupNews<B> | null {
  const newest = newestBackup(backups, { type: 'full' }, now);
  if (newest === null) return null;
  if ((newest.verify_error ?? null) === null) return { newest, age: newestBackupAge(backups, now) };
  const at = heldAt(newest, now);
  return { newest, age: at === null ? null : ageOf(at, now) };
}

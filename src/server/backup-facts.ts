import type { Settings } from '../base/index.js';
import { type DatedBackup, newestBackupAge } from '../protocol/index.js';

/** How old what the newest full backup holds is, and how old it may be: one missed run of the schedule is within the limit. */
export async function backupFacts(
  backups: { listed: () => Promise<readonly DatedBackup[]> | null },
  { backupInterval, noBackups }: Pick<Settings, 'backupInterval' | 'noBackups'>,
  now: number,
): Promise<{ age: number | null; limit: number; scheduled: boolean }> {
  // Until the first list has been made the age is not known; metrics do not wait for it.
  const age = newestBackupAge((await backups.listed()) ?? [], now);
  return { age: age === null ? null : age / 1000, limit: (2 * backupInterval) / 1000, scheduled: !noBackups };
}

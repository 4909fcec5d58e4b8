import type { Settings } from '../base/index.js';
import type { BackupService } from '../backup/index.js';

/** How old what the newest full backup holds is, and how old it may be: one missed run of the schedule is within the limit. */
export async function backupFacts(
  backups: Pick<BackupService, 'listed'>,
  { backupInterval, noBackups }: Pick<Settings, 'backupInterval' | 'noBackups'>,
  now: number,
): Promise<{ age: number | null; limit: number; scheduled: boolean }> {
  // Until the first list has been made the age is not known; metrics do not wait for it.
  const times = ((await backups.listed()) ?? [])
    .filter((backup) => backup.backup_type === 'full')
    .map((backup) => Date.parse(backup.holds_at ?? backup.timestamp))
    .filter((at) => !Number.isNaN(at));
  const age = times.length > 0 ? Math.max(0, now - Math.max(...times)) / 1000 : null;
  return { age, limit: (2 * backupInterval) / 1000, scheduled: !noBackups };
}

import { rm } from 'node:fs/promises';
import { syncDirectory } from '../base/index.js';
import type { Backup, PruneReport } from '../protocol/index.js';
import { findBackup } from './catalog.js';
import { type BackupContext, catalogOf, recorded, withLock, withLockOrFullDisk } from './context.js';
import { planRetention, type RetentionPolicy } from './retention.js';

/**
 * Deletes what no rule wants to keep. Dry, it only decides.
 * @throws McError `busy`
 */
export async function pruneBackups(
  context: BackupContext,
  options: Partial<RetentionPolicy> & { dryRun?: boolean },
): Promise<PruneReport> {
  const { dryRun = false, ...changes } = options;
  const policy = { ...context.retention, ...changes };
  const decide = async () => {
    const entries = await catalogOf(context);
    const backups = entries.map((entry) => entry.backup);
    const unreadable = new Set(entries.filter((entry) => !entry.readable).map((entry) => entry.backup.id));
    return { backups, decisions: planRetention(backups, policy, context.clock.now(), unreadable) };
  };
  if (dryRun) return { dry_run: true, decisions: (await decide()).decisions, deleted: [], freed_bytes: 0 };
  return recorded(context, 'prune', () =>
    withLockOrFullDisk(context, 'backup prune', async () => {
      const { backups, decisions } = await decide();
      const going = new Set(decisions.filter((decision) => !decision.keep).map((decision) => decision.id));
      const deleted = backups.filter((backup) => going.has(backup.id));
      await removeFiles(context, deleted);
      const freed_bytes = deleted.reduce((sum, backup) => sum + backup.size_bytes, 0);
      return { dry_run: false, decisions, deleted: deleted.map((backup) => backup.id), freed_bytes };
    }),
  );
}

/**
 * Deletes one backup, whatever the retention says.
 * @throws McError `backup.not_found`, `busy`
 */
export async function deleteBackup(context: BackupContext, id: string): Promise<Backup> {
  return withLock(context, 'backup delete', async () => {
    const { backup } = findBackup(await catalogOf(context), id);
    await removeFiles(context, [backup]);
    return backup;
  });
}

/** An archive goes in one step; the catalogue finds out by itself should this process die here. */
async function removeFiles(context: BackupContext, backups: Backup[]): Promise<void> {
  if (backups.length === 0) return;
  for (const backup of backups) await rm(backup.path, { force: true });
  await syncDirectory(context.files.directory);
  await catalogOf(context);
}

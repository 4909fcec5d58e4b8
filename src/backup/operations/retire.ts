import { rm } from 'node:fs/promises';
import { deletionHeld, syncDirectory } from '../../base/index.js';
import { type Backup, backupsAhead, isAhead, type PruneDecision, type PruneReport } from '../../protocol/index.js';
import { findBackup } from '../catalog/catalog.js';
import { type BackupContext, catalogOf, recorded, withLock, withLockOrFullDisk } from './context.js';
import { planRetention, type RetentionPolicy } from '../retention.js';

export interface PruneOptions extends Partial<RetentionPolicy> {
  dryRun?: boolean;
  /** A backup is about to be made at this time (milliseconds since the epoch): the time to keep counts back from it. */
  asOf?: number;
  /** Why nothing may go for its age now, as a part of a sentence; null when the clock is believed. */
  held?: (backups: readonly Backup[]) => string | null;
}

/**
 * Deletes what no rule wants to keep. Dry, it only decides. What makes the clock doubtful is reported; whether anything is
 * deleted all the same is for whoever asks to say (`held`).
 * @throws McError `busy`
 */
export async function pruneBackups(context: BackupContext, options: PruneOptions): Promise<PruneReport> {
  const { dryRun = false, held = () => null, asOf, ...changes } = options;
  const policy = { ...context.retention, ...changes };
  const decide = async () => {
    const entries = await catalogOf(context);
    const backups = entries.map((entry) => entry.backup);
    const unreadable = new Set(entries.filter((entry) => !entry.readable).map((entry) => entry.backup.id));
    const now = context.clock.now();
    const why = held(backups);
    const decisions = planRetention(backups, policy, now, { unreadable, asOf });
    return {
      backups,
      decisions: why === null ? decisions : decisions.map((decision) => spared(decision, why)),
      notes: clockNotes(backups, now),
    };
  };
  if (dryRun) {
    const { decisions, notes } = await decide();
    return { dry_run: true, decisions, deleted: [], freed_bytes: 0, notes };
  }
  return recorded(context, 'prune', () =>
    withLockOrFullDisk(context, 'backup prune', async () => {
      const { backups, decisions, notes } = await decide();
      const going = new Set(decisions.filter((decision) => !decision.keep).map((decision) => decision.id));
      const deleted = backups.filter((backup) => going.has(backup.id));
      await removeFiles(context, deleted);
      const freed_bytes = deleted.reduce((sum, backup) => sum + backup.size_bytes, 0);
      return { dry_run: false, decisions, deleted: deleted.map((backup) => backup.id), freed_bytes, notes };
    }),
  );
}

/** What `held` is decided on: the time of the newest backup whose age is known; null when there is none. */
export function newestKnown(backups: readonly Backup[], now: number): number | null {
  const times = backups.map(({ timestamp }) => Date.parse(timestamp)).filter((time) => !isAhead(time, now));
  return times.length === 0 ? null : Math.max(...times);
}

/** What speaks against the clock, for a person who prunes: they may know better, so nothing is held back. */
function clockNotes(backups: readonly Backup[], now: number): string[] {
  const ahead = backupsAhead(backups, now).map(({ id }) => id);
  const doubt = deletionHeld({ now, newestBefore: newestKnown(backups, now), upMs: 0, jumpMs: 0 });
  return [
    ...(ahead.length > 0 ? [`from ahead of the clock, so kept: ${ahead.join(', ')}; look at the date`] : []),
    ...(doubt === null ? [] : [`${doubt}: look at the date before you delete anything`]),
  ];
}

/** Whether a backup stays only because the clock is not believed. */
export function isHeld({ keep, reason }: PruneDecision): boolean {
  return keep && reason.startsWith(HELD);
}

const HELD = 'held back: ';

function spared(decision: PruneDecision, why: string): PruneDecision {
  return decision.keep ? decision : { ...decision, keep: true, reason: HELD + why };
}

/**
 * Deletes one backup, whatever the retention says.
 * @throws McError `backup.not_found`, `busy`
 */
export async function deleteBackup(context: BackupContext, id: string): Promise<Backup> {
  return withLock(context, 'backup delete', async () => {
    const { backup } = findBackup(await catalogOf(context), id, context.clock.now());
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

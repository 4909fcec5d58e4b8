import type { Backup, BackupType } from './backups.js';
import { ageOf, isAhead } from './times.js';

/** What of a backup decides how old it is and whether it may stand for "the newest". */
export type DatedBackup = Pick<Backup, 'backup_type' | 'timestamp'> &
  Partial<Pick<Backup, 'agent' | 'origin' | 'safety' | 'partial' | 'verify_error' | 'holds_at'>>;

export interface NewestChoice {
  type: BackupType;
  /** Of this agent; absent: of any. */
  agent?: string | null;
  /** Only one that is not known to be damaged, and a complete one rather than a partial one. */
  sound?: boolean;
}

/**
 * The backup that "the newest" or `latest` means; null when none may. By-products never do: a safety backup is what a
 * restore replaced. A backup from ahead of the clock has an unknown age and an imported one is of somewhere else: they
 * are chosen only where there is nothing better. `now`: milliseconds since the epoch.
 */
export function newestBackup<B extends DatedBackup>(
  backups: readonly B[],
  { type, agent, sound = false }: NewestChoice,
  now: number,
): B | null {
  const rank = (backup: B): [number, number] => [
    (isAhead(Date.parse(backup.timestamp), now) ? 0 : 4) +
      (backup.origin === 'imported' ? 0 : 2) +
      (sound && backup.partial ? 0 : 1),
    Date.parse(backup.timestamp),
  ];
  let newest: B | null = null;
  for (const backup of backups) {
    if (backup.backup_type !== type || backup.safety || (agent !== undefined && backup.agent !== agent)) continue;
    if (sound && (backup.verify_error ?? null) !== null) continue;
    if (newest === null || !isLess(rank(backup), rank(newest))) newest = backup;
  }
  return newest;
}

/** When what a backup holds was last known to be all there is, milliseconds since the epoch; null when its times lie ahead. */
export function heldAt(backup: DatedBackup, now: number): number | null {
  const times = [backup.holds_at ?? null, backup.timestamp].map((time) => Date.parse(time ?? ''));
  return times.find((time) => !isAhead(time, now)) ?? null;
}

/**
 * When the newest full backup of this workspace was last known to hold all there is; null when there is none whose age is
 * known. Safety backups, imports and damaged ones do not count.
 */
export function lastBackupAt(backups: readonly DatedBackup[], now: number): number | null {
  const times = backups
    .filter(
      (backup) =>
        backup.backup_type === 'full' &&
        !backup.safety &&
        backup.origin !== 'imported' &&
        (backup.verify_error ?? null) === null,
    )
    .flatMap((backup) => heldAt(backup, now) ?? []);
  return times.length === 0 ? null : Math.max(...times);
}

/** How old the newest backup is, in milliseconds: what a check, health and a status line show. Null: not known, or none. */
export function newestBackupAge(backups: readonly DatedBackup[], now: number): number | null {
  const at = lastBackupAt(backups, now);
  return at === null ? null : ageOf(at, now);
}

/** Backups whose time lies ahead of the clock, so that nobody knows their age: one of both clocks was wrong. */
export function backupsAhead<B extends DatedBackup>(backups: readonly B[], now: number): B[] {
  return backups.filter((backup) => isAhead(Date.parse(backup.timestamp), now));
}

function isLess([rank, time]: [number, number], [otherRank, otherTime]: [number, number]): boolean {
  return rank === otherRank ? time < otherTime : rank < otherRank;
}

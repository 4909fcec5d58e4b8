import type { Backup, PruneDecision } from '../protocol/index.js';

/** What is kept. A backup stays when any of these wants it; counts are per type and agent. */
export interface RetentionPolicy {
  /** Milliseconds. */
  keepWithin: number;
  keepLast: number;
  keepDaily: number;
  keepWeekly: number;
  keepMonthly: number;
  /** Whether archives of the old system and imports may go as well. */
  foreign: boolean;
}

const DAY = 86_400_000;

/**
 * Decides for every backup whether it stays, and says why. `now`: milliseconds since the epoch. `unreadable`: the ids of
 * those that nobody can read at the moment. They may be sound, so they stay, but they take no other's place.
 */
export function planRetention(
  backups: Backup[],
  policy: RetentionPolicy,
  now: number,
  unreadable: ReadonlySet<string> = new Set(),
): PruneDecision[] {
  const groups = new Map<string, Backup[]>();
  for (const backup of backups.toSorted((a, b) => compare(b.timestamp, a.timestamp) || compare(b.id, a.id))) {
    const key = `${backup.backup_type}:${backup.agent ?? ''}`;
    groups.set(key, [...(groups.get(key) ?? []), backup]);
  }
  const reasons = new Map<Backup, string | null>();
  for (const group of groups.values()) decideGroup(group, policy, now, reasons);
  return backups.map((backup) => {
    const reason = unreadable.has(backup.id)
      ? 'cannot be read: kept until somebody can'
      : (reasons.get(backup) ?? null);
    return {
      id: backup.id,
      keep: reason !== null,
      reason: reason ?? whyNot(backup, policy),
      size_bytes: backup.size_bytes,
    };
  });
}

/** Newest first. A backup that is known to be bad takes nobody's place. */
function decideGroup(group: Backup[], policy: RetentionPolicy, now: number, reasons: Map<Backup, string | null>): void {
  const sound = group.filter((backup) => backup.verify_error === null);
  const newestVerified = sound.find((backup) => backup.verified_at !== null) ?? sound[0];
  const periods = new Map([
    ...periodic(sound, policy.keepDaily, 'day', (at) => Math.floor(at / DAY)),
    // Weeks begin on Monday; the epoch was a Thursday.
    ...periodic(sound, policy.keepWeekly, 'week', (at) => Math.floor((at / DAY + 3) / 7)),
    ...periodic(sound, policy.keepMonthly, 'month', (at) => new Date(at).toISOString().slice(0, 7)),
  ]);
  for (const backup of group) {
    const age = now - Date.parse(backup.timestamp);
    const place = sound.indexOf(backup);
    reasons.set(
      backup,
      !policy.foreign && backup.origin !== 'own'
        ? `${backup.origin === 'old' ? 'of the old system' : 'imported'}: goes only when asked for`
        : backup === newestVerified
          ? `the newest ${backup.verified_at === null ? '' : 'verified '}of its kind`
          : age <= policy.keepWithin
            ? 'within the time to keep'
            : place >= 0 && place < policy.keepLast
              ? `one of the last ${policy.keepLast}`
              : (periods.get(backup) ?? null),
    );
  }
}

function periodic(
  backups: Backup[],
  count: number,
  name: string,
  periodOf: (at: number) => number | string,
): [Backup, string][] {
  const newest = new Map<number | string, Backup>();
  for (const backup of backups) {
    const period = periodOf(Date.parse(backup.timestamp));
    if (!newest.has(period)) newest.set(period, backup);
  }
  return [...newest.values()].slice(0, count).map((backup) => [backup, `the last of its ${name}`]);
}

function whyNot(backup: Backup, policy: RetentionPolicy): string {
  if (backup.verify_error !== null) return `damaged: ${backup.verify_error}`;
  return `older than ${Math.round(policy.keepWithin / DAY)} days and not one of the last ${policy.keepLast}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

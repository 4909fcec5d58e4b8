import { type Backup, formatDuration, isAhead, newestBackup, type PruneDecision } from '../protocol/index.js';

/** What is kept. A backup stays when any of these wants it; counts are per type and agent. */
export interface RetentionPolicy {
  /** Milliseconds, counted back from the newest backup of the kind. */
  keepWithin: number;
  keepLast: number;
  keepDaily: number;
  keepWeekly: number;
  keepMonthly: number;
  /** Whether archives of the old system and imports may go as well. */
  foreign: boolean;
}

const DAY = 86_400_000;

export interface RetentionContext {
  /** The ids of those that nobody can read at the moment. They may be sound, so they stay, but they take no other's place. */
  unreadable?: ReadonlySet<string> | undefined;
  /** When the next backup is made, if one is about to be: milliseconds since the epoch. */
  asOf?: number | undefined;
}

/** Says why a backup stays, or null: this rule does not want it. */
type Keep = (backup: Backup) => string | null;

/**
 * Decides for every backup whether it stays, and says why. `now`: milliseconds since the epoch.
 *
 * What one would restore never goes: of each kind the newest complete and the newest verified one, whatever came after them.
 */
export function planRetention(
  backups: Backup[],
  policy: RetentionPolicy,
  now: number,
  { unreadable = new Set(), asOf = Number.NEGATIVE_INFINITY }: RetentionContext = {},
): PruneDecision[] {
  const groups = new Map<string, Backup[]>();
  for (const backup of backups.toSorted((a, b) => compare(b.timestamp, a.timestamp) || compare(b.id, a.id))) {
    const key = `${backup.backup_type}:${backup.agent ?? ''}`;
    groups.set(key, [...(groups.get(key) ?? []), backup]);
  }
  const reasons = new Map<Backup, string | null>();
  for (const group of groups.values()) {
    const rules = rulesOf(group, policy, now, asOf);
    for (const backup of group) reasons.set(backup, firstOf(rules, backup));
  }
  return backups.map((backup) => {
    const reason = unreadable.has(backup.id) ? 'cannot be read: kept until it can be' : (reasons.get(backup) ?? null);
    return {
      id: backup.id,
      keep: reason !== null,
      reason: reason ?? whyNot(backup, policy),
      size_bytes: backup.size_bytes,
    };
  });
}

/**
 * What keeps the backups of one kind, newest first. Places are for what stands for itself: damaged, safety and future ones
 * take nobody's. Partial ones have places of their own while they are newer than every complete one, and imports none that
 * another has earned.
 */
function rulesOf(group: Backup[], policy: RetentionPolicy, now: number, asOf: number): Keep[] {
  const [kind] = group;
  const ahead = (backup: Backup) => isAhead(Date.parse(backup.timestamp), now);
  const standing = group.filter((backup) => backup.verify_error === null && !backup.safety && !ahead(backup));
  const complete = standing.filter((backup) => !backup.partial);
  const ours = complete.filter(({ origin }) => origin !== 'imported');
  const since = ours[0] ? standing.indexOf(ours[0]) : standing.length;
  const partial = standing.slice(0, since).filter((backup) => backup.partial);
  const placed = placesIn(ours, policy);
  const amongAll = placesIn(complete, policy);
  const alsoPartial = placesIn(partial, policy);
  const newest = kind && newestBackup(complete, { type: kind.backup_type }, now);
  const verified = newestVerified(ours) ?? newestVerified(complete) ?? newestVerified(standing);
  const lastPartial = partial[0];
  // Nothing else is complete: a by-product is better than nothing.
  const sound = group.filter((backup) => backup.safety && backup.verify_error === null);
  const lastSafety = complete.length > 0 ? undefined : (sound.find((backup) => !backup.partial) ?? sound[0]);
  const reference = Math.max(
    asOf,
    ...group
      .filter((backup) => backup.verify_error === null && !ahead(backup))
      .map(({ timestamp }) => Date.parse(timestamp)),
  );
  return [
    ({ origin }) =>
      !policy.foreign && origin !== 'own'
        ? `${origin === 'old' ? 'of the old system' : 'imported'}: goes only when asked for`
        : null,
    (backup) => (ahead(backup) ? 'dated in the future: its age is not known' : null),
    (backup) => (backup === verified ? 'the newest verified of its kind' : null),
    (backup) => (backup === newest ? 'the newest of its kind' : null),
    (backup) => (backup === lastPartial ? 'the newest of its kind, though partial' : null),
    (backup) => (backup === lastSafety ? 'nothing else of its kind is complete' : null),
    ({ timestamp }) =>
      policy.keepWithin > 0 && reference - Date.parse(timestamp) <= policy.keepWithin
        ? 'within the time to keep'
        : null,
    (backup) => placed.get(backup) ?? (backup.origin === 'imported' ? (amongAll.get(backup) ?? null) : null),
    (backup) => alsoPartial.get(backup) ?? null,
  ];
}

function firstOf(rules: Keep[], backup: Backup): string | null {
  for (const keep of rules) {
    const reason = keep(backup);
    if (reason !== null) return reason;
  }
  return null;
}

function newestVerified(backups: Backup[]): Backup | undefined {
  return backups.find(({ verified_at }) => verified_at !== null);
}

/** Newest first: the last so many, and the last of so many days, weeks and months. */
function placesIn(backups: Backup[], policy: RetentionPolicy): Map<Backup, string> {
  return new Map([
    ...periodic(backups, policy.keepMonthly, 'month', (at) => new Date(at).toISOString().slice(0, 7)),
    // Weeks begin on Monday; the epoch was a Thursday.
    ...periodic(backups, policy.keepWeekly, 'week', (at) => Math.floor((at / DAY + 3) / 7)),
    ...periodic(backups, policy.keepDaily, 'day', (at) => Math.floor(at / DAY)),
    ...backups
      .slice(0, policy.keepLast)
      .map((backup): [Backup, string] => [backup, `one of the last ${policy.keepLast}`]),
  ]);
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
  const age = `older than ${formatDuration(policy.keepWithin)}`;
  if (backup.safety) return `a safety backup, ${age}`;
  return backup.partial
    ? `partial, ${age}, and there is a newer one`
    : `${age} and not one of the last ${policy.keepLast}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

import { cutText, formatDuration } from '../../protocol/index.js';
import { IN_LINE, type Rule } from './rule.js';

const AT_ONCE = { forMs: 0, keepFiringMs: 0, cooldownMs: 0, limit: null, unit: null };

/** The last backup failed, or none can be made. */
export const backupFailed: Rule = {
  ...AT_ONCE,
  name: 'backup_failed',
  severity: 'error',
  title: 'Backup failed',
  looksAt: 'how the last backup ended, and whether the schedule stands still',
  judge({ facts: { backups } }, { found, unknown }) {
    if (backups === null) return unknown();
    const { failure } = backups;
    if (failure === null) return;
    found({
      agent: null,
      say: () => ({ summary: `the last backup failed: ${cutText(failure, IN_LINE)}`, evidence: cutText(failure, 500) }),
    });
  },
};

/** The newest backup is older than two intervals of the schedule. */
export const backupLate: Rule = {
  ...AT_ONCE,
  name: 'backup_late',
  severity: 'error',
  title: 'Backup late',
  looksAt: 'the age of the newest full backup, where backups are scheduled: over two intervals of the schedule',
  unit: 'seconds',
  judge({ facts: { backups, upMs } }, { found, unknown, wakeIn }) {
    if (backups === null || !backups.listed) return unknown();
    if (!backups.scheduled) return;
    const { ageSeconds: age, limitSeconds: limit } = backups;
    // Where there is none, the schedule has had its time to make one.
    const late = age ?? upMs / 1000;
    if (late <= limit) return wakeIn((limit - late) * 1000 + 1);
    const old = formatDuration(late * 1000);
    found({
      agent: null,
      value: age === null ? null : Math.round(age),
      limit,
      say: () => ({
        summary:
          age === null ? `there is no full backup after ${old} of the server` : `the newest full backup is ${old} old`,
        evidence: `two intervals of the schedule are ${formatDuration(limit * 1000)}`,
      }),
    });
  },
};

/** A backup was found damaged. */
export const backupDamaged: Rule = {
  ...AT_ONCE,
  name: 'backup_damaged',
  severity: 'critical',
  title: 'Backup damaged',
  looksAt: 'what the last verification of each backup found',
  judge({ facts: { backups } }, { found, unknown }) {
    if (backups === null || !backups.listed) return unknown();
    const { damaged } = backups;
    const [first] = damaged;
    if (!first) return;
    found({
      agent: null,
      value: damaged.length,
      say: () => ({
        summary: damaged.length === 1 ? `backup ${first.id} is damaged` : `${damaged.length} backups are damaged`,
        evidence: `${damaged
          .slice(0, 5)
          .map(({ id }) => id)
          .join(', ')}: ${cutText(first.verify_error ?? '', IN_LINE)}`,
      }),
    });
  },
};

/** The last drill could not bring the workspace back. */
export const drillFailed: Rule = {
  ...AT_ONCE,
  name: 'drill_failed',
  severity: 'error',
  title: 'Restore drill failed',
  looksAt: 'how the last mc backup drill ended',
  judge({ facts: { backups } }, { found, unknown }) {
    if (backups === null) return unknown();
    const { drillFailure } = backups;
    if (drillFailure === null) return;
    found({
      agent: null,
      say: () => ({
        summary: 'the last drill failed: what is backed up may not be restorable',
        evidence: cutText(drillFailure, 500),
      }),
    });
  },
};

import { formatDuration } from '../../protocol/index.js';
import type { Rule } from './rule.js';

/** The newest backup is older than two intervals of the schedule. */
export const backupLate: Rule = {
  name: 'backup_late',
  severity: 'error',
  title: 'Backup late',
  looksAt: 'the age of the newest full backup, where backups are scheduled: over two intervals of the schedule',
  forMs: 0,
  keepFiringMs: 0,
  cooldownMs: 0,
  limit: null,
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

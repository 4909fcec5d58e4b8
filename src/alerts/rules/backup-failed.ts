import { cutText } from '../../protocol/index.js';
import { IN_LINE, type Rule } from './rule.js';

/** The last backup failed, or none can be made. */
export const backupFailed: Rule = {
  name: 'backup_failed',
  severity: 'error',
  title: 'Backup failed',
  looksAt: 'how the last backup ended, and whether the schedule stands still',
  forMs: 0,
  keepFiringMs: 0,
  cooldownMs: 0,
  limit: null,
  unit: null,
  judge({ facts: { backups } }, { found, unknown }) {
    if (backups === null) return unknown();
    const { failure } = backups;
    if (failure === null) return;
    found({
      agent: null,
      say: () => ({ summary: cutText(failure, IN_LINE), evidence: cutText(failure, 500) }),
    });
  },
};

import { cutText } from '../../protocol/index.js';
import { IN_LINE, type Rule } from './rule.js';

/** A backup was found damaged. */
export const backupDamaged: Rule = {
  name: 'backup_damaged',
  severity: 'critical',
  title: 'Backup damaged',
  looksAt: 'what the last verification of each backup found',
  forMs: 0,
  keepFiringMs: 0,
  cooldownMs: 0,
  limit: null,
  unit: 'backups',
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

import { cutText } from '../../protocol/index.js';
import type { Rule } from './rule.js';

/** The last drill could not bring the workspace back. */
export const drillFailed: Rule = {
  name: 'drill_failed',
  severity: 'error',
  title: 'Restore drill failed',
  looksAt: 'how the last mc backup drill ended',
  forMs: 0,
  keepFiringMs: 0,
  cooldownMs: 0,
  limit: null,
  unit: null,
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

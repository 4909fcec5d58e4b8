import { cutText } from '../../protocol/index.js';
import { IN_LINE, MINUTE, type Rule } from './rule.js';

/** Files are polled although the system should tell of changes. */
export const watcherPolling: Rule = {
  name: 'watcher_polling',
  severity: 'warning',
  title: 'Files are polled',
  looksAt: 'how the watcher sees changes: by polling that no setting asks for',
  forMs: MINUTE,
  keepFiringMs: 0,
  cooldownMs: 0,
  limit: null,
  unit: null,
  judge({ facts: { watcher } }, { found, unknown }) {
    if (watcher === null) return unknown();
    if (watcher.mode !== 'polling' || watcher.wanted) return;
    const reason = cutText(watcher.reason ?? 'the reason is not known', IN_LINE);
    found({
      agent: null,
      say: () => ({ summary: 'files are looked at about once a second: changes are seen late', evidence: reason }),
    });
  },
};

import { cutText } from '../../protocol/index.js';
import { IN_LINE, type Rule, SECOND } from './rule.js';

/** Nobody watches the files: what is shown may be old. */
export const watcherDown: Rule = {
  name: 'watcher_down',
  severity: 'critical',
  title: 'Files are not watched',
  looksAt: 'the state of the watcher: anything but available',
  forMs: 10 * SECOND,
  keepFiringMs: 0,
  cooldownMs: 0,
  limit: null,
  unit: null,
  judge({ facts: { watcher } }, { found, unknown }) {
    if (watcher === null) return unknown();
    if (watcher.state === 'available') return;
    const state = cutText(watcher.state, IN_LINE);
    found({
      agent: null,
      say: () => ({ summary: `changes of files may not be seen: ${state}`, evidence: `the watcher says: ${state}` }),
    });
  },
};

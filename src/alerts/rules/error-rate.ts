import { MINUTE, type Rule } from './rule.js';

/** Of fewer tasks a share says nothing. */
const ENOUGH_TASKS = 5;

/** Too many of the tasks that ended in the last hour failed. */
export const errorRate: Rule = {
  name: 'error_rate',
  severity: 'error',
  title: 'Many tasks fail',
  looksAt: `the share of failed tasks among those that ended in the last hour, when at least ${ENOUGH_TASKS} did`,
  forMs: 0,
  keepFiringMs: 5 * MINUTE,
  cooldownMs: 10 * MINUTE,
  limit: 0.3,
  unit: 'ratio',
  judge({ facts: { ended } }, { found, unknown }, limit) {
    if (ended === null) return unknown();
    const total = ended.completed + ended.failed;
    const rate = total < ENOUGH_TASKS ? 0 : ended.failed / total;
    if (rate <= limit) return;
    found({
      agent: null,
      value: Math.round(rate * 1000) / 1000,
      say: () => ({
        summary: `${Math.round(rate * 100)} % of the tasks of the last hour failed`,
        evidence: `${ended.failed} of ${total} tasks that ended in the last hour failed`,
      }),
    });
  },
};

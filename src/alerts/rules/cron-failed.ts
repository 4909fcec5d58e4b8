import { judgeJobs } from './cron-jobs.js';
import type { Rule } from './rule.js';

/** The last run of a job failed. */
export const cronFailed: Rule = {
  name: 'cron_failed',
  severity: 'error',
  title: 'Scheduled job failed',
  looksAt: 'how the last run of each job that a runtime has switched on ended',
  forMs: 0,
  keepFiringMs: 0,
  cooldownMs: 0,
  limit: null,
  unit: 'errors',
  judge: judgeJobs(({ last_status: status, last_run_at: at, consecutive_errors: errors }) => {
    if (status !== 'error') return null;
    const times = errors > 1 ? `, ${errors} times in a row` : '';
    return { value: errors, says: `failed${times}`, evidence: `last run ${at ?? 'at an unknown time'}: error` };
  }),
};

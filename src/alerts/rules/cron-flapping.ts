import { judgeJobs } from './cron-jobs.js';
import type { Rule } from './rule.js';

/** A job fails and recovers again and again. */
export const cronFlapping: Rule = {
  name: 'cron_flapping',
  severity: 'warning',
  title: 'Scheduled job flaps',
  looksAt: 'the last ten runs of each job that a runtime has switched on: how they end changed four times or more',
  forMs: 0,
  keepFiringMs: 0,
  cooldownMs: 0,
  limit: null,
  unit: null,
  judge: judgeJobs(({ flapping, runs, errors }) =>
    flapping
      ? { says: 'fails and recovers again and again', evidence: `${errors} of the ${runs} runs on record failed` }
      : null,
  ),
};

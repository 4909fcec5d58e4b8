import { ageOf, formatDuration } from '../../protocol/index.js';
import { judgeJobs } from './cron-jobs.js';
import type { Rule } from './rule.js';

/** A job should have run, and did not. */
export const cronMissed: Rule = {
  name: 'cron_missed',
  severity: 'error',
  title: 'Scheduled job did not run',
  looksAt:
    'the next run of each job that a runtime has switched on: longer ago than the limit, and none since; not judged while its agent works',
  forMs: 0,
  keepFiringMs: 0,
  cooldownMs: 0,
  limit: 300,
  unit: 'seconds',
  judge: judgeJobs(({ agent, next_run_at: next, last_run_at: last }, { agents, now }, limit) => {
    const due = Date.parse(next ?? '');
    const late = ageOf(due, now);
    if (late === null || late <= limit * 1000 || Date.parse(last ?? '') >= due) return null;
    // A run that goes on is not on record before it has ended.
    if ((agents.get(agent)?.sessions?.working ?? 0) > 0) return 'unknown';
    return {
      heldMs: late - limit * 1000,
      value: late / 1000,
      says: `should have run ${formatDuration(late)} ago`,
      evidence: `next run ${next}, last run ${last ?? 'never'}`,
    };
  }),
};

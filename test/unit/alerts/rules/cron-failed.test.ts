import { expect, it } from 'vitest';
import { cronFailed } from '../../../../src/alerts/rules/cron-failed.js';
import { judge } from '../world.js';
import { jobOf, worldWith } from './runtimes.js';

const failed = { last_status: 'error', last_run_at: '2026-03-01T11:30:00.000Z' };

it('tells of jobs whose last run failed, one alert for each agent, and how often in a row', () => {
  const jobs = [
    jobOf(),
    jobOf({ ...failed, consecutive_errors: 3 }),
    jobOf({ ...failed, id: 'j2', name: 'sweep', consecutive_errors: 1 }),
    jobOf({ ...failed, agent: 'openclaw:ops', consecutive_errors: 1 }),
    jobOf({ ...failed, agent: 'openclaw:off', enabled: false }),
  ];
  expect(judge(cronFailed, worldWith({ jobs })).found).toEqual([
    {
      agent: 'openclaw:main',
      value: 3,
      summary: 'report failed, 3 times in a row, and 1 more',
      evidence: 'openclaw job j1, last run 2026-03-01T11:30:00.000Z: error, and 1 more',
    },
    {
      agent: 'openclaw:ops',
      value: 1,
      summary: 'report failed',
      evidence: 'openclaw job j1, last run 2026-03-01T11:30:00.000Z: error',
    },
  ]);
  expect(judge(cronFailed, worldWith({ jobs: [jobOf()] }))).toMatchObject({ found: [], unknown: [] });
});

it('ends nothing while runtimes are not known, or not all of them', () => {
  expect(judge(cronFailed, worldWith(null))).toMatchObject({ found: [], unknown: [null] });
  expect(judge(cronFailed, worldWith({ jobs: [jobOf(failed)], whole: false }))).toMatchObject({
    found: [{ agent: 'openclaw:main' }],
    unknown: [null],
  });
});

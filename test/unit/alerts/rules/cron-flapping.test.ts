import { expect, it } from 'vitest';
import { cronFlapping } from '../../../../src/alerts/rules/cron-flapping.js';
import { judge } from '../world.js';
import { jobOf, worldWith } from './runtimes.js';

it('tells of jobs that fail and recover again and again', () => {
  const jobs = [jobOf({ flapping: true, errors: 5 }), jobOf({ agent: 'openclaw:off', flapping: true, enabled: false })];
  expect(judge(cronFlapping, worldWith({ jobs })).found).toEqual([
    {
      agent: 'openclaw:main',
      summary: 'report fails and recovers again and again',
      evidence: 'openclaw job j1, 5 of the 12 runs on record failed',
    },
  ]);
  expect(judge(cronFlapping, worldWith({ jobs: [jobOf()] })).found).toEqual([]);
});

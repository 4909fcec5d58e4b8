import { expect, it } from 'vitest';
import { cronMissed } from '../../../../src/alerts/rules/cron-missed.js';
import { agentsOf, iso, judge, MINUTE, NOW } from '../world.js';
import { jobOf, worldWith } from './runtimes.js';

const due = (minutes: number, last: string | null = null) =>
  jobOf({ next_run_at: iso(NOW - minutes * MINUTE), last_run_at: last });
const missed = (...jobs: ReturnType<typeof jobOf>[]) => judge(cronMissed, worldWith({ jobs })).found;

it('tells of a job that should have run', () => {
  expect(missed(due(20))).toEqual([
    {
      agent: 'openclaw:main',
      heldMs: 15 * MINUTE,
      value: 1200,
      summary: 'report should have run 20m ago',
      evidence: 'openclaw job j1, next run 2026-03-01T11:40:00.000Z, last run never',
    },
  ]);
});

it('gives it a few minutes, and is silent about what ran, what is off and what has no time', () => {
  expect(missed(due(5), due(20, iso(NOW - 19 * MINUTE)), jobOf(), jobOf({ next_run_at: null }))).toEqual([]);
  expect(missed({ ...due(20), enabled: false })).toEqual([]);
});

it('does not judge while the agent works: a run that goes on is not on record', () => {
  const agents = agentsOf({ id: 'openclaw:main', sessions: { working: 1, waiting: 0, idle: 0, error: 0 } });
  expect(judge(cronMissed, { ...worldWith({ jobs: [due(20)] }), agents })).toMatchObject({
    found: [],
    unknown: ['openclaw:main'],
  });
});

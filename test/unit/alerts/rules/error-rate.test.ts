import { expect, it } from 'vitest';
import { errorRate } from '../../../../src/alerts/rules/error-rate.js';
import { factsOf, judge, worldOf } from '../world.js';

const rateOf = (completed: number, failed: number) =>
  judge(errorRate, worldOf({ facts: factsOf({ ended: { completed, failed } }) }));

it('needs enough tasks and too many failures among them', () => {
  expect(rateOf(0, 4).found).toEqual([]);
  expect(rateOf(7, 3).found).toEqual([]);
  expect(rateOf(5, 3).found).toEqual([
    {
      agent: null,
      value: 0.375,
      summary: '38 % of the tasks of the last hour failed',
      evidence: '3 of 8 tasks that ended in the last hour failed',
    },
  ]);
});

it('is not known before anything was counted', () => {
  expect(judge(errorRate, worldOf({ facts: factsOf({ ended: null }) })).unknown).toEqual([null]);
});

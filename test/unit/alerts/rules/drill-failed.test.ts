import { expect, it } from 'vitest';
import { drillFailed } from '../../../../src/alerts/rules/drill-failed.js';
import { factsOf, judge, worldOf } from '../world.js';

const { backups } = factsOf();

it('says what the drill found, and nothing while nobody knows', () => {
  const drillFailure = 'the last drill failed at 2026-02-01T00:00:00.000Z: 3 files differ';
  const facts = factsOf({ backups: backups && { ...backups, drillFailure } });
  expect(judge(drillFailed, worldOf({ facts })).found).toMatchObject([{ agent: null, evidence: drillFailure }]);
  expect(judge(drillFailed, worldOf()).found).toEqual([]);
  expect(judge(drillFailed, worldOf({ facts: factsOf({ backups: null }) })).unknown).toEqual([null]);
});

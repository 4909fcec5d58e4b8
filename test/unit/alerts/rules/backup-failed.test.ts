import { expect, it } from 'vitest';
import { backupFailed } from '../../../../src/alerts/rules/backup-failed.js';
import { factsOf, judge, worldOf } from '../world.js';

const { backups } = factsOf();

it('says what failed, and nothing while nobody knows', () => {
  const failure = 'the last backup failed at 2026-02-01T00:00:00.000Z: no space left';
  const facts = factsOf({ backups: backups && { ...backups, failure } });
  expect(judge(backupFailed, worldOf({ facts })).found).toEqual([{ agent: null, summary: failure, evidence: failure }]);
  expect(judge(backupFailed, worldOf())).toMatchObject({ found: [], unknown: [] });
  expect(judge(backupFailed, worldOf({ facts: factsOf({ backups: null }) })).unknown).toEqual([null]);
});

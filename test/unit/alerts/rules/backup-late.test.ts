import { expect, it } from 'vitest';
import { backupLate } from '../../../../src/alerts/rules/backup-late.js';
import type { BackupView } from '../../../../src/alerts/rules/index.js';
import { factsOf, judge, worldOf } from '../world.js';

const { backups } = factsOf();
const late = (parts: Partial<BackupView>, upMs = 60_000) =>
  judge(backupLate, worldOf({ facts: factsOf({ backups: backups && { ...backups, ...parts }, upMs }) }));

it('holds when the newest is older than two intervals', () => {
  expect(late({ ageSeconds: 43_200 }).found).toEqual([]);
  expect(late({ ageSeconds: 43_201 }).found).toMatchObject([{ value: 43_201, limit: 43_200 }]);
  expect(late({ ageSeconds: 43_100 }).wakes).toEqual([100_001]);
});

it('gives the schedule its time where there is no backup at all', () => {
  expect(late({ ageSeconds: null }).found).toEqual([]);
  expect(late({ ageSeconds: null }, 43_201_000).found).toMatchObject([{ value: null }]);
});

it('asks nothing where no backups are scheduled, and nothing is known before they are listed', () => {
  expect(late({ ageSeconds: 1e9, scheduled: false })).toMatchObject({ found: [], unknown: [] });
  expect(late({ ageSeconds: 1e9, listed: false })).toMatchObject({ found: [], unknown: [null] });
});

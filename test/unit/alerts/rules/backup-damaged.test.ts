import { expect, it } from 'vitest';
import { backupDamaged } from '../../../../src/alerts/rules/backup-damaged.js';
import { factsOf, judge, worldOf } from '../world.js';

const { backups } = factsOf();
const damaged = (...ids: string[]) =>
  judge(
    backupDamaged,
    worldOf({
      facts: factsOf({
        backups: backups && { ...backups, damaged: ids.map((id) => ({ id, verify_error: 'cut short' })) },
      }),
    }),
  );

it('names the damaged ones', () => {
  expect(damaged('b1', 'b2').found).toEqual([
    { agent: null, value: 2, summary: '2 backups are damaged', evidence: 'b1, b2: cut short' },
  ]);
  expect(damaged('b1').found[0]?.summary).toBe('backup b1 is damaged');
  expect(damaged().found).toEqual([]);
});

it('is not known while the list is not', () => {
  const facts = factsOf({ backups: backups && { ...backups, listed: false } });
  expect(judge(backupDamaged, worldOf({ facts })).unknown).toEqual([null]);
});

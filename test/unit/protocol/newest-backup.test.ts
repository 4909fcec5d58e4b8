import { describe, expect, it } from 'vitest';
import {
  backupsAhead,
  type DatedBackup,
  heldAt,
  lastBackupAt,
  newestBackup,
  newestBackupAge,
} from '../../../src/protocol/index.js';

const NOW = Date.parse('2026-11-23T12:00:00.000Z');
const HOUR = 3_600_000;
const at = (hoursAgo: number) => new Date(NOW - hoursAgo * HOUR).toISOString();
const backup = (hoursAgo: number, changes: Partial<DatedBackup> = {}): DatedBackup => ({
  backup_type: 'full',
  timestamp: at(hoursAgo),
  agent: null,
  origin: 'own',
  safety: false,
  partial: false,
  verify_error: null,
  holds_at: null,
  ...changes,
});

describe('the newest backup', () => {
  const good = backup(5);

  it.each([
    ['a safety backup', backup(1, { safety: true })],
    ['one from ahead of the clock', backup(-900)],
    ['an import', backup(1, { origin: 'imported' })],
    ['another kind', backup(1, { backup_type: 'snapshot' })],
  ])('is not %s while there is another', (_, other) => {
    for (const backups of [
      [good, other],
      [other, good],
    ])
      expect(newestBackup(backups, { type: 'full' }, NOW)).toBe(good);
  });

  it('is one from ahead of the clock, or an import, where there is nothing better, and never a safety backup', () => {
    const ahead = backup(-900);
    expect(newestBackup([ahead], { type: 'full' }, NOW)).toBe(ahead);
    expect(newestBackup([backup(1, { safety: true })], { type: 'full' }, NOW)).toBeNull();
  });

  it('is the damaged or partial one to who asks for the newest, not to who asks for a sound one', () => {
    const damaged = backup(1, { verify_error: 'cut' });
    const partial = backup(2, { partial: true });
    const all = [good, partial, damaged];
    expect(newestBackup(all, { type: 'full' }, NOW)).toBe(damaged);
    expect(newestBackup(all, { type: 'full', sound: true }, NOW)).toBe(good);
    expect(newestBackup([partial, damaged], { type: 'full', sound: true }, NOW)).toBe(partial);
  });

  it('is the later one of the clock that was mended, not the one that says it is', () => {
    const wrong = backup(-900);
    const after = backup(0);
    expect(newestBackup([good, after, wrong], { type: 'full' }, NOW)).toBe(after);
    expect(backupsAhead([good, after, wrong], NOW)).toEqual([wrong]);
  });
});

describe('the age of backups', () => {
  it('is that of what the newest one holds', () => {
    expect(newestBackupAge([backup(30, { holds_at: at(2) }), backup(5)], NOW)).toBe(2 * HOUR);
  });

  it('is made young by no safety backup, import, damaged one or time from ahead', () => {
    const others = [
      backup(1, { safety: true }),
      backup(1, { origin: 'imported' }),
      backup(1, { verify_error: 'cut' }),
      backup(-900),
    ];
    expect(newestBackupAge([...others, backup(7)], NOW)).toBe(7 * HOUR);
    expect(lastBackupAt(others, NOW)).toBeNull();
  });

  it('of one from ahead of the clock is known once it was found to hold', () => {
    expect(heldAt(backup(-900, { holds_at: at(1) }), NOW)).toBe(NOW - HOUR);
    expect(heldAt(backup(9, { holds_at: at(-900) }), NOW)).toBe(NOW - 9 * HOUR);
  });
});

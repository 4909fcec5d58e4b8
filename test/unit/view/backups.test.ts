import { describe, expect, it } from 'vitest';
import type { DatedBackup } from '../../../src/protocol/index.js';
import { backupNews } from '../../../src/view/index.js';

const NOW = Date.parse('2026-11-28T09:00:00.000Z');
const HOUR = 3_600_000;
const iso = (hoursAgo: number) => new Date(NOW - hoursAgo * HOUR).toISOString();
const made = (hoursAgo: number, more: Partial<DatedBackup> = {}): DatedBackup => ({
  backup_type: 'full',
  timestamp: iso(hoursAgo),
  ...more,
});

describe('the newest backup', () => {
  const old = made(48, { holds_at: iso(1) });
  const damaged = made(3, { verify_error: 'checksum', holds_at: iso(2) });
  const imported = made(5, { origin: 'imported' });

  it.each([
    ['none', [], null],
    ['one that was found to hold all there still is', [old], [0, 1]],
    ['one, while an older one was found to hold later', [made(9, { holds_at: iso(2) }), made(5)], [1, 2]],
    ['a damaged one, which is as old as itself', [old, damaged], [1, 2]],
    ['one that was imported: how old this workspace is in it, nobody knows', [imported], [0, null]],
    ['one from ahead of the clock', [made(-2)], [0, null]],
    ['no by-product of a restore', [made(4), made(1, { safety: true })], [0, 4]],
    ['no snapshot', [made(4), made(1, { backup_type: 'snapshot' })], [0, 4]],
  ] as [string, DatedBackup[], [number, number | null] | null][])('%s', (_, backups, expected) => {
    const news = backupNews(backups, NOW);
    if (expected === null) return expect(news).toBeNull();
    const [at, hours] = expected;
    expect(news).toEqual({ newest: backups[at], age: hours === null ? null : hours * HOUR });
  });
});

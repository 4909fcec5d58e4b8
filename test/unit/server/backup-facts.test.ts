import { describe, expect, it } from 'vitest';
import type { BackupService } from '../../../src/backup/index.js';
import { backupFacts } from '../../../src/server/backup-facts.js';

const NOW = Date.UTC(2026, 2, 2);
const settings = { backupInterval: 6 * 3_600_000, noBackups: false };
const at = (hoursAgo: number) => new Date(NOW - hoursAgo * 3_600_000).toISOString();
const catalog = (...backups: object[]) => ({ listed: async () => backups }) as unknown as Pick<BackupService, 'listed'>;

describe('what is known of backups', () => {
  it('is the age of what the newest full one holds, and a limit of two runs', async () => {
    const backups = catalog(
      { backup_type: 'full', timestamp: at(30), holds_at: at(2) },
      { backup_type: 'full', timestamp: at(5) },
      { backup_type: 'snapshot', timestamp: at(1) },
      { backup_type: 'full', timestamp: 'some day' },
    );
    expect(await backupFacts(backups, settings, NOW)).toEqual({ age: 7200, limit: 43_200, scheduled: true });
  });

  it('is null where there is none', async () => {
    expect(await backupFacts(catalog(), { ...settings, noBackups: true }, NOW)).toEqual({
      age: null,
      limit: 43_200,
      scheduled: false,
    });
  });
});

import { describe, expect, it } from 'vitest';
import { backupFileName, backupId, parseBackupName } from '../../../src/backup/catalog/ids.js';

const AT = Date.UTC(2026, 10, 23, 3, 39, 45, 267);

describe('ids and names', () => {
  it('say the moment in UTC with milliseconds', () => {
    expect(backupId('full', AT, null)).toBe('20261123_033945_267');
    expect(backupId('agent_state', AT, 'api')).toBe('api_20261123_033945_267');
    expect(backupId('snapshot', AT, null)).toBe('snapshot_20261123_033945_267');
  });

  it.each([
    ['full', null, false],
    ['agent_state', 'api', false],
    ['agent_state', 'two_words_20260101_000000', false],
    ['agent_state', 'ünïcödé 日本', true],
    ['full', null, true],
    ['snapshot', null, false],
  ] as const)('are read back from the name: %s %s', (type, agent, imported) => {
    const parsed = parseBackupName(backupFileName(type, AT, agent, imported));
    expect(parsed).toEqual({ id: backupId(type, AT, agent), type, agent, imported, ours: true, at: AT });
  });

  it('know the old system’s names, in local time', () => {
    const at = new Date(2026, 1, 17, 3, 57, 29).getTime();
    expect(parseBackupName('backup_20260217_035729.tar.gz')).toMatchObject({ id: '20260217_035729', ours: false, at });
    expect(parseBackupName('agent_api_20260217_035729.tar.gz')).toMatchObject({
      id: 'api_20260217_035729',
      agent: 'api',
    });
    expect(parseBackupName('snapshot_20260217_035729.json')).toMatchObject({ type: 'snapshot' });
  });

  it.each([
    'backup_20260217.tar.gz',
    'backup_20261317_035729.tar.gz',
    'backup_20260217_995729.tar.gz',
    'agent_.._20260217_035729.tar.gz',
    'agent__20260217_035729.tar.gz',
    'backup_20260217_035729.tar',
    '.backup_20260217_035729.tar.gz',
    'backup_metadata.json',
  ])('are not read from %s', (name) => {
    expect(parseBackupName(name)).toBeNull();
  });
});

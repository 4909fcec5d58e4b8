import { describe, expect, it } from 'vitest';
import {
  newestBackup,
  readAgentFigures,
  readBackup,
  readBackupProgress,
  readBackups,
  readBrowseItems,
  readCreatedIds,
  readHealthParts,
  readRestoreReport,
  readSeries,
  readSystemFigures,
  readVerifyReport,
} from '../../../src/protocol/index.js';

const NOW = Date.parse('2026-11-28T09:00:00.000Z');
const row = (id: string, hour: string, more: object = {}) => ({
  id,
  timestamp: `2026-11-28T${hour}:00:00.000Z`,
  backup_type: 'full',
  ...more,
});

it('never takes what a restore replaced, another agent’s, or one from ahead of the clock for the newest', () => {
  const { backups } = readBackups({
    backups: [
      row('good', '06'),
      row('replaced', '07', { safety: true }),
      row('ahead', '23'),
      row('agent_api_x_1', '08', { backup_type: 'agent_state', agent: 'api_x' }),
    ],
  });
  expect(newestBackup(backups, { type: 'full' }, NOW)?.id).toBe('good');
  expect(newestBackup(backups, { type: 'agent_state', agent: 'api' }, NOW)).toBeNull();
  expect(newestBackup(backups, { type: 'agent_state', agent: 'api_x' }, NOW)?.id).toBe('agent_api_x_1');
});

describe('an answer of another version', () => {
  const NONSENSE = [undefined, null, 7, 'text', [], [null, 3], {}, { backups: {}, series: 'x', items: 3, explain: [] }];

  it.each(NONSENSE)('of no sense (%j) is read as nothing said', (value) => {
    expect(readBackups(value)).toEqual({ backups: [], next_at: null });
    expect(readBackup(value)).toBeNull();
    expect(readSeries(value)).toEqual([]);
    expect(readHealthParts(value)).toEqual([]);
    expect(readBrowseItems(value)).toEqual([]);
    expect(readCreatedIds(value)).toEqual([]);
    expect(readVerifyReport(value)).toEqual({ ok: false, errors: [] });
    expect(readRestoreReport(value)).toMatchObject({ added: [], changed: [], same: null, safety_backup: null });
    expect(readSystemFigures(value)).toEqual({ figures: [], timestamp: '' });
    expect(readBackupProgress(value)).toEqual({ id: null, done: null, total: null, files: null, doing: '' });
    expect(readAgentFigures(value)?.work_time ?? null).toBeNull();
  });

  it('keeps of a row what makes sense, and of a list the rows that do', () => {
    const { backups } = readBackups({
      backups: [
        null,
        { timestamp: 'x' },
        { id: 'a', size_bytes: '12', file_count: 3, origin: 'moon', verify_error: 4 },
      ],
    });
    expect(backups).toEqual([
      {
        id: 'a',
        timestamp: '',
        backup_type: 'full',
        size_bytes: null,
        file_count: 3,
        agent: null,
        label: null,
        safety: false,
        partial: false,
        holds_at: null,
        verified_at: null,
        verify_error: null,
      },
    ]);
    const points = [{ t: 'never', v: 1 }, { v: 2 }, { t: '2026-11-28T06:00:00.000Z', v: 'x' }];
    expect(readSeries({ series: [{ points }] })).toEqual([
      { metric: '', unit: '', agent: null, points: [{ t: '2026-11-28T06:00:00.000Z', v: null }] },
    ]);
    expect(readBrowseItems({ items: [{ name: 'a', type: 'hologram' }, { type: 'file' }] })).toEqual([
      { name: 'a', type: 'other', size: null, modified: null },
    ]);
  });
});

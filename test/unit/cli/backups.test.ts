import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import {
  backupCard,
  backupsTable,
  problemsText,
  pruneText,
  restoreText,
  verifyText,
} from '../../../src/cli/print/backups.js';
import { confirm } from '../../../src/cli/confirm.js';
import { progressLine, progressText } from '../../../src/cli/print/progress.js';
import { terminalOf } from '../../../src/cli/print/terminal.js';
import type { Backup, BackupUpdate, RestoreReport } from '../../../src/protocol/index.js';

const NOW = Date.parse('2026-11-23T12:00:00.000Z');
const pipe = terminalOf({}, {});

const backup: Backup = {
  id: '20261123_033945_267',
  timestamp: '2026-11-23T10:00:00.000Z',
  path: '/w/mission-control/backups/backup_20261123_033945_267.tar.gz',
  size_bytes: 396,
  size_human: '0.4 KB',
  file_count: 4,
  checksum: 'ab',
  backup_type: 'full',
  compressed: true,
  agent: null,
  label: 'before \u001b[31mred',
  verified_at: '2026-11-23T11:59:59.500Z',
  verify_error: null,
  duration_ms: 1234,
  partial: false,
  holds_at: null,
  origin: 'own',
  safety: false,
};

const report: RestoreReport = {
  id: 'b',
  dry_run: true,
  to: '/w',
  added: Array.from({ length: 25 }, (_, index) => `a${index}`),
  changed: ['c'],
  removed: ['r'],
  same: 3,
  attributes: ['m'],
  skipped: [{ path: 'metrics.db', reason: 'why' }],
  restored: 26,
  deleted: 0,
  safety_backup: 's',
  kept: [{ path: 'k', kept_at: '/kept/k' }],
  duration_ms: 1,
};

describe('backups as text', () => {
  it('are one line each, with age and verification, and steer no terminal', () => {
    const text = backupsTable([backup, { ...backup, verify_error: 'cut', partial: true, origin: 'old' }], pipe, NOW);
    expect(text).toMatch(/20261123_033945_267 +full +2h +396 B +4 +now +before/);
    expect(text).toContain('damaged: cut');
    const unread = backupsTable([{ ...backup, verify_error: 'cannot be read: EACCES' }], pipe, NOW);
    expect(unread).toContain('cannot be read: EACCES');
    expect(unread).not.toContain('damaged');
    expect(text).toContain('partial, old');
    expect(text).not.toContain('\u001b');
  });

  it('of a restore are marked, and nobody knows the age of one from ahead of the clock', () => {
    const text = backupsTable(
      [
        { ...backup, safety: true },
        { ...backup, timestamp: '2028-01-02T00:00:00.000Z' },
      ],
      pipe,
      NOW,
    );
    expect(text).toContain('safety, before');
    expect(text).toMatch(/full +ahead /);
    expect(backupCard({ ...backup, timestamp: '2028-01-02T00:00:00.000Z' }, pipe, NOW)).toContain(
      '(ahead of the clock)',
    );
  });

  it('are told whole on a card', () => {
    const card = backupCard({ ...backup, agent: 'api', backup_type: 'agent_state' }, pipe, NOW);
    expect(card).toContain('type        agent api');
    expect(card).toContain('(2h ago)');
    expect(card).toContain('took        1.2 s');
    expect(card).toContain(`made        ${backup.timestamp} (`);
    const person = terminalOf({ isTTY: true, columns: 80 }, { NO_COLOR: '1' });
    const shown = backupCard(backup, person, NOW);
    expect(shown).toMatch(/^made +\d{4}-\d\d-\d\d \d\d:\d\d \(2h ago\)$/m);
    expect(shown).not.toContain(backup.timestamp);
  });

  it('name what they lack', () => {
    expect(problemsText([])).toBeNull();
    expect(problemsText([{ path: 'a', kind: 'unreadable', reason: 'EACCES' }])).toBe('! a: unreadable (EACCES)');
  });

  it('tell what a restore would do, not every path of it', () => {
    const text = restoreText(report);
    expect(text).toContain('+ … and 5 more added');
    expect(text).toContain('- r');
    expect(text).toContain('26 files would be restored into /w');
    expect(text).toContain('= m');
    expect(text).toContain('of 1 file or directory only the mode or the time would be set back');
    expect(text).toContain('! k is not in the safety backup: kept as /kept/k');
  });

  it('tell what is wrong with an archive', () => {
    const verified = {
      id: 'b',
      ok: false,
      deep: true,
      checked_at: '',
      duration_ms: 100,
      files: 2,
      bytes: 3,
      checksum: '',
      errors: ['cut'],
      notes: ['n'],
    };
    expect(verifyText(verified)).toBe('✗ b  2 files, every file compared, 0.1 s\n  ✗ cut\n  · n');
  });

  it('explain each decision of the retention', () => {
    const decisions = [{ id: 'b', keep: false, reason: 'old', size_bytes: 2048 }];
    expect(pruneText({ dry_run: true, decisions, deleted: [], freed_bytes: 0, notes: ['look'] }, pipe)).toMatch(
      /b +would go +old\n! look\n0 deleted/,
    );
  });
});

describe('progress', () => {
  const update: BackupUpdate = {
    id: 'b',
    state: 'progress',
    phase: 'pack',
    files_done: 6120,
    files_total: 20_000,
    bytes_done: 100_000_000,
    bytes_total: 400_000_000,
  };

  it('tells bytes, files, rate and time left', () => {
    expect(progressText(update, 2000)).toBe('pack  100 of 400 MB  6,120 of 20,000 files  50 MB/s  6s left');
    expect(progressText({ id: 'b', state: 'progress' }, 0)).toBe('  0.0 MB');
  });

  it('is drawn on a terminal after a second, and nowhere else', () => {
    for (const [isTTY, quiet, drawn] of [
      [true, false, true],
      [false, false, false],
      [true, true, false],
    ] as const) {
      let text = '';
      let now = 0;
      const stream = { isTTY, columns: 60, write: (more: string) => (text += more) };
      const line = progressLine(stream, quiet, () => now);
      line.update(update);
      expect(text).toBe('');
      now = 2000;
      line.update(update);
      line.clear();
      expect(text.includes('100 of 400 MB')).toBe(drawn);
      expect(text === '' || text.endsWith('\r\u001b[2K')).toBe(true);
    }
  });
});

describe('confirm', () => {
  const terminal = (answer: string) => {
    const input = Object.assign(new PassThrough(), { isTTY: true });
    const output = Object.assign(new PassThrough(), { isTTY: true });
    input.write(`${answer}\n`);
    return { input, output, results: { isTTY: true } };
  };

  it('goes on with a yes, of a person or of the command line', async () => {
    await expect(confirm('Restore?', false, terminal('y'))).resolves.toBeUndefined();
    await expect(
      confirm('Restore?', true, { input: new PassThrough(), output: new PassThrough(), results: {} }),
    ).resolves.toBeUndefined();
  });

  it.each(['', 'n', 'perhaps'])('stops at %j', async (answer) => {
    await expect(confirm('Restore?', false, terminal(answer))).rejects.toMatchObject({ code: 'interrupted' });
  });

  it('never asks where nobody is', async () => {
    const piped = Object.assign(new PassThrough(), { isTTY: false });
    for (const nobody of [{ input: piped }, { output: piped }, { results: piped }]) {
      const conversation = { ...terminal('y'), ...nobody };
      await expect(confirm('Restore?', false, conversation)).rejects.toMatchObject({ code: 'confirm.required' });
    }
  });
});

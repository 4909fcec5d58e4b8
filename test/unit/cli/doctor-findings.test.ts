import { execFileSync } from 'node:child_process';
import { chmod, lstat, mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { archivesOnRecord } from '../../../src/backup/catalog/on-record.js';
import { acquireLock, workspaceLayout } from '../../../src/base/index.js';
import { type ArchiveOnRecord, archivesFinding } from '../../../src/cli/doctor/archives.js';
import { mendAll } from '../../../src/cli/doctor/doctor.js';
import { locksFinding, pidFilesFinding, restoreFinding } from '../../../src/cli/doctor/leftovers.js';
import { listenerOn, socketsOn } from '../../../src/base/listener.js';
import { readingFindings, runtimesFinding } from '../../../src/cli/doctor/runtimes.js';
import { secretsFinding } from '../../../src/cli/doctor/secrets.js';
import { scratch } from '../../support/scratch.js';

let root: string;
let layout: ReturnType<typeof workspaceLayout>;
beforeEach(async () => {
  root = scratch();
  layout = workspaceLayout(root);
  for (const directory of [layout.pids, layout.backups]) await mkdir(directory, { recursive: true });
});

const gone = (path: string) =>
  lstat(path).then(
    () => false,
    () => true,
  );
/** A process that has ended: its number is free again. */
const endedPid = () => Number(execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }).trim());
const deadHolder = () =>
  JSON.stringify({
    pid: endedPid(),
    host: 'here',
    boot: null,
    started: null,
    renewMs: 10_000,
    since: '2026-01-01T00:00:00.000Z',
    purpose: 'mc serve',
    details: {},
  });

describe('locks', () => {
  it('of a holder that has ended are told, and taken away by --fix', async () => {
    await writeFile(layout.serverLock, deadHolder());
    const long = new Date(Date.now() - 3_600_000);
    await utimes(layout.serverLock, long, long);
    const { finding, mends } = await locksFinding(layout);
    expect(finding).toMatchObject({ ok: false, fix: `mc doctor --fix --workspace ${root}` });
    expect(finding.message).toContain('(mc serve) has ended');
    expect(await mendAll(mends)).toEqual([expect.objectContaining({ name: 'locks', done: true })]);
    expect(await gone(layout.serverLock)).toBe(true);
    expect((await locksFinding(layout)).finding.ok).toBe(true);
  });

  it('that are a FIFO, a link or no lock are told without waiting, and taken away', async () => {
    execFileSync('mkfifo', [layout.serverLock]);
    await symlink('/etc/passwd', join(root, '.mc-restore.lock'));
    await writeFile(join(layout.backups, '.backup.lock'), 'hello');
    const { finding, mends } = await locksFinding(layout);
    expect(finding.message).toContain('it is a FIFO');
    expect(mends).toHaveLength(3);
    expect((await mendAll(mends)).every(({ done }) => done)).toBe(true);
    expect((await locksFinding(layout)).finding.ok).toBe(true);
  });

  it('of a holder that lives pass, and stay when it came after the look', async () => {
    await writeFile(layout.serverLock, 'hello');
    const { mends } = await locksFinding(layout);
    const lock = await acquireLock(layout.serverLock, 'mc serve');
    expect((await locksFinding(layout)).finding).toMatchObject({ ok: true, fix: null });
    expect(await mendAll(mends)).toEqual([expect.objectContaining({ done: false })]);
    expect(await gone(layout.serverLock)).toBe(false);
    await lock.release();
  });
});

describe('pid files', () => {
  it('of processes that have ended go; those of living ones, and what is no pid file, stay', async () => {
    const [dead, living, odd] = ['dead', 'living', 'odd'].map((name) => join(layout.pids, `${name}.pid`)) as [
      string,
      string,
      string,
    ];
    await writeFile(dead, `${endedPid()}\n`);
    await writeFile(living, String(process.pid));
    await writeFile(odd, '-1');
    execFileSync('mkfifo', [join(layout.pids, 'pipe.pid')]);
    const { finding, mends } = await pidFilesFinding(layout);
    expect(finding).toMatchObject({ ok: false, fix: `mc doctor --fix --workspace ${root}` });
    expect(finding.message).toContain(dead);
    await mendAll(mends);
    expect([await gone(dead), await gone(living), await gone(odd)]).toEqual([true, false, false]);
    expect((await pidFilesFinding(layout)).finding.ok).toBe(true);
  });
});

describe('a restore', () => {
  it('that was interrupted is told with the command that finishes it', async () => {
    expect((await restoreFinding(layout)).finding.ok).toBe(true);
    await writeFile(join(layout.backups, '.restore_journal.json'), '{}');
    expect((await restoreFinding(layout)).finding).toMatchObject({
      ok: false,
      fix: `mc backup recover --workspace ${root}`,
    });
  });
});

describe('secrets', () => {
  it('that others can read are told, and are yours alone after --fix', async () => {
    const file = join(root, 'alerts.json');
    await writeFile(file, '{}');
    await chmod(file, 0o644);
    const { finding, mends } = await secretsFinding([file, join(root, 'tokens.json')]);
    expect(finding).toMatchObject({ ok: false, fix: `chmod 600 ${file}` });
    await mendAll(mends);
    expect((await lstat(file)).mode & 0o777).toBe(0o600);
    expect((await secretsFinding([file])).finding).toMatchObject({ ok: true, skipped: false });
    expect((await secretsFinding([])).finding.skipped).toBe(true);
  });

  it('are not changed through a link that took the place of the file', async () => {
    const [file, other] = [join(root, 'tokens.json'), join(root, 'other')];
    await writeFile(other, '');
    await chmod(other, 0o644);
    await symlink(other, file);
    expect((await secretsFinding([file])).mends).toEqual([]);
  });
});

describe('archives', () => {
  const archive = (id: string, more: Partial<ArchiveOnRecord> = {}): ArchiveOnRecord => ({
    id,
    timestamp: `2026-11-0${id}T00:00:00.000Z`,
    verified_at: null,
    verify_error: null,
    ...more,
  });
  const sound = { verified_at: '2026-11-09T00:00:00.000Z' };

  it('pass when one is known to be sound, the newest of them named', () => {
    expect(archivesFinding([archive('1', sound), archive('2', sound), archive('3')])).toMatchObject({
      ok: true,
      message: '3 on record, the newest that was verified is 2',
    });
    expect(archivesFinding([]).skipped).toBe(true);
  });

  it('are not when none was verified, or one is damaged', () => {
    expect(archivesFinding([archive('1')])).toMatchObject({ ok: false, fix: 'mc backup verify --all' });
    const damaged = archive('2', { verify_error: 'its checksum is another' });
    expect(archivesFinding([damaged]).fix).toBe('mc backup create');
    expect(archivesFinding([archive('1', sound), damaged])).toMatchObject({ ok: false, fix: 'mc backup delete 2' });
  });

  it('are known by records of that very file alone, and by none that an agent filled with something else', async () => {
    const id = '20261101_000000_000';
    const file = join(layout.backups, `backup_${id}.tar.gz`);
    await writeFile(file, 'abc');
    const { mtimeMs } = await lstat(file);
    const cached = {
      size: 3,
      mtime_ms: Math.floor(mtimeMs),
      checksum: 'c',
      file_count: 1,
      timestamp: '2026-11-01T00:00:00.000Z',
      label: null,
      duration_ms: null,
      partial: false,
    };
    const metadata = { backups: [], mission_control: { archives: { [`backup_${id}.tar.gz`]: cached } } };
    await writeFile(join(layout.backups, 'backup_metadata.json'), JSON.stringify(metadata));
    const record = { size: 3, mtime_ms: Math.floor(mtimeMs), verified_at: 'x', verify_error: null };
    const keep = (archives: unknown) =>
      writeFile(join(layout.backups, '.backup_records.json'), JSON.stringify({ stages: {}, archives }));
    await keep({ [`backup_${id}.tar.gz`]: record });
    expect(await archivesOnRecord(layout)).toEqual([expect.objectContaining({ id, verified_at: 'x' })]);
    await keep({ [`backup_${id}.tar.gz`]: { ...record, size: 4 } });
    expect(await archivesOnRecord(layout)).toEqual([expect.objectContaining({ id, verified_at: null })]);
    await keep({ [`backup_${id}.tar.gz`]: 7 });
    expect(await archivesOnRecord(layout)).toEqual([expect.objectContaining({ id, verified_at: null })]);
  });
});

describe('runtimes', () => {
  it('are told by where they are', async () => {
    expect((await runtimesFinding({}, root)).skipped).toBe(true);
    expect((await runtimesFinding({}, null)).skipped).toBe(true);
    await mkdir(join(root, '.codex'));
    await mkdir(join(root, 'elsewhere'));
    const finding = await runtimesFinding({ CLAUDE_CONFIG_DIR: join(root, 'elsewhere') }, root);
    expect(finding).toMatchObject({ ok: true, fix: null });
    expect(finding.message).toBe(
      `Claude Code in ${root}/elsewhere, Codex in ${root}/.codex; mc serve reads what they record`,
    );
  });

  it.skipIf(process.getuid?.() === 0)('that this user cannot read are told', async () => {
    await mkdir(join(root, '.codex'), { mode: 0 });
    const finding = await runtimesFinding({}, root);
    expect(finding).toMatchObject({ ok: false, message: `this user cannot read ${root}/.codex` });
    await chmod(join(root, '.codex'), 0o700);
  });
});

describe('runtimes that a server reads', () => {
  const report = {
    runtime: 'codex' as const,
    state: 'reading' as const,
    roots: ['~/.codex'],
    files: 3,
    bytes: 9,
    versions: ['0.159.0'],
    lag_ms: 0,
    backfill: { done_bytes: 9, total_bytes: 9 },
    warnings: [],
  };
  const told = (more: object) => readingFindings([{ ...report, ...more }])[0];

  it('are told with what is read, how far behind, and what cannot be used', () => {
    expect(told({})).toMatchObject({ name: 'runtime_codex', ok: true, skipped: false, fix: null });
    expect(told({})?.message).toBe('3 files in ~/.codex; versions 0.159.0');
    expect(told({ lag_ms: 120_000, warnings: ['a: permission denied'] })?.message).toBe(
      '3 files in ~/.codex; versions 0.159.0; 2m behind; not used: a: permission denied',
    );
  });

  it('are nothing to look at when absent or left out, and wrong when they failed', () => {
    expect([told({ state: 'absent' })?.skipped, told({ state: 'disabled' })?.skipped]).toEqual([true, true]);
    expect(told({ state: 'failed', warnings: ['x'] })).toMatchObject({
      ok: false,
      message: 'cannot be read; not used: x',
      fix: 'mc logs --level error',
    });
  });
});

describe('who listens on a port', () => {
  it.skipIf(process.platform !== 'linux')('is told by name and process', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await listenerOn(port)).toMatch(new RegExp(`\\(process ${process.pid}\\)$`));
    await new Promise((resolve) => server.close(resolve));
    expect(await listenerOn(port)).toBeNull();
  });

  it('is read from the kernel’s table, from sockets that listen alone', () => {
    const table = [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
      '   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4242 1 x',
      '   1: 0100007F:1F90 0100007F:C000 01 00000000:00000000 00:00000000 00000000  1000        0 4343 1 x',
      '   2: 0100007F:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4444 1 x',
    ].join('\n');
    expect(socketsOn(table, 8080)).toEqual(['4242']);
    expect(socketsOn('', 8080)).toEqual([]);
  });
});

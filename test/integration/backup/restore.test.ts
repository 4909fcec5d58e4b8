import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { acquireLock, McError, workspaceLayout } from '../../../src/base/index.js';
import { inlineTools } from '../../../src/backup/jobs/jobs.js';
import { inlineRunner } from '../../../src/backup/jobs/runner.js';
import { scratch } from '../../support/scratch.js';
import { names, openOffice, picture } from './office.js';

const STATE = 'mission-control/agents/api/state.json';

describe('restoring', () => {
  it('brings everything back: content, links, empty directories, modes and times', async () => {
    const { backups, path, root, clock } = await openOffice();
    symlinkSync('state.json', path('mission-control/agents/api/latest'));
    mkdirSync(path('mission-control/agents/api/empty'));
    chmodSync(path(STATE), 0o640);
    utimesSync(path(STATE), 1_700_000_000.25, 1_700_000_000.25);
    chmodSync(path('mission-control/agents/tester'), 0o2775);
    const before = picture(root);
    const backup = await backups.create();
    writeFileSync(path(STATE), '{}');
    rmSync(path('mission-control/agents/builder'), { recursive: true });
    rmSync(path('mission-control/agents/api/latest'));
    symlinkSync('elsewhere', path('mission-control/agents/api/latest'));
    rmSync(path('mission-control/agents/api/empty'), { recursive: true });
    rmSync(path('mission-control/agents/seller/SOUL.md'));
    mkdirSync(path('mission-control/agents/seller/SOUL.md'));
    rmSync(path('mission-control/workflows'), { recursive: true });
    writeFileSync(path('mission-control/workflows'), 'a file in the place of a directory');
    utimesSync(path('PENDING_TASKS.md'), 1_600_000_000, 1_600_000_000);
    chmodSync(path('mission-control/agents/tester'), 0o700);
    clock.at += 1000;
    const report = await backups.restore(backup.id);
    expect(picture(root)).toEqual(before);
    expect(report.changed).toContain(STATE);
    expect(report.added).toContain('mission-control/agents/builder/state.json');
    expect(report.safety_backup).not.toBeNull();
    expect((await backups.get(report.safety_backup ?? '')).label).toBe(`before the restore of ${backup.id}`);
    expect((await backups.verify(report.safety_backup ?? '', true)).ok).toBe(true);
  });

  it('restores one agent and leaves the others alone', async () => {
    const { backups, path } = await openOffice();
    const before = readFileSync(path(STATE), 'utf8');
    const backup = await backups.create();
    writeFileSync(path(STATE), 'lost');
    writeFileSync(path('mission-control/agents/builder/state.json'), 'newer');
    const report = await backups.restore(backup.id, { agent: 'api' });
    expect(readFileSync(path(STATE), 'utf8')).toBe(before);
    expect(readFileSync(path('mission-control/agents/builder/state.json'), 'utf8')).toBe('newer');
    expect(report).toMatchObject({ changed: [STATE], added: [], restored: 1 });
    expect((await backups.get(report.safety_backup ?? '')).agent).toBe('api');
  });

  it('restores what globs choose, and elsewhere', async () => {
    const { backups, root } = await openOffice();
    const backup = await backups.create();
    const before = picture(root);
    const to = join(scratch(), 'elsewhere');
    const report = await backups.restore(backup.id, {
      paths: ['mission-control/agents/*/SOUL.md', 'PENDING_TASKS.md'],
      to,
    });
    expect(report.added.every((path) => path.endsWith('SOUL.md') || path === 'PENDING_TASKS.md')).toBe(true);
    expect(report.added.length).toBeGreaterThan(5);
    expect(readFileSync(join(to, 'PENDING_TASKS.md'))).toEqual(readFileSync(join(root, 'PENDING_TASKS.md')));
    expect(report.safety_backup).toBeNull();
    expect(picture(root)).toEqual(before);
  });

  it('changes nothing when dry', async () => {
    const { backups, path, root, store } = await openOffice();
    const backup = await backups.create();
    writeFileSync(path(STATE), 'newer');
    const before = picture(root);
    const stored = names(store);
    const report = await backups.restore(backup.id, { dryRun: true });
    expect(report).toMatchObject({ dry_run: true, changed: [STATE], restored: 1, safety_backup: null });
    expect(picture(root)).toEqual(before);
    expect(names(store)).toEqual(stored);
  });

  it('makes no safety backup when nothing differs', async () => {
    const { backups } = await openOffice();
    const backup = await backups.create();
    expect(await backups.restore(backup.id)).toMatchObject({ restored: 0, deleted: 0, safety_backup: null });
  });

  it('overwrites never, when changed, or always', async () => {
    const { backups, path } = await openOffice();
    const backup = await backups.create();
    writeFileSync(path(STATE), 'newer');
    rmSync(path('PENDING_TASKS.md'));
    const never = await backups.restore(backup.id, { overwrite: 'never' });
    expect(never.restored).toBe(1);
    expect(readFileSync(path(STATE), 'utf8')).toBe('newer');
    const ino = lstatSync(path('mission-control/TASK_QUEUE.md')).ino;
    const always = await backups.restore(backup.id, { overwrite: 'always' });
    expect(always.restored).toBe(backup.file_count - 1);
    expect(lstatSync(path('mission-control/TASK_QUEUE.md')).ino).not.toBe(ino);
  });

  it('keeps newer files unless told to delete, and then deletes only what its rules include', async () => {
    const { backups, path } = await openOffice({ settings: { backupExclude: ['*.log'] } });
    const backup = await backups.create();
    mkdirSync(path('mission-control/agents/newcomer'));
    writeFileSync(path('mission-control/agents/newcomer/state.json'), '{}');
    writeFileSync(path('mission-control/run.log'), 'left out');
    writeFileSync(path('mission-control/.env'), 'SECRET=1');
    writeFileSync(path('notes.txt'), 'not a top file of ours');
    const kept = await backups.restore(backup.id);
    expect(kept).toMatchObject({ removed: ['mission-control/agents/newcomer/state.json'], deleted: 0 });
    const report = await backups.restore(backup.id, { delete: true });
    expect(report).toMatchObject({ removed: ['mission-control/agents/newcomer/state.json'], deleted: 1 });
    expect(existsSync(path('mission-control/agents/newcomer'))).toBe(false);
    for (const left of ['mission-control/run.log', 'mission-control/.env', 'notes.txt'])
      expect(existsSync(path(left))).toBe(true);
    const back = await backups.restore(report.safety_backup ?? '');
    expect(back.added).toEqual(['mission-control/agents/newcomer/state.json']);
  });

  it('brings the metrics database back only when asked, without a stale log, and not under a server', async () => {
    const { backups, path, root } = await openOffice();
    const file = path('mission-control/backend/data/metrics.db');
    const backup = await backups.create();
    const database = new Database(file);
    database.exec('create table later(x)');
    database.close();
    writeFileSync(`${file}-wal`, 'stale');
    expect((await backups.restore(backup.id)).skipped).toMatchObject([
      { path: 'mission-control/backend/data/metrics.db' },
    ]);
    const lock = await acquireLock(workspaceLayout(root).serverLock, 'mc serve');
    await expect(backups.restore(backup.id, { withDatabase: true })).rejects.toMatchObject({ code: 'busy' });
    let around = 0;
    const aroundDatabase = async <T>(swap: () => Promise<T>) => {
      around += 1;
      return swap();
    };
    await backups.restore(backup.id, { withDatabase: true, aroundDatabase });
    await lock.release();
    expect(around).toBe(1);
    expect(existsSync(`${file}-wal`)).toBe(false);
    const restored = new Database(file, { readonly: true });
    expect(restored.prepare("select name from sqlite_master where name = 'later'").all()).toEqual([]);
    restored.close();
  });

  it('refuses to go through a symbolic link on disk', async () => {
    const { backups, path } = await openOffice();
    const backup = await backups.create();
    const outside = scratch();
    renameSync(path('mission-control/agents/api'), join(outside, 'api'));
    symlinkSync(join(outside, 'api'), path('mission-control/agents/api'));
    writeFileSync(join(outside, 'api/state.json'), 'outside');
    await expect(backups.restore(backup.id, { agent: 'api' })).rejects.toMatchObject({ code: 'file.refused' });
    expect(readFileSync(join(outside, 'api/state.json'), 'utf8')).toBe('outside');
  });

  it('refuses a symbolic link that came after the comparison, and nothing has changed', async () => {
    const office = await openOffice();
    const outside = scratch();
    const state = office.path('mission-control/agents/api/state.json');
    const backup = await office.backups.create();
    writeFileSync(state, 'now');
    const runner = inlineRunner((onUpdate) =>
      inlineTools((update) => {
        if (update.phase === 'write' && update.files_done === 0) {
          renameSync(office.path('mission-control/agents/api'), join(outside, 'api'));
          symlinkSync(join(outside, 'api'), office.path('mission-control/agents/api'));
        }
        onUpdate(update);
      }),
    );
    const { backups } = await openOffice({ root: office.root, runner });
    await expect(backups.restore(backup.id, { agent: 'api' })).rejects.toMatchObject({ code: 'file.refused' });
    expect(readFileSync(join(outside, 'api/state.json'), 'utf8')).toBe('now');
    expect(readdirSync(join(outside, 'api')).filter((name) => name.endsWith('.mc-tmp'))).toEqual([]);
    expect(await backups.recover()).toBeNull();
  });

  it.each([
    ['before any file of it is staged', 0],
    ['between two of its files', 2],
  ])('notices a directory that is renamed %s, and loses nothing of it', async (_, when) => {
    const office = await openOffice();
    const home = office.path('mission-control/agents/api');
    const moved = office.path('mission-control/agents/moved');
    const backup = await office.backups.create();
    for (const name of ['state.json', 'SOUL.md']) writeFileSync(join(home, name), 'now');
    const runner = inlineRunner((onUpdate) =>
      inlineTools((update) => {
        onUpdate(update);
        if (update.phase !== 'write') return;
        if (update.files_done === when) renameSync(home, moved);
        // Progress is told ten times a second: so every file of these is told of.
        else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 150);
      }),
    );
    const { backups } = await openOffice({ root: office.root, runner });
    await expect(backups.restore(backup.id, { agent: 'api' })).rejects.toBeInstanceOf(McError);
    for (const name of ['state.json', 'SOUL.md']) expect(readFileSync(join(moved, name), 'utf8')).toBe('now');
    expect(existsSync(home)).toBe(false);
    expect(await backups.recover()).toBeNull();
    renameSync(moved, home);
    await office.backups.restore(backup.id, { agent: 'api' });
    for (const name of ['state.json', 'SOUL.md']) expect(readFileSync(join(home, name), 'utf8')).not.toBe('now');
  });

  it.each([
    ['an unknown id', '20000101_000000_000', {}, 'backup.not_found'],
    ['an agent that it does not hold', null, { agent: 'nobody' }, 'agent.not_found'],
    ['a glob that matches nothing', null, { paths: ['nothing/**'] }, 'file.not_found'],
  ])('says that %s does not exist', async (_, id, options, code) => {
    const { backups } = await openOffice();
    const backup = await backups.create();
    await expect(backups.restore(id ?? backup.id, options)).rejects.toMatchObject({ code });
  });
});

describe('the old system’s backups', () => {
  it('are listed, with dead paths and unlisted ones, and verified', async () => {
    const { backups, store } = await openOffice();
    const listed = await backups.list();
    expect(listed.map((backup) => [backup.id, backup.backup_type, backup.origin])).toEqual(
      [
        ['20260216_235959', 'full', 'old'],
        ['20260217_035729', 'full', 'old'],
        ['snapshot_20260217_035730', 'snapshot', 'old'],
        ['api_20260217_041500', 'agent_state', 'old'],
      ].toSorted((a, b) => order(listed, a[0]) - order(listed, b[0])),
    );
    expect(listed.find((backup) => backup.id === '20260217_035729')).toMatchObject({
      path: join(store, 'backup_20260217_035729.tar.gz'),
      checksum: 'f86cd09358413b659e7028e712dca2374e2a2572275906d86578f1ce2329b30b',
      size_human: '0.4 KB',
      file_count: 4,
    });
    const reports = await backups.verifyAll(true);
    expect(reports.map((report) => [report.ok, report.errors])).toEqual(reports.map(() => [true, []]));
    expect((await backups.list()).every((backup) => backup.verified_at !== null)).toBe(true);
  });

  it('bring an agent’s old state back after a safety backup', async () => {
    const { backups, path } = await openOffice();
    const report = await backups.restore('20260217_035729', { agent: 'api' });
    expect(JSON.parse(readFileSync(path(STATE), 'utf8'))).toMatchObject({ current_tasks: ['old_task'] });
    expect(new Date(lstatSync(path(STATE)).mtimeMs).toISOString()).toBe('2026-02-17T03:46:40.000Z');
    expect(report.safety_backup).toMatch(/^api_/);
    await backups.restore(report.safety_backup ?? '');
    expect(readFileSync(path(STATE), 'utf8')).toBe(readFileSync(join('test/fixtures/office', STATE), 'utf8'));
  });

  it('bring an agent back out of a snapshot', async () => {
    const { backups, path } = await openOffice();
    const report = await backups.restore('snapshot_20260217_035730', { agent: 'api' });
    expect(report.changed).toEqual([STATE]);
    expect(JSON.parse(readFileSync(path(STATE), 'utf8'))).toMatchObject({
      tasks_completed: 4,
      current_tasks: ['old_task'],
    });
  });

  it('do not say what belongs to them, so nothing is deleted', async () => {
    const { backups } = await openOffice();
    await expect(backups.restore('20260217_035729', { delete: true })).rejects.toMatchObject({ code: 'input.invalid' });
  });
});

describe('a snapshot', () => {
  it('holds all states and the office in the old form, and restores', async () => {
    const { backups, path } = await openOffice();
    writeFileSync(path(STATE), '{"status":"busy","tasks_completed":9}');
    const snapshot = await backups.snapshot();
    expect(snapshot).toMatchObject({ backup_type: 'snapshot', compressed: false });
    const content = JSON.parse(readFileSync(snapshot.path, 'utf8')) as {
      agents: Record<string, unknown>;
      timestamp: string;
    };
    expect(content.agents.api).toEqual({ status: 'busy', tasks_completed: 9 });
    expect(content.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
    writeFileSync(path(STATE), '{}');
    await backups.restore(snapshot.id, { agent: 'api' });
    expect(JSON.parse(readFileSync(path(STATE), 'utf8'))).toEqual({ status: 'busy', tasks_completed: 9 });
    expect((await backups.verify(snapshot.id)).ok).toBe(true);
    writeFileSync(snapshot.path, '{"agents":{"../../x":{}}}');
    expect((await backups.verify(snapshot.id)).ok).toBe(false);
    await expect(backups.restore(snapshot.id)).rejects.toMatchObject({ code: 'backup.corrupt' });
  });
});

describe('a drill', () => {
  it('restores into a temporary folder, compares, opens databases and leaves nothing', async () => {
    const { backups, store } = await openOffice();
    await backups.create();
    const report = await backups.drill();
    expect(report).toMatchObject({ ok: true, errors: [], databases: 1 });
    expect(report.files).toBeGreaterThan(30);
    expect(names(store).filter((name) => name.startsWith('.import'))).toEqual([]);
    expect((await backups.records()).stages.drill.last_success).not.toBeNull();
  });
});

function order(listed: { id: string }[], id: string | undefined): number {
  return listed.findIndex((backup) => backup.id === id);
}

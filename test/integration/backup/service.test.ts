import { existsSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createBackupService, type BackupService, type BackupSettings } from '../../../src/backup/index.js';
import type { OpenFile } from '../../../src/backup/tree/source.js';
import { inlineTools } from '../../../src/backup/jobs/jobs.js';
import { inlineRunner } from '../../../src/backup/jobs/runner.js';
import { acquireLock, workspaceLayout } from '../../../src/base/index.js';
import { silentLog } from '../../../src/base/log.js';
import type { Backup, EventDraft } from '../../../src/protocol/index.js';
import { defaultSettings, mountSmall, type Office, openOffice } from './office.js';

interface Stage {
  office: Office;
  service: BackupService;
  drafts: EventDraft[];
  /** What was told of backups. */
  updates: () => { state: string; action?: unknown }[];
}

async function startService(
  options: {
    scheduled?: boolean;
    free?: () => number;
    open?: OpenFile;
    root?: string;
    settings?: Partial<BackupSettings>;
  } = {},
): Promise<Stage> {
  const office = await openOffice(options.root ? { root: options.root } : {});
  const drafts: EventDraft[] = [];
  let ids = 0;
  const service = await createBackupService({
    layout: workspaceLayout(office.root),
    settings: { ...defaultSettings(), ...options.settings, noBackups: options.scheduled !== true },
    clock: office.clock,
    log: silentLog(),
    publish: (draft) => drafts.push(draft),
    newId: () => `n${(ids += 1)}`,
    random: () => 0,
    runner: inlineRunner((onUpdate) => ({ ...inlineTools(onUpdate), ...(options.free && { free: options.free }) })),
  });
  onTestFinished(() => service.stop());
  const updates = () => drafts.flatMap((draft) => (draft.type === 'backup_update' ? [draft.data] : []));
  return { office, service, drafts, updates };
}

describe('the service', () => {
  it('tells everyone about a backup, with the finished one at the end', async () => {
    const { service, updates } = await startService();
    const made = await service.create();
    expect(updates().map((update) => update.state)).toEqual(['started', 'completed']);
    expect(updates().at(-1)).toMatchObject({ id: made.id, state: 'completed', backup: { id: made.id } });
    expect(service.nextAt()).toBeNull();
    expect(service.health()).toBe('available');
  });

  it('says in its health that the backups cannot be listed, until they can', async () => {
    const { service, office } = await startService();
    const { backups } = workspaceLayout(office.root);
    rmSync(backups, { recursive: true, force: true });
    writeFileSync(backups, 'not a directory');
    await expect(service.list()).rejects.toThrow();
    expect(service.health()).toMatch(/^the backups cannot be listed: /);
    rmSync(backups);
    await service.list();
    expect(service.health()).toBe('available');
  });

  it('tells everyone about a snapshot, and of its failure', async () => {
    const { service, office, drafts, updates } = await startService();
    const made = await service.snapshot();
    expect(updates()).toMatchObject([
      { id: made.id, state: 'started', action: 'create', backup_type: 'snapshot' },
      { id: made.id, state: 'completed', backup: { id: made.id } },
    ]);
    expect((await service.records()).stages.snapshot.last_success).not.toBeNull();
    office.clock.at += 1000;
    // A file that stands where agents lie cannot be listed.
    rmSync(office.path('mission-control/agents'), { recursive: true });
    writeFileSync(office.path('mission-control/agents'), 'no directory');
    await expect(service.snapshot()).rejects.toMatchObject({ code: 'file.blocked' });
    expect(updates().at(-1)).toMatchObject({ state: 'failed', action: 'snapshot', code: 'file.blocked' });
    expect(drafts.at(-1)).toMatchObject({ data: { level: 'error', title: 'Backup: snapshot failed' } });
    expect(service.health()).toMatch(/^snapshot failed at /);
  });

  it('warns of a scheduled backup that holds a database as raw bytes', async () => {
    const office = await openOffice();
    writeFileSync(office.path('mission-control/broken.db'), `SQLite format 3\0${'garbage'.repeat(1000)}`);
    const { drafts } = await startService({ root: office.root, scheduled: true });
    const told = () => drafts.filter((draft) => draft.type === 'notification');
    await vi.waitFor(() => expect(told()).toHaveLength(1), 10_000);
    expect(told()).toMatchObject([
      { data: { level: 'warning', message: expect.stringContaining('mission-control/broken.db') as string } },
    ]);
  });

  it('tells everyone about a restore', async () => {
    const { service, updates } = await startService();
    await service.restore('20260217_035729', { agent: 'api' });
    expect(updates().at(-1)).toMatchObject({
      id: '20260217_035729',
      state: 'completed',
      action: 'restore',
      changed: 2,
    });
  });

  it.each<[string, (service: BackupService, id: string) => Promise<unknown>]>([
    ['verify', (service) => service.verify('latest')],
    ['drill', (service) => service.drill()],
    ['restore', (service, id) => service.restore(id, { dryRun: true })],
  ])('tells of the beginning and the end of a %s', async (action, work) => {
    const { service, updates } = await startService();
    const { id } = await service.create();
    const before = updates().length;
    await work(service, id);
    const told = updates().slice(before);
    expect(told.at(0)).toMatchObject({ id, action, state: 'started' });
    expect(told.at(-1)).toMatchObject({ id, action, state: 'completed' });
    const between = told.slice(1, -1);
    expect(between.every((update) => update.state === 'progress' && update.action === action)).toBe(true);
  });

  it('tells of the end of what it refused after it had begun', async () => {
    const { service, office, drafts, updates } = await startService();
    writeFileSync(join(office.store, 'backup_20260217_035729.tar.gz'), 'x');
    await expect(service.restore('20260217_035729', { dryRun: true })).rejects.toMatchObject({
      code: 'backup.corrupt',
    });
    expect(updates().at(-1)).toMatchObject({ id: '20260217_035729', state: 'failed', action: 'restore' });
    expect(drafts.filter((draft) => draft.type === 'notification')).toEqual([]);
  });

  it('tells of each backup when all are verified', async () => {
    const { service, updates } = await startService();
    const reports = await service.verifyAll();
    const ended = updates().filter((update) => update.state === 'completed');
    expect(ended.map((update) => (update as { id?: unknown }).id)).toEqual(reports.map((report) => report.id));
  });

  it('notifies of a failure and says so in its health, until it works again', async () => {
    let free = 0;
    const { service, drafts, updates } = await startService({ free: () => free });
    await expect(service.create()).rejects.toMatchObject({ code: 'disk.full' });
    expect(updates().at(-1)).toMatchObject({ state: 'failed', code: 'disk.full' });
    expect(drafts.find((draft) => draft.type === 'notification')).toMatchObject({ data: { level: 'error' } });
    expect(service.health()).toMatch(/^create failed at /);
    free = 1e12;
    await service.create();
    expect(service.health()).toBe('available');
  });

  it('says in its health that a backup lies ahead of the clock, and what to do, until none does', async () => {
    const { service, office } = await startService();
    const now = office.clock.at;
    office.clock.at = now + 24 * 3_600_000;
    const { id } = await service.create();
    expect(service.health()).toBe('available');
    office.clock.at = now;
    await service.list();
    expect(service.health()).toMatch(/^1 of \d+ backups lie ahead of the clock.*look at the date/);
    await service.create();
    expect(service.health()).toMatch(
      new RegExp(`^1 of \\d+ backups lie ahead of the clock.*: mc backup delete ${id}$`),
    );
    await service.remove(id);
    expect(service.health()).toBe('available');
  });

  it('does not take a wrong question for a failure of its own', async () => {
    const { service, drafts } = await startService();
    await expect(service.restore('nope')).rejects.toMatchObject({ code: 'backup.not_found' });
    await expect(service.create({ agent: 'nobody' })).rejects.toMatchObject({ code: 'agent.not_found' });
    expect(drafts).toEqual([]);
    expect(service.health()).toBe('available');
  });

  it('does not take a restore that it refuses for a failure either', async () => {
    const { service, office, drafts } = await startService();
    writeFileSync(join(office.store, 'backup_20260217_035729.tar.gz'), 'x');
    await expect(service.restore('20260217_035729')).rejects.toMatchObject({ code: 'backup.corrupt' });
    const { id } = await service.create();
    const before = drafts.length;
    rmSync(office.path('mission-control/agents/api'), { recursive: true });
    symlinkSync('/tmp', office.path('mission-control/agents/api'));
    await expect(service.restore(id, { agent: 'api' })).rejects.toMatchObject({ code: 'file.refused' });
    expect(drafts.slice(before).filter((draft) => draft.type === 'notification')).toEqual([]);
    expect((await service.records()).stages.restore.last_failure).toBeNull();
    expect(service.health()).toBe('available');
  });

  it('is unwell when a backup turns out to be damaged', async () => {
    const { service, office } = await startService();
    writeFileSync(join(office.store, 'backup_20260217_035729.tar.gz'), 'x');
    expect((await service.verify('20260217_035729')).ok).toBe(false);
    expect(service.health()).toMatch(/^verify failed/);
  });

  it.each([
    ['verify', (service: BackupService) => service.verify('20260217_035729')],
    ['verify', (service: BackupService) => service.verifyAll()],
    ['drill', (service: BackupService) => service.drill('20260217_035729')],
  ])('tells everyone that a %s found damage', async (action, work) => {
    const { service, office, drafts, updates } = await startService();
    writeFileSync(join(office.store, 'backup_20260217_035729.tar.gz'), 'x');
    await work(service);
    const told = updates().filter((update) => update.state === 'failed');
    expect(told).toMatchObject([{ id: '20260217_035729', action, code: 'backup.corrupt' }]);
    expect(drafts.filter((draft) => draft.type === 'notification')).toMatchObject([
      {
        data: {
          level: 'error',
          title: `Backup: ${action} found damage`,
          message: expect.stringContaining('20260217_035729') as string,
        },
      },
    ]);
  });

  it('says so when the lock of a machine that is gone keeps the schedule standing still', async () => {
    const office = await openOffice();
    office.clock.at -= 15 * 3_600_000;
    await office.backups.create();
    const lock = join(office.store, '.backup.lock');
    const holder = { pid: 1, host: 'box-that-was-killed', boot: null, started: null, purpose: 'backup create' };
    writeFileSync(lock, JSON.stringify({ ...holder, since: '2026-11-22T00:00:00.000Z', details: {} }));
    const { service, drafts, updates } = await startService({
      root: office.root,
      scheduled: true,
      settings: { backupInterval: 50 },
    });
    const told = () => drafts.filter((draft) => draft.type === 'notification');
    await vi.waitFor(() => expect(told()).toHaveLength(1), 10_000);
    // Further runs find the same, and say nothing more.
    await delay(300);
    expect(told()).toMatchObject([
      { data: { level: 'error', message: expect.stringMatching(/process 1 on box-that-was-killed/) as string } },
    ]);
    expect(updates().at(-1)).toMatchObject({ state: 'failed', code: 'busy' });
    expect(service.health()).toContain('delete mission-control/backups/.backup.lock');
    rmSync(lock);
    await vi.waitFor(() => expect(service.health()).toBe('available'), 10_000);
  });

  it('does not mind that somebody is at it for a while', async () => {
    const office = await openOffice();
    // The service's clock stands before this: no interval passes, however often the lock is found taken.
    office.clock.at += 60_000;
    await office.backups.create();
    const lock = await acquireLock(join(office.store, '.backup.lock'), 'backup drill');
    const settings = { backupInterval: 50 };
    const { service, drafts } = await startService({ root: office.root, scheduled: true, settings });
    await delay(400);
    await lock.release();
    expect(drafts).toEqual([]);
    expect(service.health()).toBe('available');
  });

  it('makes up a missed run at once, and the next after its interval', async () => {
    const { service, office } = await startService({ scheduled: true });
    await vi.waitFor(
      async () => expect((await service.list()).filter((backup) => backup.origin === 'own')).toHaveLength(1),
      10_000,
    );
    await vi.waitFor(
      () => expect(service.nextAt()).toBe(new Date(office.clock.at + 6 * 3_600_000).toISOString()),
      10_000,
    );
    expect((await service.records()).stages.prune.last_success).not.toBeNull();
  });

  it('makes room on a full disk by what the retention does not want, and heals', async () => {
    const office = await openOffice();
    const now = office.clock.at;
    office.clock.at = now - 18 * 86_400_000;
    const made: Backup[] = [];
    for (let round = 0; round < 5; round += 1) {
      made.push(await office.backups.create());
      office.clock.at += 4 * 86_400_000;
    }
    writeFileSync(office.path('PENDING_TASKS.md'), '- [ ] something new\n');
    const isFull = () => existsSync(made[0]?.path ?? '');
    const { service, drafts } = await startService({
      root: office.root,
      scheduled: true,
      free: () => (isFull() ? 0 : 1e12),
    });
    const own = async () => (await service.list()).filter((backup) => backup.origin === 'own').map(({ id }) => id);
    const kept = made.slice(3).map((backup) => backup.id);
    // One more went when the new one had taken its place among the last three.
    await vi.waitFor(async () => expect(await own()).toEqual([...kept, expect.stringContaining('_')]), 10_000);
    expect(service.health()).toBe('available');
    expect(drafts.filter((draft) => draft.type === 'notification')).toEqual([]);
  });

  it('says that the disk is full when nothing may go', async () => {
    const office = await openOffice();
    office.clock.at -= 20 * 86_400_000;
    const last = await office.backups.create();
    writeFileSync(office.path('PENDING_TASKS.md'), '- [ ] something new\n');
    const { service, drafts } = await startService({ root: office.root, scheduled: true, free: () => 0 });
    await vi.waitFor(() => expect(service.health()).toMatch(/^create failed/), 10_000);
    expect(drafts.at(-1)).toMatchObject({ data: { level: 'error', data: { code: 'disk.full' } } });
    expect(existsSync(last.path)).toBe(true);
  });

  it('is unwell when the disk could not even take the record of that', async ({ skip }) => {
    const office = await openOffice();
    rmSync(office.store, { recursive: true });
    skip(!mountSmall(office.store, 'size=256k'), 'mounting is not allowed here');
    expect(() => writeFileSync(join(office.store, 'ballast'), 'x'.repeat(300_000))).toThrow('ENOSPC');
    const { service, drafts } = await startService({ root: office.root });
    await expect(service.create()).rejects.toThrow('the disk is full');
    expect(drafts.at(-1)).toMatchObject({ data: { level: 'error', title: 'Backup: create failed' } });
    expect(service.health()).toMatch(/^create failed: .*the disk is full/);
    rmSync(join(office.store, 'ballast'));
    await service.create();
    expect(service.health()).toBe('available');
  });

  it('stops in the middle of a run', async () => {
    const { service } = await startService({ scheduled: true });
    await delay(20);
    await service.stop();
    expect(service.nextAt()).toBeNull();
    expect((await service.records()).stages.create.last_failure).toBeNull();
  });

  it('starts all the same when a journal cannot be understood, and says so', async () => {
    const office = await openOffice();
    writeFileSync(join(office.store, '.restore_journal.json'), '{');
    const { service, drafts } = await startService({ root: office.root });
    expect(service.health()).toContain('journal');
    expect(drafts).toMatchObject([{ type: 'notification', data: { level: 'error' } }]);
  });

  it('does not mind that another process is at it when it starts', async () => {
    const office = await openOffice();
    writeFileSync(
      join(office.store, '.restore_journal.json'),
      '{"version":1,"state":"staging","steps":[],"attributes":[]}',
    );
    const lock = await acquireLock(join(office.store, '.backup.lock'), 'backup restore');
    const { service, drafts } = await startService({ root: office.root });
    await lock.release();
    expect(service.health()).toBe('available');
    expect(drafts).toEqual([]);
  });

  it('ends a restore that was killed, and says so', async () => {
    const office = await openOffice();
    const staged = 'mission-control/.TASK_QUEUE.md.x.1.new.mc-tmp';
    const aside = 'mission-control/.TASK_QUEUE.md.x.2.old.mc-tmp';
    writeFileSync(office.path(staged), 'restored');
    const step = { do: 'place', path: 'mission-control/TASK_QUEUE.md', staged, aside, safe: null };
    const journal = {
      version: 1,
      state: 'staging',
      id: 'b1',
      root: office.root,
      kept: null,
      steps: [step],
      attributes: [],
    };
    writeFileSync(join(office.store, '.restore_journal.json'), JSON.stringify(journal));
    const { drafts } = await startService({ root: office.root });
    expect(drafts).toMatchObject([
      { type: 'notification', data: { level: 'warning', message: expect.stringContaining('rolled back') as string } },
    ]);
    expect(existsSync(office.path(staged))).toBe(false);
  });
});

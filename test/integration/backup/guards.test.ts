import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acquireLock, workspaceLayout } from '../../../src/base/index.js';
import { lockable } from '../../support/read-only.js';
import { scratch } from '../../support/scratch.js';
import { craftArchive } from './crafted.js';
import { mountSmall, type Office, openOffice, picture } from './office.js';

const QUEUE = 'mission-control/TASK_QUEUE.md';
const SERVER_OWN = 'mission-control/backend/notes.md';

/** The same office in another process: opened again, it looks at its links again. */
const again = (office: Office) => openOffice({ root: office.root });

/** An archive of the old system among the backups, whoever put it there. */
function drop(office: Office, entries: Parameters<typeof craftArchive>[1]): string {
  craftArchive(join(office.store, 'backup_20250101_000000.tar.gz'), entries);
  return '20250101_000000';
}

describe('what a workspace is made of', () => {
  it.each([
    ['mission-control', 'SymbolicLink'],
    ['mission-control', 'File'],
    ['mission-control/agents', 'SymbolicLink'],
    ['mission-control/backups', 'File'],
    ['mission-control/backend', 'SymbolicLink'],
    ['mission-control/backend', 'File'],
  ] as const)('is replaced by no archive: %s as a %s', async (path, type) => {
    const office = await openOffice();
    const outside = scratch();
    const id = drop(office, [{ path, type, ...(type === 'SymbolicLink' && { linkpath: outside }) }]);
    const before = picture(office.root);
    await expect(office.backups.restore(id)).rejects.toThrow(path);
    expect(picture(office.root)).toEqual(before);
    expect(readdirSync(outside)).toEqual([]);
    expect((await office.backups.list()).length).toBeGreaterThan(0);
  });

  it('is left alone where it belongs to the server: only the database is replaced, and only when asked', async () => {
    const office = await openOffice();
    mkdirSync(dirname(office.path(SERVER_OWN)), { recursive: true });
    writeFileSync(office.path(SERVER_OWN), 'then');
    const { id } = await office.backups.create();
    writeFileSync(office.path(SERVER_OWN), 'now');
    writeFileSync(office.path('mission-control/backend/new.md'), 'new');
    const report = await office.backups.restore(id, { delete: true, overwrite: 'always', withDatabase: true });
    expect(report.skipped).toContainEqual({
      path: SERVER_OWN,
      reason: 'a server has it in its own directory: it is not replaced',
    });
    expect(readFileSync(office.path(SERVER_OWN), 'utf8')).toBe('now');
    expect(existsSync(office.path('mission-control/backend/new.md'))).toBe(true);
  });
});

describe('a mission-control that the operator keeps elsewhere', () => {
  async function moved(path: string): Promise<{ office: Office; target: string; id: string }> {
    const first = await openOffice();
    const { id } = await first.backups.create();
    const target = join(scratch(), 'disk');
    renameSync(first.path(path), target);
    symlinkSync(target, first.path(path));
    return { office: await again(first), target, id };
  }

  it.each(['mission-control', 'mission-control/agents'])('is restored into, and stays a link: %s', async (path) => {
    const { office, target, id } = await moved(path);
    const state = 'mission-control/agents/api/state.json';
    writeFileSync(office.path(state), 'spoiled');
    rmSync(office.path('mission-control/agents/builder'), { recursive: true });
    const report = await office.backups.restore(id);
    expect(report.changed).toEqual([state]);
    expect(lstatSync(office.path(path)).isSymbolicLink()).toBe(true);
    expect(readFileSync(office.path(state), 'utf8')).not.toBe('spoiled');
    expect(existsSync(office.path('mission-control/agents/builder/state.json'))).toBe(true);
    expect(readdirSync(target, { recursive: true, encoding: 'utf8' }).filter((name) => /mc-tmp/.test(name))).toEqual(
      [],
    );
    expect((await office.backups.restore(id)).restored).toBe(0);
  });

  it('is not followed once it leads elsewhere than when the program began', async () => {
    const { office, id } = await moved('mission-control/agents');
    const outside = scratch();
    rmSync(office.path('mission-control/agents'));
    symlinkSync(outside, office.path('mission-control/agents'));
    await expect(office.backups.restore(id)).rejects.toMatchObject({ code: 'file.refused' });
    expect(readdirSync(outside)).toEqual([]);
  });

  it('is refused when it leads nowhere, and its link stays', async () => {
    const { office, target, id } = await moved('mission-control/agents');
    rmSync(target, { recursive: true });
    const opened = await again(office);
    await expect(opened.backups.restore(id)).rejects.toMatchObject({ code: 'file.refused', message: /leads nowhere/ });
    expect(lstatSync(office.path('mission-control/agents')).isSymbolicLink()).toBe(true);
  });
});

it('a workspace that has gone is not begun anew by a backup of it', async () => {
  const office = await openOffice();
  const { missionControl } = workspaceLayout(office.root);
  const away = join(scratch(), 'away');
  renameSync(missionControl, away);
  await expect(office.backups.create()).rejects.toThrow('mission-control');
  await expect(office.backups.prune()).rejects.toThrow('mission-control');
  expect(existsSync(missionControl)).toBe(false);
  renameSync(away, missionControl);
  expect((await office.backups.create()).partial).toBe(false);
});

it('a file in the place of the backups is named, with what to do', async () => {
  const office = await openOffice();
  rmSync(office.store, { recursive: true, force: true });
  writeFileSync(office.store, 'a file');
  await expect(office.backups.create()).rejects.toMatchObject({ code: 'io', hint: expect.stringContaining('ls -ld') });
});

describe('a restore that could not be finished', () => {
  const long = `mission-control/new/${'n'.repeat(256)}`;

  it('is refused before it begins, here and elsewhere, and nothing is in the way afterwards', async () => {
    const office = await openOffice();
    const id = drop(office, [
      { path: QUEUE, body: 'old' },
      { path: long, body: 'x' },
    ]);
    const before = picture(office.root);
    const to = join(scratch(), 'to');
    for (const options of [{}, { to }]) {
      await expect(office.backups.restore(id, options)).rejects.toMatchObject({ hint: /nothing was restored/ });
    }
    expect(picture(office.root)).toEqual(before);
    expect(readdirSync(to)).toEqual([]);
    expect(existsSync(join(office.store, '.restore_journal.json'))).toBe(false);
    await office.backups.create();
  });

  it('for want of room for its files is refused too', async ({ skip }) => {
    const office = await openOffice();
    const { id } = await office.backups.create();
    const to = join(scratch(), 'small');
    skip(!mountSmall(to, 'size=1m,nr_inodes=6'), 'mounting is not allowed here');
    await expect(office.backups.restore(id, { to })).rejects.toMatchObject({ code: 'disk.full' });
    expect(readdirSync(to)).toEqual([]);
  });
});

describe('restoring into another directory', () => {
  it('keeps what it replaces, and says where', async () => {
    const office = await openOffice();
    const { id } = await office.backups.create();
    const to = scratch();
    mkdirSync(join(to, 'mission-control'));
    writeFileSync(join(to, QUEUE), 'somebody’s own');
    const report = await office.backups.restore(id, { to });
    expect(report.kept.map(({ path }) => path)).toEqual([QUEUE]);
    expect(readFileSync(report.kept[0]?.kept_at ?? '', 'utf8')).toBe('somebody’s own');
    expect(report.kept[0]?.kept_at.startsWith(join(to, '.mc-kept'))).toBe(true);
    expect(readdirSync(to).filter((name) => /journal|lock|tmp/.test(name))).toEqual([]);
  });

  it('takes no database from under the server of another workspace', async () => {
    const office = await openOffice();
    const other = await openOffice();
    const { id } = await office.backups.create();
    const lock = await acquireLock(workspaceLayout(other.root).serverLock, 'serve');
    await expect(office.backups.restore(id, { to: other.root, withDatabase: true })).rejects.toMatchObject({
      code: 'busy',
      hint: expect.stringContaining('restore without --with-database') as string,
    });
    await lock.release();
  });

  it('works with verifying, comparing and drilling from a disk that cannot be written', async ({ skip }) => {
    const office = await openOffice();
    const { id } = await office.backups.create();
    const archive = readFileSync((await office.backups.get(id)).path);
    rmSync(office.store, { recursive: true });
    mkdirSync(office.store);
    const disk = lockable(office.store);
    if (!disk) return skip('nothing keeps root from writing here');
    writeFileSync(join(office.store, `backup_${id}.tar.gz`), archive);
    disk.readOnly();
    try {
      const { backups } = await again(office);
      const report = await backups.verify(id, true);
      expect(report.ok).toBe(true);
      expect(report.notes.join()).toContain('the result could not be noted');
      expect((await backups.restore(id, { dryRun: true })).restored).toBe(0);
      expect(await backups.drill()).toMatchObject({ id, ok: true });
      const to = join(scratch(), 'to');
      expect((await backups.restore(id, { to })).restored).toBeGreaterThan(3);
      expect(readFileSync(join(to, QUEUE))).toEqual(readFileSync(office.path(QUEUE)));
    } finally {
      disk.writable();
    }
  });
});

describe('modes and times', () => {
  it('that a restore sets back are told beforehand, and those before 1970 are set', async () => {
    const office = await openOffice();
    const sixties = new Date('1960-05-06T07:08:09.000Z');
    const old = office.path('mission-control/old.md');
    writeFileSync(old, 'old');
    utimesSync(old, sixties, sixties);
    const { id } = await office.backups.create();
    chmodSync(office.path(QUEUE), 0o600);
    utimesSync(old, 5, 5);
    const dry = await office.backups.restore(id, { dryRun: true });
    expect(dry).toMatchObject({ restored: 0, changed: [] });
    expect(dry.attributes).toEqual(expect.arrayContaining([QUEUE, 'mission-control/old.md']));
    const done = await office.backups.restore(id);
    expect(done.attributes).toEqual(dry.attributes);
    expect(statSync(office.path(QUEUE)).mode & 0o777).toBe(0o644);
    expect(statSync(old).mtime.toISOString()).toBe(sixties.toISOString());
    expect((await office.backups.restore(id, { dryRun: true })).attributes).toEqual([]);
  });

  it('that give rights away are not brought back, and that is told', async () => {
    const office = await openOffice();
    const tool = office.path('mission-control/tool');
    writeFileSync(tool, 'x');
    chmodSync(tool, 0o4755);
    const { id } = await office.backups.create();
    rmSync(tool);
    const report = await office.backups.restore(id);
    expect(report.skipped).toContainEqual({
      path: 'mission-control/tool',
      reason: 'its set-user-ID, set-group-ID or sticky bit is not brought back',
    });
    expect(statSync(tool).mode & 0o7777).toBe(0o755);
    expect((await office.backups.restore(id, { dryRun: true })).attributes).toEqual([]);
  });
});

describe('the backup that a restore makes of what it replaces', () => {
  it('is never latest: restoring twice changes nothing more', async () => {
    const office = await openOffice();
    const { backups, path, clock } = office;
    const { id } = await backups.create();
    await backups.create({ agent: 'api' });
    writeFileSync(path(QUEUE), 'BROKEN');
    clock.at += 1000;
    const first = await backups.restore('latest');
    clock.at += 1000;
    expect(await backups.get(first.safety_backup ?? '')).toMatchObject({ safety: true });
    expect(await backups.restore('latest')).toMatchObject({ id, restored: 0, safety_backup: null });
    expect(readFileSync(path(QUEUE), 'utf8')).not.toBe('BROKEN');
    clock.at += 1000;
    writeFileSync(path('mission-control/agents/api/state.json'), 'BROKEN');
    await backups.restore(id, { agent: 'api' });
    const text = JSON.stringify(await backups.procedures());
    for (const backup of (await backups.list()).filter(({ safety }) => safety)) expect(text).not.toContain(backup.id);
    expect(text).toContain(id);
    expect(await backups.drill()).toMatchObject({ id });
    expect((await backups.verify('latest')).id).toBe(id);
    // Nothing is built upon it either: what is unchanged since the last real one makes no new one.
    clock.at += 1000;
    expect((await backups.create({ onlyIfChanged: true })).safety).toBe(false);
  });

  it('has its label to itself', async () => {
    const { backups } = await openOffice();
    await expect(backups.create({ label: 'before the restore of x' })).rejects.toMatchObject({ code: 'input.invalid' });
  });
});

import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { acquireLock } from '../../../src/base/index.js';
import { createWithRoom } from '../../../src/backup/scheduled.js';
import { openFile, type OpenFile } from '../../../src/backup/tree/source.js';
import { inlineTools, realTools } from '../../../src/backup/jobs/jobs.js';
import { inlineRunner } from '../../../src/backup/jobs/runner.js';
import { scratch } from '../../support/scratch.js';
import { mountSmall, names, openOffice, picture } from './office.js';

const QUEUE = 'mission-control/TASK_QUEUE.md';

/** Opens files, doing something else with one of them. */
function opening(part: string, fault: (path: string) => ReturnType<OpenFile>): OpenFile {
  return (path) => (path.endsWith(part) ? fault(path) : openFile(path));
}

function failing(code: string): () => never {
  return () => {
    throw Object.assign(new Error(code), { code });
  };
}

describe('a file that cannot be read', () => {
  it('is listed, and the archive is kept and partial', async () => {
    const { backups } = await openOffice({ open: opening('TASK_QUEUE.md', failing('EACCES')) });
    const backup = await backups.create();
    expect(backup).toMatchObject({ partial: true, problems: [{ path: QUEUE, kind: 'unreadable', reason: 'EACCES' }] });
    expect((await backups.verify(backup.id, true)).ok).toBe(true);
    expect((await backups.get(backup.id)).partial).toBe(true);
  });

  it('is not taken for removed when the partial archive is restored', async () => {
    const { backups, path } = await openOffice({ open: opening('TASK_QUEUE.md', failing('EIO')) });
    const backup = await backups.create();
    const report = await backups.restore(backup.id, { delete: true });
    expect(report.removed).toEqual([]);
    expect(readFileSync(path(QUEUE), 'utf8')).toContain('TASK-041');
  });

  it('keeps a scheduled run from calling a partial archive good enough', async () => {
    const { backups, clock } = await openOffice({ open: opening('TASK_QUEUE.md', failing('EACCES')) });
    const first = await backups.create();
    clock.at += 1000;
    expect((await backups.create({ onlyIfChanged: true })).id).not.toBe(first.id);
  });
});

describe('a file that moves while it is read', () => {
  it('is noted when it vanished, and nothing is missing for it', async () => {
    const { backups } = await openOffice({ open: opening('TASK_QUEUE.md', failing('ENOENT')) });
    expect(await backups.create()).toMatchObject({ partial: false, problems: [{ path: QUEUE, kind: 'vanished' }] });
  });

  it.each([1000, 6_000_000])('is read again when it grew (from %i bytes)', async (size) => {
    let growths = 0;
    const open = opening('growing.log', (path) => {
      const file = openFile(path);
      return {
        ...file,
        read: (into, position) => {
          const count = file.read(into, position);
          if (growths < 1 && into.length > 16) {
            growths += 1;
            appendFileSync(path, 'one more line\n');
          }
          return count;
        },
      };
    });
    const { backups, path } = await openOffice({ open });
    writeFileSync(path('mission-control/growing.log'), 'x'.repeat(size));
    const backup = await backups.create();
    expect(backup.problems).toEqual([]);
    const to = scratch();
    await backups.restore(backup.id, { to, paths: ['mission-control/growing.log'] });
    expect(readFileSync(join(to, 'mission-control/growing.log'), 'utf8')).toBe(`${'x'.repeat(size)}one more line\n`);
  });

  it.each([1000, 6_000_000])('is kept and marked when it never rests (%i bytes)', async (size) => {
    const open = opening('restless.log', (path) => {
      const file = openFile(path);
      return {
        ...file,
        read: (into, position) => {
          appendFileSync(path, '.');
          return file.read(into, position);
        },
      };
    });
    const { backups, path } = await openOffice({ open });
    writeFileSync(path('mission-control/restless.log'), 'x'.repeat(size));
    const backup = await backups.create();
    expect(backup.problems).toMatchObject([{ path: 'mission-control/restless.log', kind: 'changed_while_read' }]);
    expect((await backups.verify(backup.id, true)).errors).toEqual([]);
  });

  it('is padded when it shrank for good', async () => {
    const open = opening('shrinking.log', (path) => {
      const file = openFile(path);
      return {
        ...file,
        read: (into, position) =>
          into.length > 16 ? Math.max(0, file.read(into, position) - 100) : file.read(into, position),
      };
    });
    const { backups, path } = await openOffice({ open });
    writeFileSync(path('mission-control/shrinking.log'), 'x'.repeat(6_000_000));
    const backup = await backups.create();
    expect(backup.problems).toMatchObject([{ kind: 'changed_while_read' }]);
    expect((await backups.verify(backup.id, true)).errors).toEqual([]);
  });
});

describe('a full disk', () => {
  it('is told before a byte is written', async () => {
    const office = await openOffice();
    const runner = inlineRunner((onUpdate) => ({ ...inlineTools(onUpdate), free: () => 1000 }));
    const { backups } = await openOffice({ root: office.root, runner });
    const stored = names(office.store);
    await expect(backups.create()).rejects.toMatchObject({ code: 'disk.full' });
    expect(
      names(office.store).filter((name) => !name.startsWith('.backup_records') && name !== 'backup_metadata.json'),
    ).toEqual(stored.filter((name) => name !== 'backup_metadata.json'));
    expect((await backups.records()).stages.create.last_failure?.message).toContain('but only');
  });

  it('in the middle of creating leaves no half archive', async ({ skip }) => {
    const office = await openOffice();
    rmSync(office.store, { recursive: true });
    writeFileSync(office.path('mission-control/noise.bin'), randomBytes(1_500_000));
    if (!mountSmall(office.store, 'size=1m')) skip('only root can mount a small disk');
    const { backups } = await openOffice({ root: office.root });
    await expect(backups.create()).rejects.toMatchObject({ code: expect.stringMatching(/disk.full/) });
    expect(names(office.store).filter((name) => /tar\.gz|mc-tmp/.test(name))).toEqual([]);
  });

  it('in the middle of taking over what has not changed leaves the archive that is there', async () => {
    const office = await openOffice();
    writeFileSync(office.path('mission-control/noise.bin'), randomBytes(1_500_000));
    rmSync(office.store, { recursive: true });
    const mounted = mountSmall(office.store, 'size=2m');
    const runner = inlineRunner((onUpdate) => {
      const tools = { ...realTools(onUpdate), free: () => 1e12 };
      if (!mounted) tools.pool.copy = () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }));
      return tools;
    });
    const { backups, clock } = await openOffice({ root: office.root, runner });
    // Files just written would be packed again instead of being taken over.
    await delay(120);
    const first = await backups.create();
    clock.at += 1000;
    await expect(backups.create()).rejects.toMatchObject({ code: 'disk.full' });
    expect(names(office.store).filter((name) => /tar\.gz|mc-tmp/.test(name))).toEqual([basename(first.path)]);
    expect((await backups.verify(first.id, true)).errors).toEqual([]);
  });

  it('to the last byte is healed by what the retention does not want', async ({ skip }) => {
    const office = await openOffice();
    rmSync(office.store, { recursive: true });
    skip(!mountSmall(office.store, 'size=4m'), 'mounting is not allowed here');
    const now = office.clock.at;
    office.clock.at = now - 30 * 86_400_000;
    const made: string[] = [];
    for (let day = 0; day < 5; day += 1) {
      writeFileSync(office.path('mission-control/noise.bin'), randomBytes(600_000));
      made.push((await office.backups.create()).id);
      office.clock.at += 86_400_000;
    }
    writeFileSync(office.path('mission-control/noise.bin'), randomBytes(600_000));
    office.clock.at = now;
    expect(() => writeFileSync(join(office.store, 'ballast'), randomBytes(4_000_000))).toThrow('ENOSPC');
    await expect(office.backups.create()).rejects.toThrow('ENOSPC');
    const healed = await createWithRoom(
      office.backups,
      () => ({ asOf: now }),
      () => {},
    );
    expect(healed).toMatchObject({ partial: false, problems: [] });
    const left = (await office.backups.list()).map((backup) => backup.id);
    expect(left).toEqual([...made.slice(2), healed.id]);
  });

  it('in the middle of restoring leaves everything as it was', async () => {
    const office = await openOffice();
    const backup = await office.backups.create();
    const to = join(scratch(), 'small');
    const mounted = mountSmall(to, 'size=2m,nr_inodes=20');
    writeFileSync(join(to, 'PENDING_TASKS.md'), 'before');
    const before = picture(to);
    const runner = inlineRunner((onUpdate) => ({ ...inlineTools(onUpdate), ...(mounted ? {} : { free: () => 0 }) }));
    const { backups } = await openOffice({ root: office.root, runner });
    await expect(backups.restore(backup.id, { to })).rejects.toMatchObject({ code: 'disk.full' });
    expect(picture(to)).toEqual(before);
    expect(await backups.recover()).toBeNull();
  });
});

describe('the lock', () => {
  it('names who holds it, and nothing is done', async () => {
    const { backups, store } = await openOffice();
    const lock = await acquireLock(join(store, '.backup.lock'), 'backup restore');
    const failed = { code: 'busy', message: expect.stringContaining(`process ${process.pid}`) as string };
    await expect(backups.create()).rejects.toMatchObject(failed);
    await expect(backups.restore('20260217_035729')).rejects.toMatchObject(failed);
    await expect(backups.prune()).rejects.toMatchObject(failed);
    await expect(backups.snapshot()).rejects.toMatchObject(failed);
    await lock.release();
    expect((await backups.records()).stages.create.last_failure).toBeNull();
  });
});

describe('what a killed run left half written', () => {
  const dead = ['.archive.0.mc-tmp', '.database.0.mc-tmp', '.import.1.mc-tmp', '..restore_journal.json.0.mc-tmp'];
  // These are written without the lock: somebody may be at it.
  const shared = ['..backup_metadata.json.0.mc-tmp', '..backup.lock.0.mc-tmp'];

  it('goes with the next run, and a minute later what a living process could be writing', async () => {
    const { backups, store, clock } = await openOffice();
    const left = () => names(store).filter((name) => name.endsWith('.mc-tmp'));
    await backups.create();
    for (const name of [...dead, ...shared]) writeFileSync(join(store, name), 'half');
    clock.at = Date.now();
    await backups.create();
    expect(left().toSorted()).toEqual(shared.toSorted());
    clock.at += 61_000;
    await backups.create();
    expect(left()).toEqual([]);
  });
});

describe('the catalogue', () => {
  it.each([
    ['missing', (file: string) => rmSync(file)],
    ['corrupt', (file: string) => writeFileSync(file, '{"backups":[{"id"')],
    ['stale', (file: string) => writeFileSync(file, '{"last_updated":"x","backups":[]}')],
    ['nonsense', (file: string) => writeFileSync(file, '[1,null,{"backups":3}]')],
  ])('is found again from the archives when its file is %s', async (_, damage) => {
    const { backups, store } = await openOffice();
    await backups.create({ label: 'kept' });
    await backups.create({ agent: 'api' });
    const before = (await backups.list()).filter((backup) => backup.origin === 'own');
    damage(join(store, 'backup_metadata.json'));
    const after = await backups.list();
    expect(after.filter((backup) => backup.origin === 'own')).toEqual(before);
    expect(after).toHaveLength(6);
    const written = JSON.parse(readFileSync(join(store, 'backup_metadata.json'), 'utf8')) as {
      backups: Record<string, unknown>[];
    };
    for (const entry of written.backups) {
      expect(Object.keys(entry)).toEqual([
        'id',
        'timestamp',
        'path',
        'size_bytes',
        'size_human',
        'file_count',
        'checksum',
        'backup_type',
        'compressed',
      ]);
    }
  });

  it('passes over what is no backup', async () => {
    const { backups, store } = await openOffice();
    writeFileSync(join(store, 'backup_99999999_999999.tar.gz'), 'x');
    writeFileSync(join(store, 'notes.txt'), 'x');
    mkdirSync(join(store, 'backup_20250101_000000.tar.gz'));
    expect(await backups.list()).toHaveLength(4);
  });
});

describe('an unreadable journal', () => {
  it('keeps another restore from beginning and nobody from backing up, until a person gives up on it', async () => {
    const { backups, store, path } = await openOffice();
    writeFileSync(join(store, '.restore_journal.json'), '{"version":9}');
    const { id } = await backups.create();
    await backups.snapshot();
    await backups.prune();
    writeFileSync(path('PENDING_TASKS.md'), 'newer');
    for (const work of [() => backups.restore(id), () => backups.recover()]) {
      await expect(work()).rejects.toMatchObject({
        code: 'state.unreadable',
        hint: expect.stringContaining('mc backup recover --give-up') as string,
      });
    }
    const given = await backups.recover({ giveUp: true });
    expect(given).toMatchObject({ outcome: 'given up', kept: [] });
    expect(readFileSync(given?.journal ?? '', 'utf8')).toBe('{"version":9}');
    expect((await backups.restore(id)).changed).toEqual(['PENDING_TASKS.md']);
  });

  it.each([
    ['another directory', { root: '/' }],
    [
      'a path that leaves it',
      { steps: [{ do: 'displace', path: '../../etc/passwd', aside: '.x.mc-tmp', safe: null }] },
    ],
    ['a name aside that leaves it', { steps: [{ do: 'displace', path: 'x', aside: '/tmp/x', safe: null }] }],
    ['another place to keep files in', { kept: '/etc' }],
  ])('is one that is about %s: an agent may have written it', async (_, changes) => {
    const { backups, store, root } = await openOffice();
    const journal = { version: 1, state: 'swapping', id: 'x', root, links: {}, kept: null, steps: [], attributes: [] };
    writeFileSync(join(store, '.restore_journal.json'), JSON.stringify({ ...journal, ...changes }));
    await expect(backups.recover()).rejects.toMatchObject({ code: 'state.unreadable' });
  });
});

import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { threadRunner } from '../../../src/backup/jobs/runner.js';
import { scratch } from '../../support/scratch.js';
import { mountSmall, openOffice, type Office } from './office.js';

const HOME = 'mission-control/agents/api';

/** Makes a backup that must be whole, verified and drilled, and restores it elsewhere. */
async function backUp({ backups }: Office) {
  // What was just written is packed again by the next backup: a write in the same tick would go unseen.
  await delay(120);
  const made = await backups.create();
  expect((await backups.verify(made.id, true)).errors).toEqual([]);
  expect((await backups.drill(made.id)).errors).toEqual([]);
  const to = scratch();
  await backups.restore(made.id, { to, withDatabase: true });
  return { made, to };
}

describe('a workspace whose directories are links', () => {
  it.each(['mission-control', 'mission-control/agents'])('has %s in its backups under its plain name', async (path) => {
    const plain = await openOffice();
    const disk = join(scratch(), 'disk');
    renameSync(plain.path(path), disk);
    symlinkSync(disk, plain.path(path));
    const office = await openOffice({ root: plain.root });
    const { made, to } = await backUp(office);
    expect(made).toMatchObject({ partial: false, problems: [] });
    expect(lstatSync(join(to, path)).isDirectory()).toBe(true);
    expect(readFileSync(join(to, HOME, 'state.json'))).toEqual(readFileSync(office.path(`${HOME}/state.json`)));
    const one = await office.backups.create({ agent: 'api' });
    expect(one.file_count).toBeGreaterThan(0);
    expect((await office.backups.create({ onlyIfChanged: true })).id).toBe(made.id);
  });

  it('has an agent that leads out told, and is partial', async () => {
    const office = await openOffice();
    const disk = join(scratch(), 'disk');
    renameSync(office.path(HOME), disk);
    symlinkSync(disk, office.path(HOME));
    const leadsOut = { path: HOME, kind: 'unreadable', reason: 'symbolic link that leads out of the workspace' };
    expect(await office.backups.create()).toMatchObject({ partial: true, problems: [leadsOut] });
    office.clock.at += 1000;
    expect(await office.backups.create({ agent: 'api' })).toMatchObject({ partial: true, file_count: 0 });
  });

  it('has a directory of its own that was exchanged for a link while the server ran told', async () => {
    const office = await openOffice();
    const disk = join(scratch(), 'disk');
    renameSync(office.path('mission-control/agents'), disk);
    symlinkSync(disk, office.path('mission-control/agents'));
    const { partial, problems } = await office.backups.create();
    expect(partial).toBe(true);
    expect(problems).toMatchObject([{ path: 'mission-control/agents', kind: 'unreadable' }]);
  });

  it('has a file that it reads and that leads out told, and links of agents as they are', async () => {
    const office = await openOffice();
    symlinkSync('/etc/hostname', office.path(`${HOME}/HEARTBEAT.md`));
    symlinkSync('/etc/hostname', office.path(`${HOME}/mine`));
    mkdirSync(office.path(`${HOME}/memory`), { recursive: true });
    symlinkSync('nowhere', office.path(`${HOME}/memory/gone.md`));
    symlinkSync('../other', office.path(`${HOME}/line\nbreak`));
    const { made, to } = await backUp(office);
    expect(made.problems).toMatchObject([{ path: `${HOME}/HEARTBEAT.md`, kind: 'unreadable' }]);
    expect(readlinkSync(join(to, HOME, 'mine'))).toBe('/etc/hostname');
    expect(readlinkSync(join(to, HOME, 'line\nbreak'))).toBe('../other');
  });
});

describe('a file that an agent makes', () => {
  it.each(['', HOME, `${HOME}/deep`])('a pipe for an ignore file in "%s" holds nothing up', async (directory) => {
    const office = await openOffice({ runner: threadRunner() });
    mkdirSync(office.path(directory), { recursive: true });
    execFileSync('mkfifo', [office.path(join(directory, '.mcignore'))]);
    await delay(120);
    const made = await office.backups.create();
    expect(made.partial).toBe(false);
    expect(made.problems).toContainEqual({
      path: join(directory, '.mcignore'),
      kind: 'noted',
      reason: 'is a FIFO, so it leaves nothing out',
    });
    expect((await office.backups.create({ onlyIfChanged: true })).id).toBe(made.id);
  });

  it('an ignore file without end, or with patterns without end, leaves nothing out', async () => {
    const office = await openOffice();
    writeFileSync(office.path(`${HOME}/.mcignore`), '');
    truncateSync(office.path(`${HOME}/.mcignore`), 2 ** 33);
    mkdirSync(office.path('mission-control/agents/many'));
    writeFileSync(office.path('mission-control/agents/many/.mcignore'), 'x\n'.repeat(5000));
    mkdirSync(office.path('mission-control/agents/slow'));
    writeFileSync(office.path('mission-control/agents/slow/.mcignore'), `${'*a'.repeat(60)}b\n`);
    writeFileSync(office.path(`mission-control/agents/slow/${'a'.repeat(250)}`), '');
    const made = await office.backups.create({ exclude: ['/mission-control/agents/api/.mcignore'] });
    expect(made.partial).toBe(false);
    expect(made.problems.map(({ path }) => path).toSorted()).toEqual([
      `${HOME}/.mcignore`,
      'mission-control/agents/many/.mcignore',
    ]);
  });

  it('an ignore file without end is named and not packed, and all else is', async () => {
    const office = await openOffice({ runner: threadRunner() });
    for (const directory of ['', HOME]) {
      writeFileSync(office.path(join(directory, '.mcignore')), '');
      truncateSync(office.path(join(directory, '.mcignore')), 5 * 2 ** 30);
    }
    const { made, to } = await backUp(office);
    expect(made.partial).toBe(true);
    const lost = made.problems.filter(({ kind }) => kind === 'unreadable');
    expect(lost.map(({ path, reason }) => `${path}: ${reason}`).toSorted()).toEqual(
      ['.mcignore', `${HOME}/.mcignore`].map(
        (path) => `${path}: larger than 256 kB, which no ignore file is: not in the backup`,
      ),
    );
    expect(existsSync(join(to, HOME, 'state.json'))).toBe(true);
    expect(existsSync(join(to, HOME, '.mcignore'))).toBe(false);
  });

  it('an ignore file that is a link out of the workspace is not read', async () => {
    const office = await openOffice();
    const secret = join(scratch(), 'secret');
    writeFileSync(secret, 'state.json\n');
    symlinkSync(secret, office.path(`${HOME}/.mcignore`));
    const { made, to } = await backUp(office);
    expect(made.problems).toMatchObject([{ path: `${HOME}/.mcignore`, kind: 'noted' }]);
    expect(existsSync(join(to, HOME, 'state.json'))).toBe(true);
  });

  it('pipes beside databases and for the catalogue hold nothing up', async () => {
    const office = await openOffice({ runner: threadRunner() });
    const base = office.path(`${HOME}/q`);
    const database = new Database(base);
    database.exec('create table t(x)');
    database.close();
    writeFileSync(`${base}-wal`, 'x');
    for (const name of ['q-journal', 'r-wal']) execFileSync('mkfifo', [office.path(`${HOME}/${name}`)]);
    execFileSync('mkfifo', [office.path(`${HOME}/r`)]);
    for (const name of ['backup_metadata.json', '.backup_records.json', '.backup.lock']) {
      execFileSync('rm', ['-f', join(office.store, name)]);
      execFileSync('mkfifo', [join(office.store, name)]);
    }
    const { made } = await backUp(office);
    expect(made.partial).toBe(false);
    expect(made.problems).toContainEqual({
      path: `${HOME}/q`,
      kind: 'database',
      reason: 'copied as raw bytes: q-journal is a FIFO',
    });
  });

  it('odd names come back', async () => {
    const office = await openOffice();
    const long = `${'ü'.repeat(100)}\n`;
    const names = [
      'c:\\x.md',
      'a\nb.md',
      'é\nb.md',
      `${long}.md`,
      '\uFFFD.md',
      'tab\t.md',
      '-rf.md',
      ' .md',
      'q"uote.md',
    ];
    for (const directory of ['memory', HOME]) {
      mkdirSync(office.path(directory), { recursive: true });
      for (const name of names) writeFileSync(office.path(join(directory, name)), name);
      symlinkSync(`${long}${long}`, office.path(join(directory, 'long\nlink')));
    }
    writeFileSync(office.path('c:\\x.md'), 'top');
    const { made, to } = await backUp(office);
    expect(made).toMatchObject({ partial: false, problems: [] });
    for (const directory of ['memory', HOME]) {
      for (const name of names) expect(readFileSync(join(to, directory, name), 'utf8')).toBe(name);
      expect(readlinkSync(join(to, directory, 'long\nlink'))).toBe(`${long}${long}`);
    }
    const plain = scratch();
    execFileSync('tar', ['xzf', made.path, '-C', plain]);
    expect(readFileSync(join(plain, HOME, `${long}.md`), 'utf8')).toBe(`${long}.md`);
  });

  it('what cannot be kept is told and stops no other: names and targets that are not UTF-8', async () => {
    const office = await openOffice();
    const bytes = (name: string) => Buffer.concat([Buffer.from(`${office.path(HOME)}/`), Buffer.from(name, 'latin1')]);
    writeFileSync(bytes('caf\xe9.md'), 'x');
    symlinkSync(Buffer.from('caf\xe9.txt', 'latin1'), office.path(`${HOME}/l`));
    const { made, to } = await backUp(office);
    expect(made.partial).toBe(true);
    expect(made.problems.map(({ reason }) => reason).toSorted()).toEqual([
      'its name is not UTF-8',
      'the target of the symbolic link is not UTF-8',
    ]);
    expect(existsSync(join(to, HOME, 'state.json'))).toBe(true);
  });

  it('times before 1970 and far ahead come back, and do not make every backup a new one', async () => {
    const office = await openOffice();
    const [old, ahead] = [office.path(`${HOME}/old.md`), office.path(`${HOME}/ahead.md`)];
    writeFileSync(old, 'old');
    writeFileSync(ahead, 'ahead');
    utimesSync(old, '-315619200.5', '-315619200.5');
    utimesSync(ahead, 4_102_444_800, 4_102_444_800);
    const { made, to } = await backUp(office);
    expect(statSync(join(to, HOME, 'old.md')).mtimeMs).toBeCloseTo(-315_619_200_500, 1);
    expect(statSync(join(to, HOME, 'ahead.md')).mtimeMs).toBe(4_102_444_800_000);
    expect((await office.backups.create({ onlyIfChanged: true })).id).toBe(made.id);
  });

  it('a time that no date can hold is kept as the last one that can, and told', async () => {
    const office = await openOffice();
    const disk = office.path(`${HOME}/disk`);
    if (!mountSmall(disk, 'size=1m')) return;
    writeFileSync(join(disk, 'x.md'), 'x');
    execFileSync('touch', ['-d', '@9000000000000', join(disk, 'x.md')]);
    const made = await office.backups.create();
    expect(made.problems).toMatchObject([{ path: `${HOME}/disk/x.md`, kind: 'noted' }]);
    expect((await office.backups.verify(made.id, true)).errors).toEqual([]);
  });

  it('a directory or a link with the name of a log is no log', async () => {
    const office = await openOffice();
    new Database(office.path(`${HOME}/q.db`)).exec('create table t(x)').close();
    mkdirSync(office.path(`${HOME}/q.db-wal`));
    writeFileSync(office.path(`${HOME}/q.db-wal/note.md`), 'data');
    const { to } = await backUp(office);
    expect(readFileSync(join(to, HOME, 'q.db-wal/note.md'), 'utf8')).toBe('data');
  });
});

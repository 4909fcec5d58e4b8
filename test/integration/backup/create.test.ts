import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../../src/backup/archive/manifest.js';
import { readManifest } from '../../../src/backup/archive/reader.js';
import { threadRunner } from '../../../src/backup/jobs/runner.js';
import { scratch } from '../../support/scratch.js';
import { names, openOffice } from './office.js';

const manifestAt = (path: string): Manifest => {
  const manifest = readManifest(path);
  if (!manifest) throw new Error('no manifest');
  return manifest;
};
const pathsOf = (path: string) => manifestAt(path).files.map((file) => file.path);

describe('a full backup', () => {
  it('holds mission-control and the top files, and nothing that should stay out', async () => {
    const { backups, path } = await openOffice();
    writeFileSync(path('AGENTS.md'), '# Agents\n');
    mkdirSync(path('memory/empty'), { recursive: true });
    writeFileSync(path('memory/today.md'), 'note\n');
    writeFileSync(path('holiday.jpg'), 'not ours');
    mkdirSync(path('mission-control/backend/pids'));
    writeFileSync(path('mission-control/backend/pids/server.lock'), '{}');
    mkdirSync(path('mission-control/agents/api/node_modules/x'), { recursive: true });
    writeFileSync(path('mission-control/agents/api/.env.local'), 'KEY=1');
    writeFileSync(path('mission-control/agents/api/.state.json.mc-tmp'), 'half');
    const backup = await backups.create({ label: 'first' });
    const paths = pathsOf(backup.path);
    for (const held of [
      'PENDING_TASKS.md',
      'AGENTS.md',
      'memory/today.md',
      'memory/empty',
      'mission-control/TASK_QUEUE.md',
    ]) {
      expect(paths).toContain(held);
    }
    for (const part of ['backups', 'pids', 'node_modules', '.env', 'mc-tmp', 'holiday', 'manifest.json']) {
      expect(paths.filter((held) => held.includes(part))).toEqual([]);
    }
    expect(backup).toMatchObject({
      backup_type: 'full',
      label: 'first',
      agent: null,
      origin: 'own',
      partial: false,
      compressed: true,
    });
    expect(backup.id).toMatch(/^\d{8}_\d{6}_\d{3}$/);
    expect(backup.verified_at).not.toBeNull();
    expect(backup.file_count).toBe(manifestAt(backup.path).files.filter((file) => file.type === 'file').length);
  });

  it('takes secrets when told to, and honours patterns and .mcignore files', async () => {
    const { backups, path } = await openOffice();
    writeFileSync(path('mission-control/agents/api/.env'), 'KEY=1');
    writeFileSync(path('mission-control/.mcignore'), '# caches\n*.html\n!hq.html\n/agents/guest/\n');
    const backup = await backups.create({
      includeSecrets: true,
      exclude: ['scribe', 'mission-control/agents/*/SOUL.md'],
    });
    const paths = pathsOf(backup.path);
    expect(paths).toContain('mission-control/agents/api/.env');
    expect(paths).toContain('mission-control/dashboard/hq.html');
    expect(paths).toContain('mission-control/.mcignore');
    expect(paths.filter((held) => /index\.html|guest|scribe|SOUL/.test(held))).toEqual([]);
  });

  it('opens with GNU tar and with Python, link, long name and umlaut included', async () => {
    const { backups, path } = await openOffice();
    const long = `${'deep/'.repeat(30)}${'x'.repeat(120)}.md`;
    mkdirSync(path(`mission-control/${'deep/'.repeat(30)}`), { recursive: true });
    writeFileSync(path(`mission-control/${long}`), 'long');
    writeFileSync(path('mission-control/Übersicht – 概要.md'), 'umlaut');
    symlinkSync('../TASK_QUEUE.md', path('mission-control/agents/queue'));
    mkdirSync(path('mission-control/hollow'));
    chmodSync(path('mission-control/TASK_QUEUE.md'), 0o640);
    utimesSync(path('mission-control/TASK_QUEUE.md'), 1_700_000_000, 1_700_000_000);
    const backup = await backups.create();
    const into = scratch();
    execFileSync('tar', ['xzf', backup.path, '-C', into]);
    execFileSync('diff', [
      '-r',
      '--no-dereference',
      '--exclude=backups',
      '--exclude=metrics.db',
      path('mission-control'),
      join(into, 'mission-control'),
    ]);
    const listed = execFileSync('tar', ['tvzf', backup.path], { encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } });
    expect(listed).toContain('-rw-r----- ');
    expect(listed).toContain('2023-11-14 22:13 mission-control/TASK_QUEUE.md');
    expect(listed).toContain('mission-control/agents/queue -> ../TASK_QUEUE.md');
    const python =
      'import sys,tarfile\nt=tarfile.open(sys.argv[1])\nprint(len([t.extractfile(m).read() for m in t if m.isfile()]))';
    expect(Number(execFileSync('python3', ['-c', python, backup.path]))).toBe(backup.file_count + 1);
    execFileSync('gzip', ['-t', backup.path]);
  });

  it('copies a database through the backup API while somebody writes it', async () => {
    const { backups, path } = await openOffice();
    const file = path('mission-control/agents/api/memory.sqlite');
    const database = new Database(file);
    database.pragma('journal_mode = WAL');
    database.exec('create table notes(text)');
    const insert = database.prepare('insert into notes values (?)');
    for (let row = 0; row < 500; row += 1) insert.run(`note ${row}`);
    expect(existsSync(`${file}-wal`)).toBe(true);
    const backup = await backups.create();
    database.close();
    const held = manifestAt(backup.path).files.filter((entry) => entry.path.includes('memory.sqlite'));
    expect(held).toMatchObject([{ path: 'mission-control/agents/api/memory.sqlite', database: true }]);
    const into = scratch();
    execFileSync('tar', ['xzf', backup.path, '-C', into]);
    const copy = new Database(join(into, 'mission-control/agents/api/memory.sqlite'));
    expect(copy.prepare('select count(*) as n from notes').get()).toEqual({ n: 500 });
    expect(copy.pragma('integrity_check', { simple: true })).toBe('ok');
    copy.close();
  });

  it('keeps the bytes of a damaged database, and says so', async () => {
    const { backups, path } = await openOffice();
    writeFileSync(path('mission-control/broken.db'), `SQLite format 3\0${'garbage'.repeat(1000)}`);
    const backup = await backups.create();
    expect(backup.partial).toBe(false);
    expect(backup.problems).toEqual([
      {
        path: 'mission-control/broken.db',
        kind: 'database',
        reason: 'copied as raw bytes: file is not a database',
      },
    ]);
    expect(await backups.drill()).toMatchObject({ ok: true });
  });

  it('streams large and sparse files in parts, in threads', async () => {
    const { backups, path } = await openOffice({ runner: threadRunner() });
    const big = path('mission-control/big.log');
    writeFileSync(big, Buffer.from('line of a log\n'.repeat(700_000)));
    writeFileSync(path('mission-control/sparse.img'), '');
    truncateSync(path('mission-control/sparse.img'), 16 * 1024 * 1024);
    const backup = await backups.create();
    const into = scratch();
    execFileSync('tar', ['xzf', backup.path, '-C', into]);
    expect(readFileSync(join(into, 'mission-control/big.log')).equals(readFileSync(big))).toBe(true);
    execFileSync('cmp', [path('mission-control/sparse.img'), join(into, 'mission-control/sparse.img')]);
    expect((await backups.verify(backup.id, true)).errors).toEqual([]);
  });

  it('is not held up by a file that is nearly all hole, asks no room for it, and says what it leaves out', async () => {
    const { backups, path } = await openOffice();
    const hole = 'mission-control/agents/hole.img';
    writeFileSync(path(hole), 'begins with something');
    truncateSync(path(hole), 100 * 1024 ** 3);
    const preview = await backups.preview();
    const backup = await backups.create();
    for (const { partial, problems } of [preview, backup]) {
      expect(partial).toBe(true);
      expect(problems).toEqual([
        { path: hole, kind: 'unreadable', reason: expect.stringMatching(/^nearly all hole: 107/) },
      ]);
    }
    expect((await backups.verify(backup.id, true)).errors).toEqual([]);
  });

  it('copies unchanged members, packs changed ones anew, and never passes rot on', async () => {
    const { backups, path, clock } = await openOffice();
    for (let agent = 0; agent < 40; agent += 1) {
      mkdirSync(path(`mission-control/agents/worker-${agent}`));
      writeFileSync(path(`mission-control/agents/worker-${agent}/log.md`), `${agent} `.repeat(40_000));
    }
    // Files just written are packed again to be safe: a write in the same tick would go unseen.
    await delay(120);
    const first = await backups.create();
    writeFileSync(path('mission-control/agents/worker-7/log.md'), 'changed');
    clock.at += 1000;
    const second = await backups.create();
    const hashes = new Set(manifestAt(first.path).members.map((member) => member.sha256));
    const reused = manifestAt(second.path).members.filter((member) => hashes.has(member.sha256));
    expect(reused.length).toBeGreaterThan(2);
    expect((await backups.verify(second.id, true)).errors).toEqual([]);
    rot(
      second.path,
      manifestAt(second.path).members.find((member) => member.sha256 === reused[1]?.sha256)?.offset ?? 0,
    );
    clock.at += 1000;
    const third = await backups.create();
    expect(await backups.verify(third.id, true)).toMatchObject({ ok: true });
    expect(pathsOf(third.path).toSorted()).toEqual(pathsOf(second.path).toSorted());
    expect((await backups.verify(second.id)).ok).toBe(false);
  });

  it('makes none on schedule while only the metrics database changes', async () => {
    const { backups, path, clock, store } = await openOffice();
    await delay(120);
    const first = await backups.create({ onlyIfChanged: true });
    clock.at += 3_600_000;
    const database = new Database(path('mission-control/backend/data/metrics.db'));
    database.exec('create table more(x)');
    database.close();
    const again = await backups.create({ onlyIfChanged: true });
    expect(again.id).toBe(first.id);
    expect(again.holds_at).toBe(new Date(clock.at).toISOString());
    expect((await backups.get(first.id)).holds_at).toBe(again.holds_at);
    expect((await backups.create()).id).not.toBe(first.id);
    writeFileSync(path('PENDING_TASKS.md'), '- [ ] another\n');
    clock.at += 3_600_000;
    const changed = await backups.create({ onlyIfChanged: true });
    expect(changed.id).not.toBe(first.id);
    expect(names(store).filter((name) => name.endsWith('mc-tmp'))).toEqual([]);
  });

  it('gives every backup an id of its own, also when the clock is set back', async () => {
    const { backups, clock } = await openOffice();
    const ids = [(await backups.create()).id, (await backups.create()).id];
    clock.at -= 86_400_000;
    ids.push((await backups.create()).id, (await backups.create({ agent: 'api' })).id);
    expect(new Set(ids).size).toBe(4);
    expect((await backups.list()).filter((backup) => backup.origin === 'own')).toHaveLength(4);
  });
});

describe('an agent’s backup', () => {
  it('holds the agent’s directory only', async () => {
    const { backups } = await openOffice();
    const backup = await backups.create({ agent: 'builder' });
    expect(backup).toMatchObject({ backup_type: 'agent_state', agent: 'builder' });
    expect(backup.id).toMatch(/^builder_\d{8}_\d{6}_\d{3}$/);
    expect(pathsOf(backup.path).every((path) => path.startsWith('mission-control/agents/builder'))).toBe(true);
  });

  it.each(['nobody', '../..', '', 'README.md'])('is refused for %j', async (agent) => {
    const { backups } = await openOffice();
    await expect(backups.create({ agent })).rejects.toMatchObject({ code: 'agent.not_found' });
  });
});

describe('a snapshot', () => {
  it('is partial when a state cannot be read, also for a catalogue that is made anew', async () => {
    const { backups, path, store } = await openOffice();
    // Of the fixture's agents one left its state half written.
    const made = await backups.snapshot();
    expect(made).toMatchObject({
      partial: true,
      problems: [{ path: 'mission-control/agents/scribe/state.json', kind: 'unreadable' }],
    });
    writeFileSync(path('mission-control/agents/scribe/state.json'), '{"status": "idle"}');
    expect(await backups.snapshot()).toMatchObject({ partial: false, problems: [] });
    writeFileSync(join(store, 'backup_metadata.json'), '');
    expect((await backups.get(made.id)).partial).toBe(true);
    expect((await backups.verify(made.id)).ok).toBe(true);
  });
});

function rot(path: string, offset: number): void {
  const bytes = readFileSync(path);
  bytes[offset + 30] = (bytes[offset + 30] ?? 0) ^ 0xff;
  writeFileSync(path, bytes);
}

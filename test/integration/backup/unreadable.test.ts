import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { inlineTools } from '../../../src/backup/jobs/jobs.js';
import { inlineRunner, type TaskRunner } from '../../../src/backup/jobs/runner.js';
import { scratch } from '../../support/scratch.js';
import { unprivileged } from '../../support/unprivileged.js';
import { names, openOffice } from './office.js';

const PROGRAM = resolve('bin/run.js');

const BAD = 'backup_20250101_000000.tar.gz';
const failure = (path: string) =>
  Object.assign(new Error(`EACCES: permission denied, open '${path}'`), { code: 'EACCES', errno: -13 });

/** A runner that may not read one archive, as long as it is told so: root reads whatever its mode says. */
function refusing(bad: () => string | null): TaskRunner {
  const runner = inlineRunner((onUpdate) => {
    const tools = inlineTools(onUpdate);
    const { pool } = tools;
    const copying = { ...pool };
    pool.copy = (source, target, piece) =>
      source === bad() ? Promise.reject(failure(source)) : copying.copy(source, target, piece);
    return tools;
  });
  return {
    ...runner,
    run: (kind, args, onUpdate) => {
      const paths =
        'archives' in args ? args.archives.map(({ path }) => path) : 'archive' in args ? [args.archive] : [];
      const path = paths.find((one) => one === bad());
      return path === undefined ? runner.run(kind, args, onUpdate) : Promise.reject(failure(path));
    },
  };
}

describe('a file that its reader may not read', () => {
  it('is named by the preview and by the backup alike, and all else is taken', ({ skip }) => {
    const user = unprivileged(PROGRAM) ?? skip('root cannot be somebody else here');
    const home = scratch();
    const root = join(home, 'w');
    cpSync('test/fixtures/office', root, { recursive: true });
    user.give(home);
    const path = 'mission-control/agents/api/state.json';
    chmodSync(join(root, path), 0);
    const create = (...flags: string[]) => {
      const words = [...user.prefix, process.execPath, PROGRAM, 'backup', 'create', '--json', '-w', root, ...flags];
      const [command = '', ...rest] = words;
      const { stdout } = spawnSync(command, rest, { encoding: 'utf8', env: { ...process.env, HOME: home } });
      return JSON.parse(stdout) as { partial: boolean; problems: object[]; files?: number; file_count?: number };
    };
    const problems = [{ path, kind: 'unreadable', reason: 'EACCES' }];
    const seen = create('--dry-run');
    expect(seen).toMatchObject({ partial: true, problems });
    expect(create()).toMatchObject({
      partial: true,
      problems: [expect.objectContaining({ path, kind: 'unreadable' })],
    });
    chmodSync(join(root, path), 0o644);
    expect(create('--dry-run')).toMatchObject({ partial: false, problems: [], files: (seen.files ?? 0) + 1 });
  });
});

describe('an archive that cannot be read', () => {
  it('is listed as such, stays, and everything else goes on', async () => {
    let bad: string | null = null;
    const { backups, store, clock } = await openOffice({ runner: refusing(() => bad) });
    bad = join(store, BAD);
    writeFileSync(bad, 'whatever it is');
    utimesSync(bad, 1_600_000_000, 1_600_000_000);
    const id = '20250101_000000';
    expect(await backups.get(id)).toMatchObject({
      verified_at: null,
      verify_error: 'cannot be read: EACCES: permission denied',
      size_bytes: 14,
    });
    expect(await backups.list()).toHaveLength(5);
    const made = await backups.create();
    const reports = await backups.verifyAll(true);
    expect(reports.filter((report) => !report.ok)).toMatchObject([{ id, errors: [expect.stringContaining('EACCES')] }]);
    expect(reports).toHaveLength(6);
    await backups.restore(made.id, { dryRun: true });
    const pruned = await backups.prune({ keepWithin: 0, keepLast: 1, foreign: true });
    expect(pruned.decisions.find((decision) => decision.id === id)).toMatchObject({
      keep: true,
      reason: expect.stringContaining('cannot be read') as string,
    });
    expect(names(store)).toContain(BAD);
    // Readable again it is what it is: the next verification tells.
    bad = null;
    clock.at += 1000;
    expect((await backups.verify(id)).ok).toBe(false);
    expect((await backups.prune({ keepWithin: 0, keepLast: 1, foreign: true })).deleted).toContain(id);
  });

  it('keeps its verification’s place for none when it was known to be sound', async () => {
    let bad: string | null = null;
    const { backups, clock } = await openOffice({ runner: refusing(() => bad) });
    const first = await backups.create();
    clock.at += 1000;
    const second = await backups.create();
    bad = second.path;
    expect((await backups.verify(second.id)).ok).toBe(false);
    const { decisions } = await backups.prune({ keepWithin: 0, keepLast: 1, dryRun: true });
    const reasons = Object.fromEntries(decisions.map((decision) => [decision.id, decision.reason]));
    expect(reasons[first.id]).toBe('the newest verified of its kind');
    expect(reasons[second.id]).toContain('cannot be read');
    bad = null;
    expect((await backups.verify(second.id)).ok).toBe(true);
    expect((await backups.get(second.id)).verify_error).toBeNull();
  });

  it('does not keep a new one from being made, though it is the last one', async () => {
    let bad: string | null = null;
    const { backups, clock } = await openOffice({ runner: refusing(() => bad) });
    // Files just written would be packed again instead of being taken over.
    await delay(120);
    const first = await backups.create();
    bad = first.path;
    clock.at += 1000;
    const next = await backups.create();
    expect(next.id).not.toBe(first.id);
    expect((await backups.verify(next.id, true)).ok).toBe(true);
  });

  it('is no backup when it is a directory, a link to nowhere or a pipe', async () => {
    const { backups, store } = await openOffice();
    const before = (await backups.list()).map((backup) => backup.id);
    mkdirSync(join(store, BAD));
    symlinkSync('nowhere', join(store, 'backup_20250102_000000.tar.gz'));
    execFileSync('mkfifo', [
      join(store, 'backup_20250103_000000.tar.gz'),
      join(store, 'snapshot_20250104_000000.json'),
    ]);
    expect((await backups.list()).map((backup) => backup.id)).toEqual(before);
    expect((await backups.verifyAll(true)).every((report) => report.ok)).toBe(true);
    await backups.create();
    await backups.prune({ keepWithin: 0, keepLast: 1, foreign: true });
    expect(names(store)).toContain(BAD);
  });

  it('is passed over when it has gone while others were verified', async () => {
    let gone = '';
    const inner = inlineRunner();
    const runner: TaskRunner = {
      ...inner,
      run: (kind, args, onUpdate) => {
        if (kind === 'inspect') rmSync(gone, { force: true });
        return inner.run(kind, args, onUpdate);
      },
    };
    const { backups, clock } = await openOffice({ runner });
    await backups.create();
    clock.at += 1000;
    const last = await backups.create();
    gone = last.path;
    const reports = await backups.verifyAll();
    expect(reports.map((report) => report.id)).not.toContain(last.id);
    expect(names(join(last.path, '..'))).not.toContain(basename(gone));
  });
});

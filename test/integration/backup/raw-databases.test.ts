import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { scratch } from '../../support/scratch.js';
import { openOffice, type Office } from './office.js';

const PATH = 'mission-control/agents/api/own.db';

async function office(): Promise<Office & { file: string; database: Database.Database }> {
  const made = await openOffice();
  const file = made.path(PATH);
  const database = new Database(file);
  database.exec('create table t(a text, n int check(n >= 0))');
  const insert = database.prepare('insert into t values(?, ?)');
  database.transaction(() => {
    for (let n = 0; n < 2000; n += 1) insert.run('x'.repeat(100), n);
  })();
  return { ...made, file, database };
}

/** Makes, verifies and drills a backup, and restores the database elsewhere. */
async function comesBack({ backups }: Office) {
  const made = await backups.create();
  expect(made.partial).toBe(false);
  expect((await backups.verify(made.id, true)).errors).toEqual([]);
  expect((await backups.drill(made.id)).errors).toEqual([]);
  const to = scratch();
  await backups.restore(made.id, { to });
  return { problems: made.problems, file: join(to, PATH) };
}

describe('a database of which SQLite makes no sound copy', () => {
  it('with a transaction that was never ended comes back with its journal, and SQLite ends it', async () => {
    const { database, file, ...rest } = await office();
    database.pragma('cache_size = 1');
    database.exec('begin');
    database.exec("update t set a = 'half'");
    // What a process that is killed now leaves behind.
    const left = scratch();
    for (const ending of ['', '-journal']) copyFileSync(file + ending, join(left, `db${ending}`));
    database.exec('rollback');
    database.close();
    for (const ending of ['', '-journal']) copyFileSync(join(left, `db${ending}`), file + ending);
    const back = await comesBack(rest);
    expect(back.problems).toMatchObject([
      { path: PATH, kind: 'database', reason: expect.stringContaining('copied as raw bytes: ') as string },
    ]);
    expect(existsSync(`${back.file}-journal`)).toBe(true);
    const restored = new Database(back.file);
    expect(restored.prepare("select count(*) from t where a = 'half'").pluck().get()).toBe(0);
    expect(restored.pragma('integrity_check', { simple: true })).toBe('ok');
    restored.close();
  });

  it('is copied when only its program could check it', async () => {
    const { database, ...rest } = await office();
    database.function('mine', { deterministic: true }, (text) => text);
    database.exec('create index i on t(mine(a))');
    database.close();
    const back = await comesBack(rest);
    expect(back.problems).toEqual([
      { path: PATH, kind: 'database', reason: 'copied, not checked: unknown function: mine()' },
    ]);
  });

  it('is copied when a row breaks one of its checks', async () => {
    const { database, ...rest } = await office();
    database.pragma('ignore_check_constraints = on');
    database.exec("insert into t values('z', -1)");
    database.close();
    const back = await comesBack(rest);
    expect(back.problems).toMatchObject([{ path: PATH, kind: 'database' }]);
    const restored = new Database(back.file);
    expect(restored.prepare('select count(*) from t').pluck().get()).toBe(2001);
    restored.close();
  });

  it('is kept byte for byte when a page is damaged, again and again', async () => {
    const { database, file, backups, ...rest } = await office();
    database.close();
    const bytes = readFileSync(file).fill(0xaa, 4096 * 20, 4096 * 21);
    writeFileSync(file, bytes);
    await delay(120);
    const back = await comesBack({ backups, ...rest });
    expect(readFileSync(back.file)).toEqual(bytes);
    rest.clock.at += 1000;
    const again = await comesBack({ backups, ...rest });
    expect(again.problems).toMatchObject([{ path: PATH, kind: 'database' }]);
    expect(readFileSync(again.file)).toEqual(bytes);
    const { id } = await backups.create({ onlyIfChanged: true });
    expect((await backups.list()).filter(({ id: one }) => one === id)).toHaveLength(1);
  });

  it('is kept byte for byte when it is none', async () => {
    const { database, file, ...rest } = await office();
    database.close();
    writeFileSync(file, 'SQLite format 3\0 is how they begin');
    const back = await comesBack(rest);
    expect(readFileSync(back.file, 'latin1')).toContain('is how they begin');
  });

  it('is kept with its log when somebody holds it for good', async () => {
    const { database, ...rest } = await office();
    database.pragma('locking_mode = exclusive');
    database.exec('begin exclusive');
    const back = await comesBack(rest);
    database.exec('rollback');
    database.close();
    expect(back.problems[0]).toMatchObject({ path: PATH, kind: 'database' });
    const restored = new Database(back.file);
    expect(restored.prepare('select count(*) from t').pluck().get()).toBe(2000);
    restored.close();
  });

  it('does not meet the log of another database when it is restored', async () => {
    const { database, file, backups, ...rest } = await office();
    database.close();
    const note = 'SQLite format 3\0 is how they begin';
    writeFileSync(file, note);
    const { id } = await backups.create();
    rmSync(file);
    const other = new Database(file);
    other.pragma('journal_mode = wal');
    other.exec('create table later(x)');
    rest.clock.at += 1000;
    await backups.restore(id);
    other.close();
    expect(readFileSync(file, 'latin1')).toBe(note);
    expect(existsSync(`${file}-wal`)).toBe(false);
  });
});

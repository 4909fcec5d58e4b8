import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { beforeSwap, type Office, openOffice } from './office.js';

const FILE = 'mission-control/backend/data/metrics.db';

/** A backup, and a database that has gone on since. */
async function laterOffice(journal: 'wal' | 'delete'): Promise<{ office: Office; id: string }> {
  const office = await openOffice();
  const { id } = await office.backups.create();
  const database = new Database(office.path(FILE));
  database.pragma(`journal_mode = ${journal}`);
  database.exec('create table later(x); insert into later values (randomblob(100000))');
  database.close();
  office.clock.at += 1000;
  return { office, id };
}

function tables(file: string): unknown[] {
  const database = new Database(file);
  const names = database.prepare("select name from sqlite_master where name = 'later'").pluck().all();
  database.close();
  return names;
}

describe('a database that is replaced', () => {
  it.each(['wal', 'delete'] as const)('is in the safety backup, and so not kept twice (%s)', async (journal) => {
    const { office, id } = await laterOffice(journal);
    const { backups, path } = office;
    const report = await backups.restore(id, { withDatabase: true });
    expect(report).toMatchObject({ changed: [FILE], kept: [] });
    expect(existsSync(path('mission-control/backups/kept'))).toBe(false);
    expect(readdirSync(path('mission-control/backend/data'))).toEqual(['metrics.db']);
    expect(tables(path(FILE))).toEqual([]);
    office.clock.at += 1000;
    await backups.restore(report.safety_backup ?? '', { withDatabase: true });
    expect(tables(path(FILE))).toEqual(['later']);
  });

  it('is kept whole when somebody writes it between the safety backup and the swap', async () => {
    const { office, id } = await laterOffice('wal');
    const writers: Database.Database[] = [];
    const { backups, path } = await beforeSwap(office, () => {
      const writer = new Database(office.path(FILE));
      writer.exec("insert into later values ('meanwhile')");
      // Still open: what it wrote is only in the log.
      writers.push(writer);
    });
    const report = await backups.restore(id, { withDatabase: true });
    for (const writer of writers) writer.close();
    expect(report.kept.map((kept) => kept.path).toSorted()).toEqual([FILE, `${FILE}-shm`, `${FILE}-wal`]);
    const kept = new Database(report.kept.find((file) => file.path === FILE)?.kept_at ?? '');
    expect(kept.prepare("select count(*) from later where x = 'meanwhile'").pluck().get()).toBe(1);
    kept.close();
    expect(tables(path(FILE))).toEqual([]);
  });

  it('is in the safety backup byte for byte when it is no sound database', async () => {
    const office = await openOffice();
    const { id } = await office.backups.create();
    writeFileSync(office.path(FILE), `SQLite format 3\0${'garbage'.repeat(1000)}`);
    office.clock.at += 1000;
    const report = await office.backups.restore(id, { withDatabase: true });
    expect(report.kept).toEqual([]);
    office.clock.at += 1000;
    await office.backups.restore(report.safety_backup ?? '', { withDatabase: true });
    expect(readFileSync(office.path(FILE)).length).toBe(7016);
  });
});

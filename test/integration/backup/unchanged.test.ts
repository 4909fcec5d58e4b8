import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readManifest } from '../../../src/backup/archive/reader.js';
import type { BackupCreated } from '../../../src/protocol/index.js';
import { scratch } from '../../support/scratch.js';
import { type Office, openOffice } from './office.js';

const NOTES = 'mission-control/agents/api/notes.sqlite';
const ENDINGS = ['', '-wal', '-shm', '-journal'];

/** Files just written are not known by their times: a write in the same tick would go unseen. */
const settle = () => delay(120);

async function scheduled({ backups, clock }: Office): Promise<BackupCreated> {
  await settle();
  clock.at += 3_600_000;
  return backups.create({ onlyIfChanged: true });
}

function openNotes(path: string, mode: 'wal' | 'delete' | 'persist'): Database.Database {
  const database = new Database(path);
  database.pragma(`journal_mode = ${mode}`);
  database.exec("create table if not exists notes(text); insert into notes values ('one')");
  return database;
}

function notesIn(made: BackupCreated): unknown[] {
  const into = scratch();
  execFileSync('tar', ['xzf', made.path, '-C', into]);
  const copy = new Database(join(into, NOTES));
  const rows = copy.prepare('select text from notes').pluck().all();
  copy.close();
  return rows;
}

describe('a database that nobody uses', () => {
  it.each(['delete', 'wal', 'persist'] as const)('does not make a scheduled run a change (%s)', async (mode) => {
    const office = await openOffice();
    openNotes(office.path(NOTES), mode).close();
    writeFileSync(`${office.path(NOTES)}-journal`, '');
    const bytes = readFileSync(office.path(NOTES));
    const first = await scheduled(office);
    expect(first.problems).toEqual([]);
    const second = await scheduled(office);
    expect(second).toMatchObject({ id: first.id, holds_at: new Date(office.clock.at).toISOString() });
    // Nothing of it was touched, and nothing was left beside it.
    expect(readFileSync(office.path(NOTES)).equals(bytes)).toBe(true);
    expect(ENDINGS.filter((ending) => existsSync(office.path(NOTES) + ending)).join()).toBe(',-journal');
  });

  it('is taken over into the next archive as it lies in the last one', async () => {
    const office = await openOffice();
    openNotes(office.path(NOTES), 'delete').close();
    await scheduled(office);
    writeFileSync(office.path('PENDING_TASKS.md'), '- [ ] another\n');
    const second = await scheduled(office);
    const third = await scheduled(office);
    expect(third.id).toBe(second.id);
    expect(notesIn(second)).toEqual(['one']);
    expect(readManifest(second.path)?.files.find((file) => file.path === NOTES)).toMatchObject({ database: true });
    expect((await office.backups.verify(second.id, true)).errors).toEqual([]);
    expect((await office.backups.restore(second.id, { dryRun: true })).changed).not.toContain('PENDING_TASKS.md');
  });

  it('is packed anew as soon as somebody wrote it', async () => {
    const office = await openOffice();
    openNotes(office.path(NOTES), 'delete').close();
    const first = await scheduled(office);
    openNotes(office.path(NOTES), 'delete').close();
    const second = await scheduled(office);
    expect(second.id).not.toBe(first.id);
    expect(notesIn(second)).toEqual(['one', 'one']);
  });

  it('holds across many of them, the copy that an upgrade leaves included', async () => {
    const office = await openOffice();
    mkdirSync(office.path('mission-control/backend/data'), { recursive: true });
    const copy = office.path('mission-control/backend/data/metrics.db.v0-20261123_033945_267.bak');
    for (const path of [copy, office.path('mission-control/a.db'), office.path('mission-control/b.db')]) {
      openNotes(path, 'delete').close();
    }
    const first = await scheduled(office);
    expect((await scheduled(office)).id).toBe(first.id);
  });
});

describe('a database in use', () => {
  it('is never taken for unchanged while its log holds something', async () => {
    const office = await openOffice();
    openNotes(office.path(NOTES), 'wal').close();
    const first = await scheduled(office);
    const before = statSync(office.path(NOTES)).mtimeMs;
    const database = openNotes(office.path(NOTES), 'wal');
    onTestFinished(() => void database.close());
    expect(statSync(office.path(NOTES)).mtimeMs).toBe(before);
    const second = await scheduled(office);
    expect(second.id).not.toBe(first.id);
    expect(notesIn(second)).toEqual(['one', 'one']);
    database.exec("insert into notes values ('three')");
    const third = await scheduled(office);
    expect(third.id).not.toBe(second.id);
    expect(notesIn(third)).toEqual(['one', 'one', 'three']);
  });

  it('is not taken for unchanged after its writer was killed', async () => {
    const office = await openOffice();
    openNotes(office.path(NOTES), 'wal').close();
    const first = await scheduled(office);
    const script = `const D = require('better-sqlite3'); const d = new D(${JSON.stringify(office.path(NOTES))});
      d.exec("insert into notes values ('last words')"); process.kill(process.pid, 'SIGKILL');`;
    await once(spawn(process.execPath, ['-e', script]), 'exit');
    const second = await scheduled(office);
    expect(second.id).not.toBe(first.id);
    expect(notesIn(second)).toEqual(['one', 'last words']);
  });

  it('has no identity in an archive that was made meanwhile', async () => {
    const office = await openOffice();
    const database = openNotes(office.path(NOTES), 'wal');
    const first = await scheduled(office);
    const held = readManifest(first.path)?.files.find((file) => file.path === NOTES);
    expect(held).not.toHaveProperty('identity');
    database.close();
    expect((await scheduled(office)).id).not.toBe(first.id);
  });
});

describe('what no archive takes', () => {
  it('does not make a scheduled run a change: a pipe and a socket', async () => {
    const office = await openOffice();
    execFileSync('mkfifo', [office.path('mission-control/agents/api/pipe')]);
    const server = createServer();
    // The path of a socket is short.
    const socket = join(scratch(), 's');
    await once(server.listen(socket), 'listening');
    execFileSync('mv', [socket, office.path('mission-control/agents/api/socket')]);
    onTestFinished(() => void server.close());
    const first = await scheduled(office);
    expect(first).toMatchObject({ partial: false, problems: [{ kind: 'skipped' }] });
    expect((await scheduled(office)).id).toBe(first.id);
  });
});

import { createHash } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { answer, jsonl, makeOwnHome, NOW, type OwnHome, prompt, put } from './own-home.js';
import { inventory, type Reader, readOpenclaw, sessionOf } from './reading.js';

const FILE = 'agents/main/agent/openclaw-agent.sqlite';
const WHERE = '.openclaw/agents/main/agent/openclaw-agent.sqlite';

function readerOf(home: OwnHome, kept?: Map<string, unknown>): Reader {
  const reader = readOpenclaw(home, kept);
  onTestFinished(() => reader.reader.close());
  return reader;
}

const inputs = (reader: Reader) =>
  reader
    .responses()
    .map(({ input }) => input)
    .sort((one, other) => one - other);

describe('a database that a gateway has open', () => {
  it('is read where it is, row by row as they come, and stays as it is', () => {
    const home = makeOwnHome();
    const database = home.database();
    onTestFinished(() => {
      database.close();
    });
    put(database, 's1', [prompt(), answer(10)]);
    const reader = readerOf(home);
    const names = readdirSync(join(home.state, 'agents/main/agent')).sort();
    reader.look();
    put(database, 's1', [answer(20)], 2);
    const next = reader.look();
    expect(inputs(reader)).toEqual([10, 20]);
    expect(next.read.lines).toBe(1);
    expect(readdirSync(join(home.state, 'agents/main/agent')).sort()).toEqual(names);
    expect(readdirSync(join(home.root, 'scratch'))).toEqual([]);
    // Whoever writes can do what it did before: nothing is held.
    expect(database.pragma('wal_checkpoint(TRUNCATE)')).toEqual([{ busy: 0, log: 0, checkpointed: 0 }]);
  });

  it('is copied when its -shm is left over and no process has it open', () => {
    const home = makeOwnHome();
    const database = home.database();
    put(database, 's1', [answer(10)]);
    database.close();
    home.write(`${FILE}-shm`, 'left over');
    const before = inventory(home.home);
    const reader = readerOf(home);
    reader.look(NOW, { ...home.processes, holdsLock: () => false });
    expect(inputs(reader)).toEqual([10]);
    expect(inventory(home.home)).toEqual(before);
  });
});

describe('a database that nobody has open', () => {
  it.each(['wal', 'delete'] as const)('is read as a copy that is gone at once (%s)', (journal) => {
    const home = makeOwnHome();
    const database = home.database(journal);
    put(database, 's1', [answer(10)]);
    database.close();
    const before = inventory(home.home);
    const reader = readerOf(home);
    reader.look();
    expect(inputs(reader)).toEqual([10]);
    expect(inventory(home.home)).toEqual(before);
    expect(readdirSync(join(home.root, 'scratch'))).toEqual([]);
    expect(statSync(join(home.root, 'scratch')).mode & 0o077).toBe(0);
  });

  it('is put right in the copy when a change of it was not ended', () => {
    const home = makeOwnHome();
    const database = home.database('delete');
    put(database, 's1', [answer(10)]);
    database.pragma('cache_size = 1');
    database.exec('BEGIN');
    put(
      database,
      's1',
      Array.from({ length: 200 }, () => answer(99, { pad: 'x'.repeat(1000) })),
      1,
    );
    const torn = makeOwnHome();
    // As it is on disk in the middle of the change, with the journal that undoes it.
    for (const part of ['', '-journal']) {
      mkdirSync(join(torn.state, 'agents/main/agent'), { recursive: true });
      writeFileSync(join(torn.state, FILE + part), readFileSync(join(home.state, FILE + part)));
    }
    database.exec('ROLLBACK');
    database.close();
    const before = inventory(torn.home);
    const reader = readerOf(torn);
    reader.look();
    expect(inputs(reader)).toEqual([10]);
    expect(inventory(torn.home)).toEqual(before);
  });

  it('leaves what a killed reader left behind to nobody', () => {
    const home = makeOwnHome();
    mkdirSync(join(home.root, 'scratch', 'openclaw-old'), { recursive: true });
    writeFileSync(join(home.root, 'scratch', 'openclaw-old', 'copy.sqlite'), 'private');
    readerOf(home).look();
    expect(readdirSync(join(home.root, 'scratch'))).toEqual([]);
  });
});

describe('a large database that changes all the time', () => {
  it('is not copied more often than that takes', () => {
    const home = makeOwnHome();
    const database = home.database('delete');
    database.exec('CREATE TABLE other(x); INSERT INTO other VALUES (zeroblob(20000000))');
    onTestFinished(() => {
      database.close();
    });
    put(database, 's1', [answer(10)]);
    const reader = readerOf(home);
    reader.look(NOW);
    put(database, 's1', [answer(20)], 1);
    reader.look(NOW + 900);
    expect(inputs(reader)).toEqual([10]);
    reader.look(NOW + 1100);
    expect(inputs(reader)).toEqual([10, 20]);
  });
});

describe('a database that cannot be read', () => {
  it('leaves the last good reading, with a warning, until it can be', () => {
    const home = makeOwnHome();
    const database = home.database();
    put(database, 's1', [answer(10)]);
    database.close();
    const reader = readerOf(home);
    const good = reader.look();
    renameSync(join(home.state, FILE), join(home.state, 'good'));
    home.write(FILE, 'not a database at all, but something else that is long enough to be looked at'.repeat(20));
    const bad = reader.look(NOW + 1000);
    expect(bad.warnings).toEqual([`${WHERE}: is not a database: what was read of it before stays`]);
    expect(bad.sessions.map(({ id }) => id)).toEqual(good.sessions.map(({ id }) => id));
    expect(reader.look(NOW + 2000).warnings).toEqual(bad.warnings);
    renameSync(join(home.state, 'good'), join(home.state, FILE));
    expect(reader.look(NOW + 3000).warnings).toEqual([]);
    expect(inputs(reader)).toEqual([10]);
  });

  it.each([
    ['a link', (path: string) => symlinkSync('/etc/passwd', path), 'is not a regular file'],
    ['a directory', (path: string) => mkdirSync(path), 'is not a regular file'],
  ])('is not opened when it is %s', (_, make, reason) => {
    const home = makeOwnHome();
    mkdirSync(join(home.state, 'agents/main/agent'), { recursive: true });
    const path = join(home.state, `${FILE}-wal`);
    const database = home.database();
    put(database, 's1', [answer(10)]);
    database.close();
    rmSync(path, { force: true });
    make(path);
    expect(readerOf(home).look().warnings).toEqual([
      `${WHERE}: openclaw-agent.sqlite-wal ${reason}: what was read of it before stays`,
    ]);
  });

  it('does not keep other agents from being read', () => {
    const home = makeOwnHome();
    home.write(FILE, 'x'.repeat(5000));
    home.write('agents/other/sessions/f1.jsonl', jsonl([answer(7)]));
    const reader = readerOf(home);
    expect(reader.look().warnings).toHaveLength(1);
    expect(inputs(reader)).toEqual([7]);
  });

  it('is read when its tables lack columns, and when it has others', () => {
    const home = makeOwnHome();
    const database = home.database();
    put(database, 's1', [answer(10)]);
    database.exec('ALTER TABLE transcript_events DROP COLUMN event_zstd; ALTER TABLE session_nodes DROP COLUMN label');
    database.exec(
      'DROP TABLE transcript_rewrite_watermarks; CREATE TABLE news(x); ALTER TABLE session_windows ADD COLUMN new',
    );
    database.close();
    const reader = readerOf(home);
    expect(reader.look().warnings).toEqual([]);
    expect(inputs(reader)).toEqual([10]);
  });

  it('is no view that somebody made in the place of a table', () => {
    const home = makeOwnHome();
    const database = home.database();
    database.exec(`DROP TABLE transcript_events; CREATE VIEW transcript_events AS
      WITH RECURSIVE n(seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n) SELECT 's' AS session_id, seq FROM n`);
    database.close();
    expect(readerOf(home).look().state).toBe('reading');
  });
});

describe('rows', () => {
  it('are read anew when their transcript was rewritten, and count once', () => {
    const home = makeOwnHome();
    const database = home.database();
    onTestFinished(() => {
      database.close();
    });
    const [first, failed] = [answer(10), answer(0, { stopReason: 'error', usage: null })];
    put(database, 's1', [first, answer(20), failed]);
    const reader = readerOf(home);
    reader.look();
    database.exec('DELETE FROM transcript_events');
    put(database, 's1', [first, failed, answer(30)]);
    database.exec(`INSERT INTO transcript_rewrite_watermarks VALUES ('s1', 'g2', ${NOW})`);
    const look = reader.look(NOW + 1000);
    expect(inputs(reader)).toEqual([10, 20, 30]);
    expect(sessionOf(look, 's1').errors).toBe(1);
    expect(reader.errors()).toHaveLength(1);
  });

  it('are read in slices, and the status is known before all of them are', () => {
    const home = makeOwnHome();
    const database = home.database();
    put(
      database,
      'old',
      Array.from({ length: 1200 }, (_, index) => answer(index + 1, { pad: 'x'.repeat(10_000) })),
    );
    database.exec(`UPDATE session_windows SET created_at = ${NOW - 9_000_000}`);
    put(database, 'new', [answer(5), prompt()]);
    database.close();
    home.global().close();
    const reader = readerOf(home);
    const findings = { response: noop, error: noop, dropped: noop, unknown: noop, warning: noop };
    const look = reader.reader.look({ now: NOW, processes: home.processes, findings: () => findings });
    expect(look.more).toBe(true);
    expect(look.read.lines).toBeLessThan(1200);
    expect(sessionOf(look, 'new').live).toMatchObject({ status: 'working', reason: 'inferred' });
    expect(look.backfill.done_bytes).toBeLessThan(look.backfill.total_bytes);
    reader.look();
    expect(reader.responses().length + look.read.lines).toBeGreaterThanOrEqual(1201);
  });

  it('that are damaged, too long or of no use are passed over', () => {
    const home = makeOwnHome();
    const database = home.database();
    put(database, 's1', [answer(10)]);
    const row = database.prepare('INSERT INTO transcript_events VALUES (?, ?, ?, ?, ?, ?)');
    row.run('s1', 1, '{"type":"message","id":"torn', NOW, null, null);
    row.run('s1', 2, JSON.stringify(answer(66, { pad: 'x'.repeat(4 * 1024 * 1024) })), NOW, null, null);
    row.run('s1', 3, null, NOW, Buffer.from('not zstd'), 8);
    row.run('s1', 4, null, NOW, null, null);
    row.run('', 0, 'null', NOW, null, null);
    put(database, 's1', [answer(20)], 5);
    database.close();
    const reader = readerOf(home);
    expect(reader.look().read).toEqual({ lines: 3, malformed: 1 });
    expect(inputs(reader)).toEqual([10, 20]);
    expect(reader.warnings.sort()).toEqual([
      'a packed event is damaged: it is not read',
      'an event of more than 4 MiB is not read',
      'an event without a text is not read',
    ]);
  });
});

describe('archives', () => {
  it('count with a checksum that is right, and are reported with another one', () => {
    const home = makeOwnHome();
    const database = home.database();
    const add = database.prepare(
      "INSERT INTO session_transcript_archives VALUES (?, 'g', 'deleted', 'identity', ?, ?)",
    );
    const [good, bad] = [jsonl([answer(10)]), jsonl([answer(66)])].map((text) => Buffer.from(text));
    const shaOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
    add.run('good', good, shaOf(good as Buffer));
    add.run('bad', bad, shaOf(Buffer.from('something else')));
    database.close();
    const reader = readerOf(home);
    const look = reader.look();
    expect(inputs(reader)).toEqual([10]);
    expect(look.warnings).toEqual([
      `${WHERE}: an archive in session_transcript_archives is damaged: its checksum is another one`,
    ]);
    expect(sessionOf(look, 'good').live).toMatchObject({ status: 'gone' });
  });
});

function noop(): void {}

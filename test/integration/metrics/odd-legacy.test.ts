import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { openWriter } from '../../../src/metrics/store/database.js';
import { prepareDatabase } from '../../../src/metrics/store/prepare.js';
import { retire } from '../../../src/metrics/store/retention.js';
import { rollUpAtOnce } from '../../../src/metrics/store/rollup.js';
import { workspaceLayout } from '../../../src/base/index.js';
import { DAY, newRig } from '../../support/metrics.js';
import { scratch } from '../../support/scratch.js';

const NOW = Date.UTC(2026, 10, 23);
const AT = '2026-02-17T06:00:00';
const SAMPLES = `CREATE TABLE agent_metrics (id INTEGER PRIMARY KEY, agent_id TEXT, timestamp TEXT, tasks_completed, success_rate);
  INSERT INTO agent_metrics VALUES (1, 'api', '${AT}', 7, 0.5);`;

/** An old database made by `sql`. */
function oldDatabase(sql: string) {
  const layout = workspaceLayout(scratch());
  mkdirSync(layout.data, { recursive: true });
  const db = new Sqlite(layout.database);
  db.pragma('foreign_keys = OFF');
  db.exec(sql);
  db.close();
  return layout;
}

function read(path: string, sql: string): unknown {
  const db = new Sqlite(path, { readonly: true });
  try {
    return db.prepare(sql).safeIntegers(false).raw().all();
  } finally {
    db.close();
  }
}

describe('an old database of an odd layout', () => {
  it.each([
    [
      'ids that come twice',
      'CREATE TABLE events (id, timestamp, event_type, agent_id, data)',
      "(1, '#', 'a', NULL, NULL), (1, '#', 'b', NULL, NULL)",
    ],
    [
      'ids that are texts',
      'CREATE TABLE events (id TEXT, timestamp, event_type, agent_id, data)',
      "('x', '#', 'a', NULL, NULL), ('y', '#', 'b', NULL, NULL)",
    ],
    [
      'ids of 64 bits',
      'CREATE TABLE events (id INTEGER PRIMARY KEY, timestamp, event_type, agent_id, data)',
      "(9223372036854775807, '#', 'a', NULL, NULL), (2, '#', 'b', NULL, NULL)",
    ],
    [
      'no rowid',
      'CREATE TABLE events (id INTEGER PRIMARY KEY, timestamp, event_type, agent_id, data) WITHOUT ROWID',
      "(1, '#', 'a', NULL, NULL), (2, '#', 'b', NULL, NULL)",
    ],
    [
      'a name in capitals',
      'CREATE TABLE EVENTS (ID INTEGER PRIMARY KEY, TIMESTAMP, EVENT_TYPE, AGENT_ID, DATA)',
      "(1, '#', 'a', NULL, NULL), (2, '#', 'b', NULL, NULL)",
    ],
    [
      'a reference to what is not there',
      'CREATE TABLE events (id INTEGER PRIMARY KEY, timestamp, event_type, agent_id REFERENCES nobody (id), data)',
      "(1, '#', 'a', 'x', NULL), (2, '#', 'b', 'y', NULL)",
    ],
  ])('with %s is upgraded, every event kept, and takes new ones', async (_, table, rows) => {
    const layout = oldDatabase(`${table}; INSERT INTO events VALUES ${rows.replaceAll('#', AT)}`);
    const [notice] = await prepareDatabase(layout.database, NOW);
    expect(notice).toMatchObject({ kind: 'upgraded', events: 2 });
    expect(read(layout.database, 'SELECT event_type FROM events ORDER BY event_type')).toEqual([['a'], ['b']]);
    const db = openWriter(layout.database);
    db.prepare("INSERT INTO events (t, event_type) VALUES (1, 'new')").run();
    db.close();
    expect(await prepareDatabase(layout.database, NOW)).toEqual([]);
  });

  it('with tables of our names keeps them under others', async () => {
    const layout = oldDatabase(
      `${SAMPLES} CREATE TABLE agents (who); INSERT INTO agents VALUES ('me'); CREATE TABLE meta (x); CREATE INDEX events_by_time ON agents (who)`,
    );
    expect(await prepareDatabase(layout.database, NOW)).toMatchObject([{ kind: 'upgraded', agentRows: 1 }]);
    expect(read(layout.database, 'SELECT who FROM old_agents')).toEqual([['me']]);
    expect(read(layout.database, 'SELECT tasks_completed FROM agent_metrics')).toEqual([[7]]);
  });

  it('loses nothing: columns of its own, whole numbers of 64 bits, texts, infinities, days that are none', async () => {
    const layout = oldDatabase(`${SAMPLES}
      ALTER TABLE agent_metrics ADD COLUMN host TEXT;
      INSERT INTO agent_metrics VALUES (2, 'api', '2026-02-17T06:01:00', 9007199254740993, 'many', 'h');
      INSERT INTO agent_metrics VALUES (3, 'api', '2026-02-17T06:02:00', 9e999, '0.25', 'h');
      INSERT INTO agent_metrics VALUES (4, 'api', '2026-02-30T06:00:00', 4, 1, 'h');
      CREATE TABLE events (id INTEGER PRIMARY KEY, timestamp, event_type, agent_id, data);
      INSERT INTO events VALUES (1, '${AT}', 'old', NULL, '{}');
      CREATE VIEW recent AS SELECT event_type FROM events;`);
    const [notice] = await prepareDatabase(layout.database, NOW);
    expect(notice).toMatchObject({ agentRows: 3, unplaced: 3, kept: ['old_agent_metrics'] });
    expect(
      read(layout.database, 'SELECT CAST(tasks_completed AS TEXT), success_rate FROM agent_metrics ORDER BY id'),
    ).toEqual([
      ['7', 0.5],
      ['9007199254740993', null],
      [null, 0.25],
    ]);
    expect(
      read(
        layout.database,
        "SELECT json_extract(row, '$.success_rate'), json_extract(row, '$.tasks_completed') FROM unplaced",
      ),
    ).toEqual([
      ['many', '9007199254740993'],
      ['0.25', 'Infinity'],
      [1, 4],
    ]);
    expect(read(layout.database, 'SELECT host FROM old_agent_metrics WHERE id = 2')).toEqual([['h']]);
    expect(read(layout.database, 'SELECT event_type FROM recent')).toEqual([['old']]);
  });

  it('with thousands of rows of one agent at one time keeps each', async () => {
    const layout = oldDatabase(`${SAMPLES}
      WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 15000)
      INSERT INTO agent_metrics SELECT i, 'api', '${AT}', i, 1 FROM n;
      INSERT INTO agent_metrics VALUES (20000, 'api', '${AT}.005', 1, 1);`);
    expect(await prepareDatabase(layout.database, NOW)).toMatchObject([{ agentRows: 15_001 }]);
    expect(read(layout.database, 'SELECT count(DISTINCT timestamp) FROM agent_metrics')).toEqual([[15_001]]);
  });

  it('with a row of the year 2099 is retired like any other afterwards', async () => {
    const layout = oldDatabase(`${SAMPLES} INSERT INTO agent_metrics VALUES (2, 'api', '2099-01-01T00:00:00', 8, 1);`);
    await prepareDatabase(layout.database, NOW);
    const db = openWriter(layout.database);
    db.prepare('INSERT INTO agent_raw (agent, t) VALUES (1, ?)').run(NOW + DAY);
    db.prepare("UPDATE meta SET value = ? WHERE key LIKE 'rolled_%'").run(NOW + DAY);
    rollUpAtOnce(db, NOW + 40 * DAY);
    await retire(db, { raw: DAY, '5m': DAY, '1h': DAY, events: DAY }, NOW + 40 * DAY);
    expect(db.prepare('SELECT tasks_completed FROM agent_raw ORDER BY t').pluck().all()).toEqual([7, 8]);
    db.close();
  });
});

describe('an old database that cannot be upgraded', () => {
  const HOPELESS = `${SAMPLES} CREATE TABLE hidden (id, timestamp, event_type, agent_id, data); CREATE VIEW events AS SELECT * FROM hidden`;

  it('is set aside once, with no further copy, and told', async () => {
    const layout = oldDatabase(HOPELESS);
    const rig = newRig(layout.root, { clock: { now: () => NOW } });
    await rig.service.start();
    for (let n = 0; n < 3; n += 1) await rig.service.collect();
    const told = rig.published.flatMap((draft) => (draft.type === 'notification' ? [draft.data.message] : []));
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('of an old layout that cannot be upgraded (events is not a table)');
    expect(rig.service.health()).toContain('set aside; a new one was begun');
    await rig.service.stop();
    expect(readdirSync(layout.data).sort()).toEqual(['metrics.db', 'metrics.db.old-20261123T000000Z']);
    expect(read(join(layout.data, 'metrics.db.old-20261123T000000Z'), 'SELECT id FROM agent_metrics')).toEqual([[1]]);
  });

  it('leaves one copy however often the attempt is killed', async () => {
    const layout = oldDatabase(SAMPLES);
    // What a killed attempt leaves: its copy, and the database as it was.
    const { copyAside } = await import('../../../src/metrics/store/old-copy.js');
    for (let n = 0; n < 3; n += 1) {
      const db = openWriter(layout.database);
      await copyAside(db, layout.database, NOW + n * 1000);
      db.close();
    }
    writeFileSync(`${layout.database}.v0-20200101T000000Z.bak`, 'another one');
    expect(await prepareDatabase(layout.database, NOW + 9000)).toMatchObject([{ kind: 'upgraded', agentRows: 1 }]);
    expect(readdirSync(layout.data).filter((name) => name.endsWith('.bak'))).toEqual([
      'metrics.db.v0-20200101T000000Z.bak',
      'metrics.db.v0-20261123T000000Z.bak',
    ]);
  });
});

import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { prepareDatabase } from '../../../src/metrics/store/prepare.js';
import { readDatabase } from '../../../src/metrics/query/index.js';
import { bundled } from '../../support/bundle.js';
import { officeDatabase } from '../../support/metrics.js';
import { scratch } from '../../support/scratch.js';

const NOW = Date.UTC(2026, 10, 23);

describe('the old database', () => {
  it('is upgraded in place: every row is there, under the old names and columns', async () => {
    const layout = officeDatabase(scratch());
    const [notice] = await prepareDatabase(layout.database, NOW);
    expect(notice).toMatchObject({ kind: 'upgraded', agentRows: 540, systemRows: 180, events: 1, unplaced: 0 });
    const db = new Sqlite(layout.database, { readonly: true });
    const count = (table: string) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
    expect([count('agent_metrics'), count('system_metrics'), count('events')]).toEqual([540, 180, 1]);
    expect(
      db.prepare("SELECT * FROM agent_metrics WHERE agent_id = 'tester' ORDER BY timestamp LIMIT 1").get(),
    ).toMatchObject({
      agent_id: 'tester',
      timestamp: new Date('2026-02-17T06:00:29.793').toISOString(),
      tasks_completed: 10,
      tasks_failed: 0,
      tasks_in_progress: 1,
      total_work_time: 0,
      success_rate: 1,
      cpu_usage: null,
    });
    expect(db.prepare('SELECT * FROM system_metrics ORDER BY id LIMIT 1').get()).toMatchObject({
      total_agents: 15,
      offline_agents: 12,
      system_health_score: 0.5,
    });
    expect(db.prepare('SELECT id, timestamp, event_type, agent_id, data FROM events').get()).toEqual({
      id: 1,
      timestamp: new Date('2026-02-17T06:03:52.698').toISOString(),
      event_type: 'task_started',
      agent_id: 'api',
      data: '{"task": "build_api"}',
    });
    db.close();
  });

  it('leaves a copy aside that is byte for byte as good as the old file', async () => {
    const layout = officeDatabase(scratch());
    await prepareDatabase(layout.database, NOW);
    const [copy] = readdirSync(layout.data).filter((name) => name.endsWith('.bak'));
    expect(copy).toBe('metrics.db.v0-20261123T000000Z.bak');
    const db = new Sqlite(join(layout.data, copy ?? ''), { readonly: true });
    expect(db.pragma('user_version', { simple: true })).toBe(0);
    expect(db.prepare('SELECT count(*) FROM agent_metrics').pluck().get()).toBe(540);
    expect(db.prepare('SELECT timestamp FROM agent_metrics WHERE id = 1').pluck().get()).toBe(
      '2026-02-17T06:00:29.793135',
    );
    db.close();
  });

  it('is queried by a command without a server, which upgrades it first', async () => {
    const layout = officeDatabase(scratch());
    const input = {
      metric: 'tasks_completed',
      agent: 'tester',
      since: '2026-02-17T00:00:00Z',
      until: '2026-02-18T12:00:00Z',
    };
    const answer = await readDatabase(layout.database, 'query', input, { now: NOW });
    expect(answer.step).toBe('5m');
    expect(answer.series).toHaveLength(1);
    const values = answer.series[0]?.points.map(({ v }) => v) ?? [];
    expect(values).toHaveLength(36 * 12);
    const measured = values.filter((v) => v !== null);
    expect([measured.length, measured[0], measured.at(-1)]).toEqual([36, 10, 24]);
    expect(answer.agg).toBe('last');
    const raw = await readDatabase(layout.database, 'query', { ...input, step: 'raw' }, { now: NOW });
    expect(raw.series[0]?.points).toHaveLength(180);
  });

  it('reads naive times in the zone of the machine and writes that zone down', async () => {
    const directory = scratch();
    const layout = officeDatabase(directory);
    const script = await bundled(join(import.meta.dirname, '../../support/upgrade-child.ts'), directory);
    const out = execFileSync(process.execPath, [script, layout.database], {
      env: { ...process.env, TZ: 'America/New_York' },
      encoding: 'utf8',
    });
    expect(JSON.parse(out)).toEqual({ zone: 'America/New_York', first: '2026-02-17T11:00:29.793Z', unplaced: 0 });
  });

  it('keeps rows of one agent at one time, and rows without a time', async () => {
    const layout = officeDatabase(scratch());
    const old = new Sqlite(layout.database);
    old.exec(`INSERT INTO agent_metrics (agent_id, timestamp, tasks_completed) SELECT agent_id, timestamp, 99 FROM agent_metrics WHERE id <= 3;
      INSERT INTO agent_metrics (agent_id, timestamp, tasks_completed) VALUES ('api', 'yesterday', 7);
      INSERT INTO events (timestamp, event_type, agent_id, data) VALUES ('', 'odd', NULL, 'no json')`);
    old.close();
    const [notice] = await prepareDatabase(layout.database, NOW);
    expect(notice).toMatchObject({ agentRows: 543, unplaced: 2 });
    const db = new Sqlite(layout.database, { readonly: true });
    expect(db.prepare('SELECT count(*) FROM agent_metrics WHERE tasks_completed = 99').pluck().get()).toBe(3);
    expect(db.prepare("SELECT json_extract(row, '$.tasks_completed') FROM unplaced").pluck().all()).toEqual([7, null]);
    db.close();
  });

  it('is upgraded once when two come at the same time', async () => {
    const layout = officeDatabase(scratch());
    const notices = await Promise.all([
      prepareDatabase(layout.database, NOW),
      prepareDatabase(layout.database, NOW + 1000),
    ]);
    expect(notices.flat()).toHaveLength(1);
    expect(readdirSync(layout.data).filter((name) => name.endsWith('.bak'))).toHaveLength(1);
    const db = new Sqlite(layout.database, { readonly: true });
    expect(db.prepare('SELECT count(*) FROM agent_metrics').pluck().get()).toBe(540);
    db.close();
  });

  it('of which a table is missing is upgraded all the same', async () => {
    const layout = officeDatabase(scratch());
    const old = new Sqlite(layout.database);
    old.exec('DROP TABLE events; DROP TABLE system_metrics');
    old.close();
    const [notice] = await prepareDatabase(layout.database, NOW);
    expect(notice).toMatchObject({ agentRows: 540, systemRows: 0, events: 0 });
  });
});

describe('a database that cannot be used', () => {
  it.each([
    ['is no database at all', (path: string) => copyFileSync(import.meta.filename, path)],
    [
      'is cut in half',
      (path: string) => {
        const db = new Sqlite(path);
        db.exec('VACUUM');
        db.close();
        truncateSync(path, Math.floor(statSync(path).size / 2));
      },
    ],
  ])('because it %s is set aside and a new one begun', async (_, spoil) => {
    const layout = officeDatabase(scratch());
    spoil(layout.database);
    const spoilt = readFileSync(layout.database);
    const notices = await prepareDatabase(layout.database, NOW);
    const aside = notices.find((notice) => notice.kind === 'set_aside');
    expect(aside).toMatchObject({ reason: 'damaged', path: `${layout.database}.corrupt-20261123T000000Z` });
    expect(readFileSync(aside?.path ?? '').length).toBe(spoilt.length);
    expect(existsSync(layout.database)).toBe(true);
    expect(await prepareDatabase(layout.database, NOW)).toEqual([]);
  });

  it('because it is from the future is set aside', async () => {
    const layout = officeDatabase(scratch());
    const db = new Sqlite(layout.database);
    db.pragma('user_version = 99');
    db.close();
    expect(await prepareDatabase(layout.database, NOW)).toEqual([
      { kind: 'set_aside', reason: 'from the future', path: `${layout.database}.future-20261123T000000Z` },
    ]);
  });

  it('is refused by a command that only reads', async () => {
    const layout = officeDatabase(scratch());
    copyFileSync(import.meta.filename, layout.database);
    await expect(
      readDatabase(layout.database, 'query', { metric: 'tasks_completed' }, { now: NOW }),
    ).rejects.toMatchObject({
      code: 'io',
    });
    await expect(
      readDatabase(`${layout.database}-no`, 'query', { metric: 'tasks_completed' }, { now: NOW }),
    ).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it, vi } from 'vitest';
import { openWriter } from '../../../src/metrics/store/database.js';
import { prepareDatabase } from '../../../src/metrics/store/prepare.js';
import { readDatabase } from '../../../src/metrics/query/index.js';
import { workspaceLayout } from '../../../src/base/index.js';
import { silentLog } from '../../../src/base/log.js';
import { handClock, MINUTE, newAgent, newRig, T0 } from '../../support/metrics.js';
import { scratch } from '../../support/scratch.js';

const busy = { status: 'busy', normalized_status: 'busy' } as const;
const RUNS = Number(process.env.MC_TEST_RUNS ?? 12);

type Rig = ReturnType<typeof newRig>;
const titles = ({ published }: Rig) =>
  published.flatMap((draft) => (draft.type === 'notification' ? [draft.data.title] : []));
const say = (rig: Rig, action: string) =>
  rig.publish([{ type: 'agent_activity', at: rig.clock.now(), data: { agent: 'robot', activity: { action } } }]);

async function startedRig(): Promise<Rig> {
  const rig = newRig(scratch());
  rig.become(newAgent('robot', busy));
  await rig.service.start();
  return rig;
}

/** Another program in the middle of writing. */
function holder(path: string) {
  const other = new Sqlite(path);
  other.exec('BEGIN IMMEDIATE');
  return {
    letGo() {
      other.exec('COMMIT');
      other.close();
    },
  };
}

describe('a database that another program holds', () => {
  it('holds nobody up: samples and events wait, reads answer, and all of it is written afterwards', async () => {
    const rig = await startedRig();
    const { service, clock, layout } = rig;
    const other = holder(layout.database);
    for (let n = 0; n < 3; n += 1) {
      clock.move(MINUTE);
      say(rig, `while held ${n}`);
      await service.collect();
    }
    expect(service.lastRows().timestamp).toBe(new Date(T0 + 3 * MINUTE).toISOString());
    await vi.waitFor(() => expect(service.health()).toMatch(/^paused since .*: another program holds/));
    const whileHeld = await service.query({ metric: 'total_work_time', step: 'raw' });
    expect(whileHeld.series[0]?.points.map(({ v }) => v)).toEqual([0]);
    other.letGo();
    await vi.waitFor(() => expect(service.health()).toBe('available'), { timeout: 10_000 });
    const answer = await service.query({ metric: 'total_work_time', step: 'raw' });
    expect(answer.series[0]?.points.map(({ v }) => v)).toEqual([0, 60, 120, 180]);
    const { events } = await service.events({ type: 'agent_activity' });
    expect(events).toHaveLength(3);
    expect(titles(rig)).toEqual(['Metrics are paused', 'Metrics are collected again']);
    await service.stop();
  });

  it('is opened and read all the same, and told at a stop what could not be written', async () => {
    const first = await startedRig();
    await first.service.stop();
    const other = holder(first.layout.database);
    const rig = newRig(first.layout.root, { clock: handClock(T0 + 5 * MINUTE) });
    await rig.service.start();
    expect((await rig.service.query({ metric: 'rss', step: 'raw' })).series[0]?.points).toHaveLength(1);
    other.letGo();
    await rig.service.collect();
    expect((await rig.service.query({ metric: 'rss', step: 'raw' })).series[0]?.points).toHaveLength(2);
    await rig.service.stop();
  });
});

describe('what lies in the place of a database', () => {
  it.each([
    ['a FIFO', '', (path: string) => execFileSync('mkfifo', [path])],
    ['a link out', '', (path: string, outside: string) => symlinkSync(join(outside, 'stolen.db'), path)],
    ['a link to itself', '', (path: string) => symlinkSync('metrics.db', path)],
    ['a sparse file', '', (path: string) => execFileSync('truncate', ['-s', '5G', path])],
    ['a FIFO for its log', '-wal', (path: string) => execFileSync('mkfifo', [path])],
    ['a link for its index', '-shm', (path: string, outside: string) => symlinkSync(join(outside, 'stolen-shm'), path)],
  ])('is never waited for nor followed: %s is set aside', async (_, suffix, plant) => {
    const outside = scratch();
    const { layout, service, published } = newRig(scratch());
    mkdirSync(layout.data, { recursive: true });
    plant(layout.database + suffix, outside);
    if (suffix === '') {
      await expect(readDatabase(layout.database, 'query', { metric: 'rss' }, { now: T0 })).rejects.toMatchObject({
        code: 'io',
      });
    }
    await service.start();
    expect(service.health()).toMatch(/set aside; a new one was begun$/);
    expect(published.some(({ type }) => type === 'system_metric')).toBe(true);
    expect(statSync(layout.database).isFile()).toBe(true);
    expect(readdirSync(layout.data).filter((name) => /no-file|corrupt/.test(name))).toHaveLength(1);
    expect(readdirSync(outside)).toEqual([]);
    await service.stop();
  });

  it('is refused where a directory on the way leads out, and nothing is written there', async () => {
    const outside = scratch();
    const { layout, service } = newRig(scratch());
    mkdirSync(layout.missionControl, { recursive: true });
    symlinkSync(outside, layout.backend);
    await service.start();
    expect(service.health()).toContain('symbolic link that leads out of the workspace');
    expect(readdirSync(outside)).toEqual([]);
    await service.stop();
  });
});

describe('a database that cannot be opened', () => {
  it('is logged once for each reason, however often it is tried, and again when it comes back', async () => {
    const logged: string[] = [];
    const log = Object.assign(silentLog(), { error: (_: object, text: string) => logged.push(text) });
    const { service, clock, layout } = newRig(scratch(), { log });
    const collect = async () => {
      clock.move(MINUTE);
      await service.collect();
    };
    mkdirSync(layout.database, { recursive: true });
    await service.start();
    for (let n = 0; n < 3; n += 1) await collect();
    expect(service.health()).toBe(`the database cannot be opened: ${layout.database} is a directory`);
    expect(logged).toEqual(['the metrics database cannot be opened']);
    rmSync(layout.database, { recursive: true });
    await collect();
    expect(service.health()).toBe('available');
    await service.stop();
  });
});

describe('a database whose file goes away under the server', () => {
  it('is noticed, told and written again with all it held', async () => {
    const rig = await startedRig();
    const { service, clock, layout } = rig;
    rmSync(layout.database);
    clock.move(MINUTE);
    await service.collect();
    expect(service.health()).toBe('available');
    expect(titles(rig)).toEqual(['Metrics database written again']);
    await service.stop();
    expect(readdirSync(layout.data)).toEqual(['metrics.db']);
    const answer = await readDatabase(
      layout.database,
      'query',
      { metric: 'total_work_time', since: '1h', step: 'raw' },
      { now: clock.now() },
    );
    expect(answer.series[0]?.points.map(({ v }) => v)).toEqual([0, 60]);
  });

  it('gives way to a file that was put in its place, and is kept beside it', async () => {
    const rig = await startedRig();
    const other = await startedRig();
    await other.service.stop();
    rmSync(`${rig.layout.database}-wal`, { force: true });
    renameSync(other.layout.database, rig.layout.database);
    rig.clock.move(MINUTE);
    await rig.service.collect();
    expect(titles(rig)).toEqual(['Metrics database replaced']);
    expect(readdirSync(rig.layout.data).some((name) => name.startsWith('metrics.db.replaced-'))).toBe(true);
    await rig.service.stop();
  });

  it('does not bring a workspace back that was removed', async () => {
    const rig = await startedRig();
    rmSync(rig.layout.missionControl, { recursive: true });
    rig.clock.move(MINUTE);
    await rig.service.collect();
    expect(rig.service.health()).toContain('the database was removed');
    await rig.service.stop();
    expect(existsSync(rig.layout.missionControl)).toBe(false);
  });
});

describe('a database with one damaged page', () => {
  it.each(Array.from({ length: RUNS }, (_, seed) => seed))(
    'is used or set aside, never tried for ever: seed %i',
    async (seed) => {
      const first = await startedRig();
      for (let n = 0; n < 400; n += 1) say(first, `step ${n} ${'x'.repeat(seed * 10)}`);
      for (let n = 0; n < 10; n += 1) {
        first.clock.move(MINUTE);
        await first.service.collect();
      }
      await first.service.stop();
      damagePage(first.layout.database, seed);
      const rig = newRig(first.layout.root, { clock: handClock(T0 + 20 * MINUTE) });
      rig.become(newAgent('robot', busy));
      await rig.service.start();
      for (let n = 0; n < 3; n += 1) {
        await rig.service.query({ metric: ['total_work_time', 'tasks_completed'], step: '5m' }).catch(() => {});
        await rig.service.events({ limit: 1000 }).catch(() => {});
        await rig.service.collect();
      }
      await vi.waitFor(() => expect(rig.service.health()).toMatch(/^available$|set aside; a new one was begun$/));
      const asides = readdirSync(first.layout.data).filter((name) =>
        /\.db\.(corrupt|unusable|future|old)-[^-]*$/.test(name),
      );
      expect(asides.length).toBeLessThanOrEqual(1);
      await rig.service.stop();
    },
  );
});

function damagePage(path: string, seed: number): void {
  const pages = statSync(path).size / 4096;
  let state = seed * 2_654_435_761 + 1;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const bytes = Buffer.from(Array.from({ length: 4096 }, () => Math.floor(random() * 256)));
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, 4096, Math.floor(random() * pages) * 4096);
  closeSync(file);
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
}

describe('what an earlier attempt left', () => {
  it('copies that were never finished are removed, unless somebody still makes them', async () => {
    const layout = workspaceLayout(scratch());
    mkdirSync(layout.data, { recursive: true });
    const dead = join(layout.data, '.metrics.db.v0-20260101T000000Z.bak.999999999.mc-tmp');
    const older = join(layout.data, '.metrics.db.v0-20260101T000000Z.bak.mc-tmp');
    const alive = join(layout.data, `.metrics.db.v0-20260101T000000Z.bak.${process.ppid}.mc-tmp`);
    for (const path of [dead, older, alive]) writeFileSync(path, 'half');
    await prepareDatabase(layout.database, T0);
    expect([dead, older, alive].map((path) => existsSync(path))).toEqual([false, false, true]);
  });

  it('a database of ours that lacks a table is set aside with the reason', async () => {
    const layout = workspaceLayout(scratch());
    await prepareDatabase(layout.database, T0);
    const db = openWriter(layout.database);
    db.exec('DROP TABLE agent_1h');
    db.close();
    const [notice] = await prepareDatabase(layout.database, T0);
    expect(notice).toMatchObject({ kind: 'set_aside', reason: expect.stringContaining('agent_1h') });
    expect(await prepareDatabase(layout.database, T0)).toEqual([]);
  });
});

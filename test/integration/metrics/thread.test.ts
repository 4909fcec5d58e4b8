import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { workerFile } from '../../../src/base/index.js';
import { createMetricsThread, type MetricsThread } from '../../../src/metrics/thread.js';
import { rollUpAtOnce } from '../../../src/metrics/store/rollup.js';
import { collectInto, HOUR, MINUTE, newAgent, newRig, newStore, officeDatabase, T0 } from '../../support/metrics.js';
import { scratch } from '../../support/scratch.js';

function newThread(file?: string): MetricsThread {
  const thread = createMetricsThread(file);
  onTestFinished(() => thread.close());
  return thread;
}

function filledDatabase(): string {
  const store = newStore(scratch());
  for (let n = 0; n < 60; n += 1) collectInto(store, T0 + n * MINUTE, { a: { tasks_completed: n } });
  rollUpAtOnce(store.db, T0 + HOUR);
  store.close();
  return store.db.name;
}

const read = (path: string, input: object) => ({ path, name: 'query' as const, input, now: T0 + HOUR });
const parsed = (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString()) as unknown;

describe('the thread', () => {
  it('answers from a thread of its own what it answers here', async () => {
    expect(existsSync(workerFile('metrics')), 'npm run build makes the worker').toBe(true);
    const path = filledDatabase();
    const input = { metric: 'tasks_completed', since: '1h', step: '5m' };
    const there = await newThread().ask('read', read(path, input));
    const here = await newThread(join(scratch(), 'none.js')).ask('read', read(path, input));
    expect(parsed(there)).toEqual(parsed(here));
    expect(parsed(there)).toMatchObject({ step: '5m', series: [{ agent: 'a' }] });
  });

  it('tells errors as they are, with code and hint', async () => {
    const path = filledDatabase();
    const thread = newThread();
    await expect(thread.ask('read', read(path, { metric: 'task_completed' }))).rejects.toMatchObject({
      code: 'metric.unknown',
      hint: expect.stringContaining('tasks_completed'),
    });
    await expect(thread.ask('read', read(`${path}-none`, {}))).rejects.toMatchObject({ code: 'not_found' });
    await expect(thread.ask('prepare', { path: scratch(), now: T0 })).rejects.toThrow();
    expect(await thread.ask('checkpoint', { path })).toBeNull();
  });

  it('refuses what is under way when it closes or its thread dies, and begins another thread', async () => {
    const path = filledDatabase();
    const thread = newThread();
    const waiting = thread.ask('read', read(path, { metric: 'tasks_completed' }));
    const refused = expect(waiting).rejects.toMatchObject({ code: 'internal' });
    await thread.close();
    await refused;
    expect(parsed(await thread.ask('read', read(path, { metric: 'tasks_completed' })))).toMatchObject({ agg: 'last' });
    const broken = join(scratch(), 'broken.mjs');
    writeFileSync(
      broken,
      "import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => process.exit(3));",
    );
    const dying = newThread(broken);
    await expect(dying.ask('read', read(path, {}))).rejects.toThrow(/has ended/);
    await expect(dying.ask('read', read(path, {}))).rejects.toThrow(/has ended/);
  });

  it('upgrades a large old database while the event loop turns', async () => {
    const directory = scratch();
    const layout = officeDatabase(directory);
    const old = new Sqlite(layout.database);
    old.exec(`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 40000)
      INSERT INTO agent_metrics (agent_id, timestamp, tasks_completed, success_rate)
      SELECT 'old-' || (i % 10), strftime('%Y-%m-%dT%H:%M:%S.123456', 1767225600 + (i / 10) * 60, 'unixepoch'), i, 0.123456789 FROM n`);
    old.close();
    const { service, become } = newRig(directory);
    become(newAgent('api'));
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 5);
    await service.start();
    clearInterval(timer);
    expect(turns).toBeGreaterThan(5);
    const { events } = await service.events({ type: 'database_upgraded' });
    expect(events[0]?.data).toMatchObject({ agentRows: 40_541 });
    const answer = await service.query({
      metric: 'success_rate',
      agent: 'old-3',
      since: '2026-01-01T00:00:00Z',
      until: '2026-01-01T02:00:00Z',
      step: 'raw',
    });
    expect(answer.series[0]?.points[0]?.v).toBeCloseTo(0.123456789, 12);
    const long = await service.query({
      metric: 'tasks_completed',
      since: '2026-01-01T00:00:00Z',
      until: new Date(T0).toISOString(),
      step: '1h',
    });
    expect(long.series.length).toBeGreaterThan(10);
    await service.stop();
  });
});

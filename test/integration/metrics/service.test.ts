import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { createMetricsThread } from '../../../src/metrics/thread.js';
import { createKeeper } from '../../../src/metrics/keeper.js';
import { metricsOf } from '../../../src/metrics/store/registry.js';
import { workspaceLayout } from '../../../src/base/index.js';
import {
  DAY,
  HOUR,
  handClock,
  MINUTE,
  newAgent,
  newRig,
  officeDatabase,
  T0,
  tasksNamed,
} from '../../support/metrics.js';
import { scratch } from '../../support/scratch.js';
import { NO_COUNTERS } from '../../support/agents.js';

const busy = { status: 'busy', normalized_status: 'busy' } as const;
const KEEP = { raw: DAY, '5m': DAY, '1h': DAY, events: DAY };

describe('the metrics service', () => {
  it('yields exactly what a scripted agent does: 90 s of work, 30 s idle, two tasks done, one failed', async () => {
    const { service, clock, become, publish } = newRig(scratch());
    become(newAgent('robot', { ...busy, tasks: tasksNamed('one', 'two', 'three') }));
    await service.start();
    clock.move(30_000);
    become(newAgent('robot', { ...busy, tasks: tasksNamed('two', 'three') }));
    clock.move(30_000);
    become(newAgent('robot', { ...busy, tasks: tasksNamed('three') }));
    publish([
      { type: 'agent_activity', at: clock.now(), data: { agent: 'robot', activity: { action: 'message_sent' } } },
    ]);
    await service.collect();
    clock.move(30_000);
    become(newAgent('robot', { status: 'failed', normalized_status: 'error' }));
    become(newAgent('robot'));
    clock.move(30_000);
    await service.collect();
    expect(service.lastRows().agents.get('robot')).toMatchObject({
      agent_id: 'robot',
      timestamp: new Date(T0 + 2 * MINUTE).toISOString(),
      tasks_completed: 2,
      tasks_failed: 1,
      tasks_in_progress: 0,
      total_work_time: 90,
      idle_time: 30,
      messages_sent: 1,
      messages_received: null,
      error_rate: 0.333333,
      success_rate: 0.666667,
      cpu_usage: null,
    });
    const answer = await service.query({ metric: ['total_work_time', 'tasks_completed', 'tasks_failed'], step: 'raw' });
    expect(answer.series.map(({ points }) => points.map(({ v }) => v))).toEqual([
      [0, 60, 90],
      [0, 2, 2],
      [0, 0, 1],
    ]);
    const history = JSON.parse(
      Buffer.from(await service.answer('history', { agent: 'robot', period: HOUR })).toString(),
    ) as {
      history: { error_rate: number | null; success_rate: number | null }[];
    };
    expect(history.history.map(({ error_rate }) => error_rate)).toEqual([0.333333, 0, null]);
    await service.stop();
  });

  it('writes intervals of status and events as they happen, and ends them when it stops', async () => {
    const { service, clock, become, publish, layout } = newRig(scratch());
    become(newAgent('robot', busy));
    await service.start();
    clock.move(5000);
    become(newAgent('robot'));
    become(newAgent('robot', { role: 'another detail' }));
    publish([{ type: 'file_change', at: clock.now(), data: { path: 'x', kind: 'changed' } }]);
    const { events } = await service.events({ agent: 'robot' });
    expect(events).toMatchObject([
      {
        event_type: 'agent_status',
        agent_id: 'robot',
        data: { status: 'idle', previous: 'busy' },
        timestamp: new Date(T0 + 5000).toISOString(),
      },
    ]);
    clock.move(1000);
    await service.stop();
    const { openReader } = await import('../../../src/metrics/store/database.js');
    const db = openReader(layout.database);
    expect(db.prepare('SELECT began, ended, status FROM intervals ORDER BY began').all()).toEqual([
      { began: T0, ended: T0 + 5000, status: 'busy' },
      { began: T0 + 5000, ended: T0 + 6000, status: 'idle' },
    ]);
    expect(db.prepare('SELECT event_type FROM events ORDER BY id').pluck().all()).toEqual([
      'service_started',
      'agent_status',
      'service_stopped',
    ]);
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    db.close();
  });

  it('goes on where it stopped', async () => {
    const directory = scratch();
    const first = newRig(directory);
    first.become(newAgent('robot', { ...busy, tasks: tasksNamed('one') }));
    await first.service.start();
    first.clock.move(60_000);
    first.become(newAgent('robot', busy));
    await first.service.collect();
    await first.service.stop();
    const second = newRig(directory);
    second.clock.move(10 * MINUTE);
    second.become(newAgent('robot', busy));
    await second.service.start();
    second.clock.move(30_000);
    await second.service.collect();
    expect(second.service.lastRows().agents.get('robot')).toMatchObject({ total_work_time: 90, tasks_completed: 1 });
    await second.service.stop();
  });

  it('is stopped by no counter of any shape, and one agent’s figures touch no other’s', async () => {
    const { service, become, published } = newRig(scratch());
    const odd = { ...NO_COUNTERS, tasks_completed: null, tasks_failed: '2' as unknown as number };
    become(newAgent('analyst', { counters: odd }));
    become(newAgent('fine', { counters: { ...NO_COUNTERS, tasks_completed: 5, tasks_failed: 0 } }));
    become({ ...newAgent('broken'), tasks: null as never, current_tasks: null as never, normalized_status: 'idle' });
    await service.start();
    const { agents } = service.lastRows();
    expect(agents.get('analyst')).toMatchObject({ tasks_completed: null, tasks_failed: null, error_rate: null });
    expect(agents.get('fine')).toMatchObject({ tasks_completed: 5, success_rate: 1 });
    expect(agents.has('broken')).toBe(false);
    expect((await service.events({ type: 'collection_failed', agent: 'broken' })).events.length).toBeGreaterThan(0);
    expect(published.some(({ type }) => type === 'system_metric')).toBe(true);
    await service.stop();
  });

  it('pushes one system_metric per figure of the system at each collection', async () => {
    const { service, published, become } = newRig(scratch());
    become(newAgent('a', busy));
    become(newAgent('b', { normalized_status: 'unknown', state: null }));
    await service.start();
    const metrics = published.flatMap((draft) => (draft.type === 'system_metric' ? [draft.data] : []));
    expect(metrics.map(({ metric }) => metric)).toEqual(metricsOf('system').map(({ name }) => name));
    const value = (name: string) => metrics.find(({ metric }) => metric === name)?.value;
    expect([value('total_agents'), value('busy_agents'), value('unknown_agents'), value('ws_clients')]).toEqual([
      2, 1, 1, 3,
    ]);
    expect(value('system_health_score')).toBe(1);
    expect(value('rss')).toBeGreaterThan(1e6);
    expect(value('disk_free_bytes')).toBeGreaterThan(0);
    expect(value('backup_age_seconds')).toBeNull();
    expect(metrics[0]?.timestamp).toBe(new Date(T0).toISOString());
    const { explain } = await service.query({ metric: 'system_health_score', system: true, explain: true });
    expect(explain).toMatchObject({ score: 1, timestamp: new Date(T0).toISOString() });
    expect(explain?.parts).toHaveLength(4);
    await service.stop();
  });

  it('counts events a minute and how long tasks wait', async () => {
    const { service, clock, publish, become } = newRig(scratch());
    become(newAgent('a'));
    await service.start();
    const task = {
      key: 'k',
      text: 'Do it',
      status: 'pending',
      id: 'T-1',
      assignee: 'A',
      priority: null,
      due: null,
      created: null,
      line: 1,
    } as const;
    const update = (added: object[], changed: object[]) =>
      publish([
        {
          type: 'task_update',
          at: clock.now(),
          data: {
            type: 'task_queue_changed',
            path: 'PENDING_TASKS.md',
            added,
            changed,
            removed: [],
            moved: [],
          } as never,
        },
      ]);
    const source = 'PENDING_TASKS.md';
    update([{ ...task, source }], []);
    clock.move(10_000);
    update([], [{ ...task, source, status: 'in_progress' }]);
    clock.move(10_000);
    update([], [{ ...task, source, status: 'completed' }]);
    clock.move(10_000);
    await service.collect();
    const { system, agents } = service.lastRows();
    expect(system).toMatchObject({ avg_response_time: 10, events_per_minute: 6, total_tasks_completed: 1 });
    expect(agents.get('a')).toMatchObject({ tasks_completed: 1 });
    await service.stop();
  });

  it('notices failed tasks in the health score, over a counter’s reset and over a restart', async () => {
    const directory = scratch();
    const first = newRig(directory);
    const counted = (completed: number, failed: number) =>
      newAgent('a', { counters: { ...NO_COUNTERS, tasks_completed: completed, tasks_failed: failed } });
    first.become(counted(10, 5));
    await first.service.start();
    first.clock.move(MINUTE);
    first.become(counted(1, 6));
    await first.service.collect();
    expect(first.service.lastRows().system?.system_health_score).toBeCloseTo(0.7 + 0.3 * 0.5, 6);
    await first.service.stop();
    const second = newRig(directory);
    second.clock.move(2 * MINUTE);
    second.become(counted(1, 6));
    await second.service.start();
    expect(second.service.lastRows().system?.system_health_score).toBeCloseTo(0.85, 6);
    await second.service.stop();
  });

  it('upgrades an old database while it starts, says so, and collects into it', async () => {
    const directory = scratch();
    officeDatabase(directory);
    const { service, published, become } = newRig(directory);
    become(newAgent('tester'));
    await service.start();
    expect(published).toContainEqual(
      expect.objectContaining({
        type: 'notification',
        data: expect.objectContaining({ title: 'Metrics database upgraded', level: 'info' }),
      }),
    );
    expect(service.health()).toBe('available');
    const { events } = await service.events({ type: 'database_upgraded' });
    expect(events[0]?.data).toMatchObject({ agentRows: 540, systemRows: 180, events: 1 });
    await service.stop();
  });

  it('begins a new database beside a corrupt one and is degraded, with a notification', async () => {
    const directory = scratch();
    const layout = workspaceLayout(directory);
    mkdirSync(layout.data, { recursive: true });
    copyFileSync(import.meta.filename, layout.database);
    const { service, published } = newRig(directory);
    await service.start();
    expect(service.health()).toContain('set aside');
    const notes = published.flatMap((draft) => (draft.type === 'notification' ? [draft.data] : []));
    expect(notes).toMatchObject([{ level: 'error', title: 'Metrics database set aside' }]);
    expect(notes[0]?.message).not.toContain(directory);
    await service.stop();
  });

  it('pauses while the disk is full, holds what happens, and resumes by itself', async () => {
    const directory = scratch();
    const clock = handClock();
    const layout = workspaceLayout(directory);
    const thread = createMetricsThread();
    const keeper = createKeeper({
      path: layout.database,
      retention: KEEP,
      clock,
      thread,
      monotonic: () => clock.now(),
    });
    const { service, published, publish, become } = newRig(directory, { clock, keeper });
    become(newAgent('robot', busy));
    await service.start();
    const pages = keeper.store().db.pragma('page_count', { simple: true }) as number;
    keeper.store().db.pragma(`max_page_count = ${pages}`);
    const fill = 'x'.repeat(10_000);
    for (let n = 0; n < 30; n += 1) {
      publish([
        { type: 'agent_activity', at: clock.now(), data: { agent: 'robot', activity: { action: 'long', text: fill } } },
      ]);
    }
    clock.move(MINUTE);
    await service.collect();
    expect(service.health()).toMatch(/^paused since .*: the disk is full$/);
    clock.move(MINUTE);
    await service.collect();
    const titles = () => published.flatMap((draft) => (draft.type === 'notification' ? [draft.data.title] : []));
    expect(titles()).toEqual(['Metrics are paused']);
    expect(service.lastRows().timestamp).toBe(new Date(T0 + 2 * MINUTE).toISOString());
    keeper.store().db.pragma('max_page_count = 1000000');
    clock.move(MINUTE);
    await service.collect();
    expect(service.health()).toBe('available');
    expect(titles()).toEqual(['Metrics are paused', 'Metrics are collected again']);
    const { events } = await service.events({ limit: 100 });
    expect(events.filter(({ event_type }) => event_type === 'agent_activity')).toHaveLength(30);
    const answer = await service.query({ metric: 'total_work_time', step: '1m', agent: 'robot', since: '4m' });
    expect(answer.series[0]?.points.map(({ v }) => v)).toEqual([null, 0, null, null, 180]);
    await service.stop();
  });

  it('sets a database aside that turns out damaged while it is used, and goes on with a new one', async () => {
    const directory = scratch();
    const { service, clock, published, become, layout } = newRig(directory);
    become(newAgent('robot', busy));
    await service.start();
    const { openWriter } = await import('../../../src/metrics/store/database.js');
    const other = openWriter(layout.database);
    other.unsafeMode();
    other.pragma('writable_schema = ON');
    other.exec("UPDATE sqlite_master SET rootpage = 999999 WHERE name = 'agent_raw'");
    other.pragma('schema_version = 999');
    other.close();
    clock.move(MINUTE);
    await service.collect();
    await vi.waitFor(() => expect(service.health()).toContain('set aside'));
    clock.move(MINUTE);
    await service.collect();
    const answer = await service.query({ metric: 'total_work_time', step: 'raw' });
    // The collection that the damaged file did not take is in the new one.
    expect(answer.series[0]?.points.map(({ v }) => v)).toEqual([60, 120]);
    expect(published.filter(({ type }) => type === 'notification')).toHaveLength(1);
    await service.stop();
  });

  it('collects on whole multiples of its interval, and writes down when it was late', async () => {
    const clock = { offset: 0, now: () => Date.now() + clock.offset };
    const { service, published } = newRig(scratch(), { clock, settings: { ...RIG_SETTINGS, collectInterval: 200 } });
    await service.start();
    const times = () =>
      published.flatMap((draft) =>
        draft.type === 'system_metric' && draft.data.metric === 'rss' ? [Date.parse(draft.data.timestamp)] : [],
      );
    await vi.waitFor(() => expect(times().length).toBeGreaterThan(3), { timeout: 10_000 });
    clock.offset += 5000;
    await vi.waitFor(
      async () => expect((await service.events({ type: 'collection_late' })).events.length).toBeGreaterThan(0),
      { timeout: 10_000 },
    );
    expect(
      times()
        .slice(1, 4)
        .filter((t) => t % 200 === 0).length,
    ).toBeGreaterThan(0);
    await service.stop();
  });
});

const RIG_SETTINGS = {
  collectInterval: MINUTE,
  retainRaw: 14 * DAY,
  retainMinutes: 90 * DAY,
  retainHours: 730 * DAY,
  retainEvents: 90 * DAY,
};

describe('the database while it is lent out', () => {
  it('is closed, holds nothing up, and is opened again with what is there then', async () => {
    const { service, clock, become, publish, layout } = newRig(scratch());
    become(newAgent('robot', busy));
    await service.start();
    const saved = `${layout.database}.saved`;
    await service.whileClosed(async () => {
      copyFileSync(layout.database, saved);
      expect(service.health()).toContain('restored');
      await expect(service.query({ metric: 'rss' })).rejects.toMatchObject({ code: 'busy' });
      await expect(service.whileClosed(async () => {})).rejects.toMatchObject({ code: 'busy' });
      expect(service.health()).toContain('restored');
      publish([
        { type: 'agent_activity', at: clock.now(), data: { agent: 'robot', activity: { action: 'meanwhile' } } },
      ]);
      await service.collect();
    });
    expect(service.health()).toBe('available');
    clock.move(MINUTE);
    await service.collect();
    const { events } = await service.events({ type: 'agent_activity' });
    expect(events).toMatchObject([{ data: { activity: { action: 'meanwhile' } } }]);
    await expect(
      service.whileClosed(async () => {
        copyFileSync(saved, layout.database);
        throw new Error('the restore failed');
      }),
    ).rejects.toThrow('the restore failed');
    const answer = await service.query({ metric: 'total_work_time', agent: 'robot', step: 'raw' });
    expect(answer.series[0]?.points.map(({ v }) => v)).toEqual([0]);
    await service.stop();
  });
});

describe('a service that is stopped while the database is lent out', () => {
  it('leaves it closed', async () => {
    const { service, layout, clock } = newRig(scratch());
    await service.start();
    await service.whileClosed(async () => {
      await service.stop();
      rmSync(layout.database);
    });
    clock.move(10 * MINUTE);
    await service.collect();
    expect(existsSync(layout.database)).toBe(false);
  });

  it('closes it when it was just being opened', async () => {
    const { service, layout } = newRig(scratch());
    await service.start();
    let stopping: Promise<void> | undefined;
    await service.whileClosed(async () => {
      setImmediate(() => {
        stopping = service.stop();
      });
    });
    await vi.waitFor(() => expect(stopping).toBeDefined());
    await stopping;
    // An open database has its log beside it.
    expect(existsSync(`${layout.database}-wal`)).toBe(false);
  });
});

describe('what backups tell', () => {
  it('is in the sample and the score; when it cannot be told the sample is taken all the same', async () => {
    const told = newRig(scratch(), {
      probes: { wsClients: () => 0, backup: async () => ({ age: 7200, limit: 3600, scheduled: true }) },
    });
    await told.service.start();
    expect(told.service.lastRows().system).toMatchObject({ backup_age_seconds: 7200, system_health_score: 0.9 });
    await told.service.stop();
    const failing = newRig(scratch(), {
      probes: {
        wsClients: () => 0,
        watcherAlive: () => false,
        backup: async () => {
          throw new Error('no catalogue');
        },
      },
    });
    await failing.service.start();
    expect(failing.service.lastRows().system).toMatchObject({ backup_age_seconds: null, system_health_score: 0.9 });
    await failing.service.stop();
  });
});

describe('a database that cannot be opened', () => {
  it('keeps nothing else from starting, and is tried again', async () => {
    const { service, become, published, layout, clock } = newRig(scratch());
    mkdirSync(layout.database, { recursive: true });
    become(newAgent('robot', busy));
    await service.start();
    expect(service.health()).toContain('cannot be opened');
    await expect(service.query({ metric: 'rss' })).rejects.toMatchObject({ code: 'busy' });
    expect(service.knowsAgent('robot')).toBe(true);
    rmSync(layout.database, { recursive: true });
    clock.move(MINUTE);
    await service.collect();
    expect(service.health()).toBe('available');
    expect(published.some(({ type }) => type === 'system_metric')).toBe(true);
    await service.stop();
  });

  it('is told and left alone when the service is stopped', async () => {
    const { service, layout } = newRig(scratch());
    mkdirSync(layout.database, { recursive: true });
    await service.start();
    await service.stop();
  });
});

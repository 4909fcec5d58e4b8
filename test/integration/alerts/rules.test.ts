import { mkdir, mkdtemp, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { BUILTIN_RULES } from '../../../src/alerts/index.js';
import { openBackups } from '../../../src/backup/index.js';
import { workspaceLayout } from '../../../src/base/index.js';
import { silentLog } from '../../../src/base/log.js';
import type { Alert } from '../../../src/protocol/index.js';
import { type RunningServer, startServer } from '../../../src/server/index.js';
import { type Listener, listen, synced } from '../../contract/ws/stand.js';
import { settingsWith } from '../server/office.js';

/**
 * Each built-in rule over real files, through to a WebSocket client: it fires and is over. The clocks are the test's: what
 * lasts is waited for by setting them. What no file can bring about is tried in `service.test.ts`.
 */
const BESIDE = [
  'watcher_polling',
  'watcher_down',
  'database_set_aside',
  'cron_failed',
  'cron_flapping',
  'cron_missed',
  'quota_low',
];
const MINUTE = 60_000;
const LONG = 120_000;

/** By how much the clocks are ahead of the machine's. */
const ahead = { wall: 0, lasting: 0 };
const tried = new Set<string>(BESIDE);
let place: string;
let root: string;
let server: RunningServer;
let client: Listener;

const file = (...path: string[]) => join(root, 'mission-control', ...path);
const agent = async (id: string, state: object) => {
  await mkdir(file('agents', id), { recursive: true });
  await writeFile(file('agents', id, 'state.json'), JSON.stringify(state));
};
const rules = (builtin: object) => writeFile(join(place, 'alerts.json'), JSON.stringify({ builtin }), { mode: 0o600 });
const send = async (method: string, path: string, body?: unknown) => {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(server.http + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
  // biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects
  return { status: answer.status, body: (await answer.json()) as any };
};

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'mc-rules-'));
  root = join(place, 'office');
  await agent('calm', { status: 'idle' });
  const settings = await settingsWith({ collectInterval: 1000, backupInterval: 24 * 60 * MINUTE });
  server = await startServer({
    workspace: root,
    settings,
    log: silentLog(),
    clock: { now: () => Date.now() + ahead.wall },
    monotonic: () => performance.now() + ahead.lasting,
    alertsDirectory: join(place, 'state'),
    alertsFile: join(place, 'alerts.json'),
  });
  client = await synced(listen(`${server.ws}/?channels=alert`));
}, LONG);

afterAll(async () => {
  client.ws.terminate();
  await server.stop();
  await rm(place, { recursive: true, force: true });
});

/** The newest word about a rule's alert, once it is this one. */
function heard(rule: string, state: Alert['state'], about: string | null): Promise<Alert> {
  tried.add(rule);
  return vi.waitFor(
    () => {
      const told = client.frames.flatMap(({ type, data }) => (type === 'alert' ? [data as Alert] : []));
      const last = told.findLast((alert) => alert.rule === rule && alert.agent === about);
      if (last?.state !== state) throw new Error(`${rule} is ${last?.state}, not ${state}`);
      return last;
    },
    { timeout: 60_000, interval: 20 },
  );
}

/** Until a look has found the condition to hold, or no longer to hold. */
async function pendingAt(rule: string): Promise<void> {
  await vi.waitFor(async () => expect((await send('GET', `/api/alerts/${rule}`)).body.rule.pending).toBe(1), {
    timeout: 60_000,
    interval: 50,
  });
}

/** The same rule at once, and for as long as nothing is said of how long. */
const AT_ONCE = { for: '0s' };

it(
  'agent_error',
  async () => {
    await agent('api', { status: 'failed' });
    expect(await heard('agent_error', 'firing', 'api')).toMatchObject({
      severity: 'error',
      summary: 'api is in error',
      evidence: 'state.json status: failed',
      resolved_at: null,
    });
    await agent('api', { status: 'idle' });
    // It keeps firing for a minute: agents try again.
    await vi.waitFor(
      async () => {
        ahead.lasting += 2 * MINUTE;
        expect((await heardNow('agent_error'))?.state).toBe('resolved');
      },
      { timeout: 60_000, interval: 200 },
    );
  },
  LONG,
);

const heardNow = async (rule: string): Promise<Alert | undefined> =>
  client.frames.flatMap(({ data }) => data as Alert).findLast((alert) => alert.rule === rule);

it(
  'agent_waiting',
  async () => {
    await agent('asker', { status: 'needs_approval' });
    await pendingAt('agent_waiting');
    ahead.lasting += 5 * MINUTE;
    expect(await heard('agent_waiting', 'firing', 'asker')).toMatchObject({ severity: 'warning' });
    await agent('asker', { status: 'busy' });
    await heard('agent_waiting', 'resolved', 'asker');
  },
  LONG,
);

it(
  'agent_stale',
  async () => {
    await agent('silent', { status: 'busy' });
    const old = new Date(Date.now() - 60 * MINUTE);
    await utimes(file('agents', 'silent', 'state.json'), old, old);
    await pendingAt('agent_stale');
    ahead.lasting += MINUTE;
    expect((await heard('agent_stale', 'firing', 'silent')).evidence).toContain('last sign of life');
    await agent('silent', { status: 'idle' });
    await heard('agent_stale', 'resolved', 'silent');
  },
  LONG,
);

it(
  'agent_offline',
  async () => {
    await agent('gone', { status: 'offline', current_tasks: [{ title: 'Dig', status: 'in_progress' }] });
    await pendingAt('agent_offline');
    ahead.lasting += MINUTE;
    expect((await heard('agent_offline', 'firing', 'gone')).summary).toContain('leaves work behind: Dig');
    await agent('gone', { status: 'offline', current_tasks: [] });
    await heard('agent_offline', 'resolved', 'gone');
  },
  LONG,
);

it(
  'agent_stuck',
  async () => {
    const started_at = new Date(Date.now() - 3 * 60 * MINUTE).toISOString();
    await agent('slow', { status: 'busy', current_tasks: [{ title: 'Dig', started_at }] });
    expect(await heard('agent_stuck', 'firing', 'slow')).toMatchObject({ limit: 7200, unit: 'seconds' });
    await agent('slow', { status: 'idle', current_tasks: [] });
    await heard('agent_stuck', 'resolved', 'slow');
  },
  LONG,
);

it(
  'task_overdue',
  async () => {
    const list = (status: string) =>
      `| ID | Task | Status | Assigned To | Priority | Created | Due |\n|---|---|---|---|---|---|---|\n| T-1 | Dig | ${status} | calm | P1 | 2026-01-01 | 2026-01-02 |\n`;
    await writeFile(file('TASK_QUEUE.md'), list('🟡 PENDING'));
    expect(await heard('task_overdue', 'firing', 'calm')).toMatchObject({ value: 1, unit: 'tasks' });
    await writeFile(file('TASK_QUEUE.md'), list('✅ COMPLETED'));
    await heard('task_overdue', 'resolved', 'calm');
  },
  LONG,
);

it.each([
  ['disk_low', { limit: 1e18, ...AT_ONCE }, { limit: 0, ...AT_ONCE }],
  ['event_loop_delay', { limit: -1, ...AT_ONCE }, { limit: 1e9 }],
  ['health_score', { limit: 2, ...AT_ONCE }, { limit: 0 }],
])(
  '%s',
  async (rule, bad, good) => {
    await rules({ [rule]: bad });
    expect((await heard(rule, 'firing', null)).value).toEqual(expect.any(Number));
    await rules({ [rule]: good });
    await vi.waitFor(
      async () => {
        ahead.lasting += 5 * MINUTE;
        expect((await heardNow(rule))?.state).toBe('resolved');
      },
      { timeout: 60_000, interval: 300 },
    );
  },
  LONG,
);

it(
  'error_rate',
  async () => {
    const counted = (tasks_completed: number, tasks_failed: number) =>
      agent('worker', { status: 'idle', tasks_completed, tasks_failed });
    await counted(1, 1);
    const sampled = async (failed: number) => {
      const { body } = await send('GET', '/api/agents/worker');
      expect(body.metrics.tasks_failed).toBe(failed);
    };
    await vi.waitFor(() => sampled(1), { timeout: 60_000, interval: 200 });
    await counted(4, 9);
    expect(await heard('error_rate', 'firing', null)).toMatchObject({ unit: 'ratio', limit: 0.3 });
    await rules({ error_rate: { limit: 1 } });
    await vi.waitFor(
      async () => {
        ahead.lasting += 5 * MINUTE;
        expect((await heardNow('error_rate'))?.state).toBe('resolved');
      },
      { timeout: 60_000, interval: 300 },
    );
  },
  LONG,
);

it(
  'backup_late',
  async () => {
    const { status } = await send('POST', '/api/backups', { type: 'full' });
    expect(status).toBe(200);
    ahead.wall += 3 * 24 * 60 * MINUTE;
    expect(await heard('backup_late', 'firing', null)).toMatchObject({ limit: 2 * 86_400, unit: 'seconds' });
    expect((await send('POST', '/api/backups', { type: 'full' })).status).toBe(200);
    await heard('backup_late', 'resolved', null);
  },
  LONG,
);

it(
  'backup_damaged and drill_failed',
  async () => {
    const { body: made } = await send('POST', '/api/backups', { type: 'full' });
    await truncate(file('backups', `backup_${made.id}.tar.gz`), 100);
    await send('POST', `/api/backups/${made.id}/verify`, {});
    expect((await heard('backup_damaged', 'firing', null)).summary).toContain(made.id);

    const backups = await openBackups({
      layout: workspaceLayout(root),
      settings: await settingsWith(),
      clock: { now: () => Date.now() + ahead.wall },
    });
    await backups.drill(made.id).catch(() => {});
    // Whatever is done to backups, the server looks at all of them.
    await send('POST', '/api/backups', { type: 'snapshot' });
    await heard('drill_failed', 'firing', null);
    await backups.drill();
    await backups.stop();

    expect((await send('DELETE', `/api/backups/${made.id}`)).status).toBe(200);
    await send('POST', '/api/backups', { type: 'snapshot' });
    await heard('backup_damaged', 'resolved', null);
    await heard('drill_failed', 'resolved', null);
  },
  LONG,
);

it(
  'backup_failed',
  async () => {
    await rename(file('backups'), file('backups.away'));
    await writeFile(file('backups'), 'in the way');
    expect((await send('POST', '/api/backups', { type: 'full' })).status).toBeGreaterThanOrEqual(400);
    await heard('backup_failed', 'firing', null);
    await rm(file('backups'));
    await rename(file('backups.away'), file('backups'));
    expect((await send('POST', '/api/backups', { type: 'full' })).status).toBe(200);
    await heard('backup_failed', 'resolved', null);
  },
  LONG,
);

it('leaves none of the built-in rules out', () => {
  expect([...tried].toSorted()).toEqual(BUILTIN_RULES.map(({ name }) => name).toSorted());
});

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workspaceLayout } from '../../../src/base/index.js';
import type { AgentRow, Task } from '../../../src/protocol/index.js';
import { makePlace, type Place, run, runJson, type Served, serve } from './mc.js';

let place: Place;
let served: Served;
let here: string[];
beforeAll(async () => {
  place = await makePlace();
  served = await serve(place);
  here = ['-w', place.office];
});
afterAll(async () => {
  await served.end();
  await place.clear();
});

describe('mc agents', () => {
  it('lists the fleet as REST does', async () => {
    const { status, json } = await runJson(place, ['agents', 'list', ...here]);
    expect(status).toBe(0);
    expect(json.agents).toHaveLength(16);
    expect(json.summary.counts).toMatchObject({ offline: 1, busy: 1 });
    expect(json).toEqual(await (await fetch(`${served.ready.http}/api/agents`)).json());
  });

  it('lists only those of a status', async () => {
    const { json } = await runJson(place, ['agents', 'list', '--status', 'offline', ...here]);
    expect(json.agents.map((row: AgentRow) => row.id)).toEqual(['courier']);
    expect((await run(place, ['agents', 'list', '--status', 'stale', ...here])).err).toContain('no agent is stale');
  });

  it('shows one with its evidence and warnings', async () => {
    const { status, out } = await run(place, ['agents', 'show', 'analyst', ...here]);
    expect(status).toBe(0);
    expect(out).toContain('analyst');
    expect(out).toContain('⚠ state.json');
    expect((await runJson(place, ['agents', 'show', 'api', ...here])).json).toMatchObject({
      id: 'api',
      normalized_status: 'active',
      state: { status: 'active' },
    });
  });

  it('ends with 4 for an unknown one and names a near one', async () => {
    const { status, json, err } = await runJson(place, ['agents', 'show', 'bilder', ...here]);
    expect(status).toBe(4);
    expect(json.error).toMatchObject({ code: 'agent.not_found', hint: expect.stringContaining('builder') });
    expect(err).toContain('builder');
    expect((await run(place, ['agents', 'report', 'bilder', '--status', 'idle', ...here])).status).toBe(4);
  });

  it('reports into state.json and keeps what stood there', async () => {
    const report = [
      'agents',
      'report',
      'api',
      '--status',
      'busy',
      '--task',
      'Rotate',
      '--counter',
      'tasks_completed=77',
    ];
    const { status, json } = await runJson(place, [...report, ...here]);
    expect(status).toBe(0);
    expect(json.agent).toMatchObject({ id: 'api', normalized_status: 'busy', tasks_completed: 77 });
    const file = join(workspaceLayout(place.office).agents, 'api', 'state.json');
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ status: 'busy', messages_sent: 41 });
  });
});

describe('mc tasks', () => {
  it('lists all 16, or those of a status or an assignee', async () => {
    const list = async (...flags: string[]) => (await runJson(place, ['tasks', 'list', ...flags, ...here])).json.tasks;
    expect(await list()).toHaveLength(16);
    expect((await list('--status', 'failed')).map((task: Task) => task.id)).toEqual(['2']);
    expect((await list('--assignee', 'builder')).map((task: Task) => task.id)).toEqual(['31']);
  });

  it('adds one and marks it as done', async () => {
    const text = 'Water the plants | ## and <b>more</b>';
    const added = await runJson(place, ['tasks', 'add', text, '--assignee', 'api', '--priority', 'P1', ...here]);
    expect(added).toMatchObject({ status: 0, json: { success: true, tasks_created: 1, ids: [expect.any(String)] } });
    const id = added.json.ids[0];
    const done = await runJson(place, ['tasks', 'done', id, ...here]);
    expect(done).toMatchObject({ status: 0, json: { task: { id, status: 'completed', assignee: 'api' } } });
    expect((await run(place, ['tasks', 'done', 'TASK-O41', ...here])).status).toBe(4);
    expect((await run(place, ['tasks', 'done', 'TASK-O41', ...here])).err).toContain('TASK-041');
  });
});

describe('mc notify', () => {
  it('sends a notification that everybody sees', async () => {
    const sent = await runJson(place, [
      'notify',
      'The import failed',
      '--level',
      'error',
      '--agent',
      'courier',
      ...here,
    ]);
    expect(sent.status).toBe(0);
    const { json } = await runJson(place, ['status', ...here]);
    expect(json.notifications).toContainEqual(sent.json.notification);
  });
});

describe('mc status', () => {
  it('is one snapshot of everything', async () => {
    const { status, json } = await runJson(place, ['status', ...here]);
    expect(status).toBe(0);
    expect(Object.keys(json).sort()).toEqual([
      'agents',
      'backups',
      'health',
      'notifications',
      'office',
      'position',
      'server',
      'summary',
      'tasks',
    ]);
    expect(json.server).toMatchObject({ url: served.ready.http, workspace: place.office });
    expect(json.position).toEqual({ epoch: expect.any(String), seq: expect.any(Number) });
    expect(Object.keys(json.office.positions)).toHaveLength(9);
    // The fixture brings three archives and a snapshot.
    expect(json.backups).toHaveLength(4);
  });

  it('is a table, or one line', async () => {
    const table = await run(place, ['status', '--once', ...here]);
    expect(table.status).toBe(0);
    expect(table.out).toMatch(/^mc · office .*\n16 agents/);
    expect(table.out).toMatch(/⏻ offline +courier/);
    const line = await run(place, ['status', '--line', ...here]);
    expect(line.out).toMatch(/^● \d+ active.* \| health [\d.]+ \| backup \d+d\n$/);
  });

  it('takes only one of --once and --line', async () => {
    expect((await run(place, ['status', '--once', '--line', ...here])).status).toBe(2);
  });

  it('takes the server by its URL, too', async () => {
    const { status, json } = await runJson(place, ['status', '--server', served.ready.http]);
    expect(status).toBe(0);
    expect(json.server.workspace).toBe(place.office);
  });
});

describe('without a server', () => {
  it.each([
    [['agents', 'list']],
    [['agents', 'show', 'api']],
    [['agents', 'report', 'api', '--status', 'idle']],
    [['tasks', 'list']],
    [['tasks', 'add', 'x']],
    [['tasks', 'done', 'x']],
    [['notify', 'x']],
    [['status']],
    [['events', 'tail']],
  ])('mc %s ends with 3 and the command that starts one', async (command) => {
    const { status, json, err } = await runJson(place, [...command, '--server', 'http://127.0.0.1:1']);
    expect(status).toBe(3);
    expect(json).toEqual({
      error: { code: 'server.unreachable', message: expect.any(String), hint: expect.stringContaining('mc serve') },
    });
    expect(err).toContain('mc serve');
  });

  it('a prompt line says so on stdout', async () => {
    const { status, out } = await run(place, ['status', '--line', '--server', 'http://127.0.0.1:1']);
    expect({ status, out }).toEqual({ status: 3, out: '✕ no server\n' });
  });
});

describe('mc config', () => {
  it('shows values, where they come from, and the paths of the files', async () => {
    const file = workspaceLayout(place.office).config;
    await writeFile(file, '{"staleAfter": "5m"}');
    const { json } = await runJson(place, ['config', 'show', '--origin', '--token', 'secret', ...here]);
    expect(json.values).toMatchObject({ staleAfter: '5m', token: '***', port: 8080 });
    expect(json.origins.staleAfter).toEqual({ kind: 'workspace file', name: file });
    const paths = await run(place, ['config', 'path', ...here]);
    expect(paths.out).toBe(`${join(place.home, 'config', 'mission-control', 'config.json')}\n${file}\n`);
    await writeFile(file, '{"host": "0.0.0.0"}');
    expect(await run(place, ['config', 'show', ...here])).toMatchObject({ status: 2, out: '' });
    await writeFile(file, '{}');
  });
});

describe('mc init', () => {
  it('makes a workspace that a server serves', async () => {
    const made = await runJson(place, ['init', 'fresh']);
    expect(made).toMatchObject({ status: 0, json: { workspace: join(place.home, 'fresh'), kept: [] } });
    const fresh = await serve({ ...place, office: made.json.workspace });
    const { json } = await runJson(place, ['status', '-w', made.json.workspace]);
    expect(json.agents.map((row: AgentRow) => row.normalized_status)).toEqual(['active', 'idle']);
    expect(json.agents.flatMap((row: AgentRow) => row.warnings)).toEqual([]);
    expect(json.tasks).toHaveLength(2);
    await fresh.end();
    expect((await run(place, ['init', 'fresh'])).out).toContain('next: mc serve --workspace');
  });
});

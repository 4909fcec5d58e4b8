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
      'alerts',
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
    const shown = await runJson(place, ['config', 'show', ...here]);
    expect(shown).toMatchObject({ status: 0, json: { faults: [{ place: 'workspace file' }] } });
    expect(shown.json.values.host).toBe('127.0.0.1');
    await writeFile(file, '{}');
  });
});

describe('mc init', () => {
  it('makes a workspace that a server serves', async () => {
    const made = await runJson(place, ['init', 'fresh', '--sample']);
    expect(made).toMatchObject({ status: 0, json: { workspace: join(place.home, 'fresh'), kept: [] } });
    const fresh = await serve({ ...place, office: made.json.workspace });
    const { json } = await runJson(place, ['status', '-w', made.json.workspace]);
    expect(json.agents.map((row: AgentRow) => row.normalized_status)).toEqual(['active', 'idle']);
    expect(json.agents.flatMap((row: AgentRow) => row.warnings)).toEqual([]);
    expect(json.tasks).toHaveLength(2);
    await fresh.end();
    expect((await run(place, ['init', 'fresh'])).out).toContain('mc serve --workspace');
  });
});

describe('a workspace whose config file is broken', () => {
  it('keeps only those from working that need it', async () => {
    const { json } = await runJson(place, ['init', 'torn', '--sample']);
    const here = ['--workspace', json.workspace as string];
    const file = join(json.workspace, 'mission-control', 'mc.config.json');
    expect((await run(place, ['backup', 'create', ...here])).status).toBe(0);
    await writeFile(file, '{');
    for (const words of [
      ['config', 'path'],
      ['config', 'show'],
      ['token', 'list'],
      ['token', 'create'],
      ['init', 'elsewhere'],
      ['agents', 'add', 'third'],
      ['metrics', 'list'],
      ['backup', 'list'],
      ['backup', 'verify', '--all'],
      ['backup', 'restore', 'latest', '--dry-run'],
      ['backup', 'restore', 'latest', '--yes'],
    ]) {
      expect([words, (await run(place, [...words, ...here])).status]).toEqual([words, 0]);
    }
    await writeFile(file, '{');
    for (const words of [
      ['serve', '--port', '0', '--ws-port', '0'],
      ['backup', 'create'],
      ['backup', 'prune', '--yes'],
    ]) {
      const refused = await run(place, [...words, ...here]);
      expect([words, refused.status]).toEqual([words, 2]);
      expect(refused.err).toContain('is not JSON');
    }
    const doctor = await runJson(place, ['doctor', ...here]);
    expect(doctor.status).toBe(5);
    const finding = doctor.json.findings.find((found: { name: string }) => found.name === 'config');
    expect(finding).toMatchObject({ ok: false, fix: expect.stringContaining('mend the file') });
    expect(finding.message).toContain(file);
  }, 180_000);

  it('keeps nobody from the server that runs for it', async () => {
    const { json } = await runJson(place, ['init', 'running', '--sample']);
    const here = ['--workspace', json.workspace as string];
    const running = await serve({ ...place, office: json.workspace });
    await writeFile(join(json.workspace, 'mission-control', 'mc.config.json'), '{');
    for (const words of [
      ['agents', 'list'],
      ['notify', 'x'],
      ['agents', 'list', '--server', running.ready.http],
      ['status', '--once'],
    ]) {
      const { status, err } = await run(place, [...words, ...here]);
      expect([words, status]).toEqual([words, 0]);
      expect(err).toContain('not in force');
    }
    await running.end();
    // Without one, whoever listens at the default address is not taken for it.
    const { status, err } = await run(place, ['agents', 'list', ...here]);
    expect(status).toBe(3);
    expect(err).toMatch(/not in force.*\n(.*\n)*.*server/);
  }, 60_000);
});

describe('a port that is taken', () => {
  it('by another mc: it says whose', async () => {
    const port = new URL(served.ready.http).port;
    const { json } = await runJson(place, ['init', 'second']);
    const refused = await run(place, ['serve', '-w', json.workspace, '--port', port, '--ws-port', '0']);
    expect(refused.status).toBe(6);
    expect(refused.err).toContain(`is taken by mc, which serves ${place.office}`);
    const { out } = await run(place, ['doctor', '-w', json.workspace, '--json'], { env: { MC_PORT: port } });
    const findings = JSON.parse(out).findings as { name: string; message: string; fix: string }[];
    expect(findings.find(({ name }) => name === 'port')?.message).toContain('is taken by mc, which serves');
    expect(findings.find(({ name }) => name === 'server')?.fix).toContain('--port 0');
  }, 60_000);
});

describe('the command line', () => {
  it('takes global flags before the command, and shows no token in an error', async () => {
    expect((await run(place, ['-w', place.office, 'config', 'path'])).out).toContain(place.office);
    const refused = await run(place, ['status', '--json', '--token', 'mc_topsecret', '--token-file', 'f']);
    expect(refused.status).toBe(2);
    expect(refused.out + refused.err).not.toContain('topsecret');
    expect(refused.err).toContain('cannot be given together');
  });

  it('says nothing of its own on stderr when its home cannot be read', async () => {
    const { err } = await run(place, ['config', 'path'], { env: { XDG_DATA_HOME: '/dev/null' } });
    expect(err).toBe('');
  });

  it('adds an agent, and revokes a token only when somebody says yes', async () => {
    const { json } = await runJson(place, ['init', 'third']);
    const added = await runJson(place, ['agents', 'add', 'scout', '--role', 'Looks ahead', '-w', json.workspace]);
    expect(added).toMatchObject({ status: 0, json: { id: 'scout', dry_run: false } });
    expect((await run(place, ['agents', 'add', '../x', '-w', json.workspace])).status).toBe(2);
    const elsewhere = await run(place, ['agents', 'add', 'y', '-w', json.workspace, '--server', served.ready.http]);
    expect(elsewhere).toMatchObject({ status: 2, err: expect.stringContaining('works on this machine only') });
    const token = (await runJson(place, ['token', 'create'])).json.id as string;
    expect((await run(place, ['token', 'revoke', token])).status).toBe(2);
    expect((await run(place, ['token', 'revoke', token, '--dry-run'])).out).toContain('would revoke');
    expect((await run(place, ['token', 'revoke', token, '--yes'])).status).toBe(0);
  }, 60_000);
});

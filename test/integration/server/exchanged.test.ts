import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { emptyDirectory, officeCopy, startOffice } from './office.js';

/** How often each route is asked while directories are exchanged. */
const ASKED = 30 * Number(process.env.MC_TEST_RUNS ?? 1);

/**
 * Another process that puts a link to `outside` in the place of a directory and takes it away again, some hundred times a second: three
 * that never rest would leave the server no processor on a small machine.
 */
function exchange(path: string, outside: string) {
  const script = `
    const { renameSync, symlinkSync, rmSync } = require('node:fs');
    const [path, outside] = ${JSON.stringify([path, outside])};
    // What the server writes meanwhile is in the way now and then.
    const attempt = (act) => { try { act(); } catch {} };
    const rest = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.random() * 2);
    for (;;) {
      attempt(() => renameSync(path, path + '-aside')); attempt(() => symlinkSync(outside, path)); rest();
      attempt(() => rmSync(path)); attempt(() => renameSync(path + '-aside', path)); rest();
    }`;
  return spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
}

describe('an agent’s directory that is exchanged for a link out of the workspace', () => {
  it('shows nothing of what lies there, whatever is asked', async () => {
    const outside = await emptyDirectory();
    writeFileSync(join(outside, 'state.json'), '{"status":"SECRET","note":"SECRET"}');
    writeFileSync(join(outside, 'SOUL.md'), '# SECRET');
    writeFileSync(join(outside, 'SECRET.md'), '');
    const office = await startOffice({ settings: { rateLimit: 1_000_000 } });
    const swapper = exchange(join(office.root, 'mission-control/agents/api'), outside);
    try {
      for (let asked = 0; asked < ASKED; asked += 1) {
        const paths = ['agents/api', 'files/browse?path=mission-control/agents/api', 'agents'];
        const answers = await Promise.all(paths.map((path) => office.get(`/api/${path}`)));
        for (const { text, status } of answers) {
          expect(text).not.toContain('SECRET');
          expect(status).toBeLessThan(500);
        }
      }
    } finally {
      swapper.kill('SIGKILL');
      await once(swapper, 'exit');
    }
  });
});

describe('files that are exchanged for links out of the workspace while reports are written', () => {
  it('lead no report, task or zone out, and show nothing', async () => {
    const outside = await emptyDirectory();
    const secret = {
      'state.json': '{"status":"SECRET"}',
      'tasks.md': '- [ ] SECRET',
      'office.json': '{"state":"SECRET"}',
    };
    for (const [name, text] of Object.entries(secret)) writeFileSync(join(outside, name), text);
    const office = await startOffice({ settings: { rateLimit: 1_000_000 } });
    const control = join(office.root, 'mission-control');
    writeFileSync(join(control, 'PENDING_TASKS.md'), '- [ ] ours\n');
    const swappers = [
      exchange(join(control, 'agents/api/state.json'), join(outside, 'state.json')),
      exchange(join(control, 'PENDING_TASKS.md'), join(outside, 'tasks.md')),
      exchange(join(control, 'current_office_state.json'), join(outside, 'office.json')),
    ];
    try {
      for (let asked = 0; asked < ASKED / 6; asked += 1) {
        const report = {
          status: asked % 2 === 0 ? 'busy' : 'idle',
          zone: 'ops_center',
          counters: { tasks_completed: asked },
        };
        const answers = await Promise.all([
          office.send('POST', '/api/agents/api/report', report),
          office.send('POST', '/api/tasks/create', { tasks: [{ title: `task ${asked}` }] }),
          ...['tasks', 'system/status', 'agents/api'].map((path) => office.get(`/api/${path}`)),
        ]);
        for (const { text, status } of answers) {
          expect(text).not.toContain('SECRET');
          expect([200, 403, 404, 409, 422], text).toContain(status);
        }
      }
    } finally {
      for (const swapper of swappers) swapper.kill('SIGKILL');
      await Promise.all(swappers.map((swapper) => once(swapper, 'exit')));
    }
    expect(readdirSync(outside).toSorted()).toEqual(Object.keys(secret).toSorted());
    for (const [name, text] of Object.entries(secret)) expect(readFileSync(join(outside, name), 'utf8')).toBe(text);
  }, 300_000);
});

describe('a workspace that agents have prepared', () => {
  it('starts, answers and shows the rest where a file has a time that no calendar knows', async () => {
    const root = await officeCopy();
    const state = join(root, 'mission-control/agents/api/state.json');
    utimesSync(state, 9e12, 9e12);
    const office = await startOffice({ root });
    expect((await office.get('/api/agents/api')).status).toBe(200);
    const { status, body } = await office.get('/api/files/browse?path=mission-control/agents/api');
    expect(status).toBe(200);
    expect(body.items.map(({ name }: { name: string }) => name)).toContain('state.json');
  });

  it('starts over whatever lies in the place of its lock', async () => {
    const root = await officeCopy();
    const pids = join(root, 'mission-control/backend/pids');
    mkdirSync(pids, { recursive: true });
    execFileSync('mkfifo', [join(pids, 'server.lock')]);
    expect((await (await startOffice({ root })).get('/api/health')).body.status).toBe('healthy');
  });

  it('is browsed where the operator keeps mission-control elsewhere, with its archives sealed', async () => {
    const root = await officeCopy();
    const elsewhere = await emptyDirectory();
    renameSync(join(root, 'mission-control'), join(elsewhere, 'mc'));
    symlinkSync(join(elsewhere, 'mc'), join(root, 'mission-control'));
    writeFileSync(join(elsewhere, 'mc/backups/x.tar.gz'), 'x');
    const office = await startOffice({ root });
    expect((await office.get('/api/files/browse?path=mission-control/agents')).status).toBe(200);
    expect((await office.get('/api/files/read?path=mission-control/README.md')).status).toBe(200);
    expect((await office.get('/api/files/read?path=mission-control/backups/x.tar.gz')).status).toBe(403);
    expect((await office.get('/api/agents')).body.agents.length).toBeGreaterThan(5);
  });

  it('says how it watches', async () => {
    const polled = await startOffice({ settings: { watch: 'poll' } });
    const { body } = await polled.get('/api/health');
    expect(body).toMatchObject({
      status: 'healthy',
      watch: { mode: 'polling', reason: expect.stringContaining('asked') },
      sources: { workspace: { state: 'available', last_error: null } },
    });
    rmSync(join(polled.root, 'mission-control/agents/api'), { recursive: true });
    await expect.poll(async () => (await polled.get('/api/agents/api')).status).toBe(404);
    const told = await startOffice({ settings: { watch: 'native' } });
    expect((await told.get('/api/health')).body.watch).toEqual({ mode: 'native', reason: null });
  });
});

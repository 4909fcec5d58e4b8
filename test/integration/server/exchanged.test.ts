import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { emptyDirectory, officeCopy, startOffice } from './office.js';

/** How often each route is asked while directories are exchanged. */
const ASKED = 30 * Number(process.env.MC_TEST_RUNS ?? 1);

/** Another process that puts a link to `outside` in the place of a directory and takes it away again, as fast as it can. */
function exchange(path: string, outside: string) {
  const script = `
    const { renameSync, symlinkSync, rmSync } = require('node:fs');
    const [path, outside] = ${JSON.stringify([path, outside])};
    for (;;) {
      renameSync(path, path + '-aside'); symlinkSync(outside, path);
      rmSync(path); renameSync(path + '-aside', path);
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
    });
    rmSync(join(polled.root, 'mission-control/agents/api'), { recursive: true });
    await expect.poll(async () => (await polled.get('/api/agents/api')).status).toBe(404);
    const told = await startOffice({ settings: { watch: 'native' } });
    expect((await told.get('/api/health')).body.watch).toEqual({ mode: 'native', reason: null });
  });
});

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { opened } from '../../contract/ws/stand.js';
import { makePlace, type Place, run, runJson, type Served, serve } from './mc.js';

let place: Place;
let served: Served;
beforeAll(async () => {
  place = await makePlace();
  served = await serve(place);
});
afterAll(async () => {
  await served.end();
  await place.clear();
});

interface Answer {
  ok: boolean;
  findings: { name: string; ok: boolean; message: string; fix: string | null }[];
}

describe('mc doctor', () => {
  it('looks at machine and server, and tells what it found', async () => {
    const { status, json } = await runJson(place, ['doctor', '-w', place.office]);
    const answer = json as Answer;
    const found = Object.fromEntries(answer.findings.map((finding) => [finding.name, finding]));
    for (const name of [
      'workspace',
      'permissions',
      'database',
      'clock',
      'server',
      'version',
      'server_clock',
      'clients',
    ]) {
      expect(found[name], name).toMatchObject({ ok: true, fix: null });
    }
    expect(status).toBe(answer.ok ? 0 : 5);
  });

  it('without a server says so, names the command that starts one, and ends with 5', async () => {
    const { status, out } = await run(place, ['doctor', '-w', place.home]);
    expect(status).toBe(5);
    expect(out).toMatch(/^✗ workspace .*\n +→ mc init /m);
    expect(out).toMatch(/^✗ server .*\n +→ mc serve --workspace /m);
  });
});

describe('mc doctor --fix', () => {
  const dead = { host: 'gone', boot: 'another boot', started: null, since: '2026-01-01T00:00:00.000Z', details: {} };

  async function spoiled(): Promise<{ workspace: string; lock: string }> {
    const workspace = await mkdtemp(join(place.home, 'spoiled-'));
    const pids = join(workspace, 'mission-control', 'backend', 'pids');
    await mkdir(pids, { recursive: true });
    const lock = join(pids, 'server.lock');
    const holder = { ...dead, host: hostname(), pid: 4_000_000, purpose: 'mc serve' };
    await writeFile(lock, JSON.stringify(holder));
    return { workspace, lock };
  }

  it('shows with --dry-run what it would do, and asks where nobody answers', async () => {
    const { workspace, lock } = await spoiled();
    const shown = await runJson(place, ['doctor', '--fix', '--dry-run', '-w', workspace]);
    expect(shown.json).toMatchObject({ ok: false, dry_run: true, would: [{ name: 'locks' }] });
    const asked = await run(place, ['doctor', '--fix', '-w', workspace]);
    expect(asked.status).toBe(2);
    expect(asked.err).toContain('--yes');
    expect(existsSync(lock)).toBe(true);
  });

  it('mends with --yes, and looks again', async () => {
    const { workspace, lock } = await spoiled();
    const { json, status } = await runJson(place, ['doctor', '--fix', '--yes', '-w', workspace]);
    expect(json.fixed).toEqual([expect.objectContaining({ name: 'locks', done: true })]);
    const { findings } = json as Answer;
    expect(findings.find(({ name }) => name === 'locks')).toMatchObject({ ok: true });
    expect(existsSync(lock)).toBe(false);
    expect(status).toBe(5);
  });

  it('works over a workspace of FIFOs and links, and without a home', async () => {
    const { workspace, lock } = await spoiled();
    const data = join(workspace, 'mission-control', 'backend', 'data');
    await mkdir(data, { recursive: true });
    await rm(lock);
    execFileSync('mkfifo', [lock, join(data, 'metrics.db'), join(workspace, 'mission-control', 'mc.config.json')]);
    await symlink('/dev', join(workspace, 'mission-control', 'backups'));
    const { status, out } = await run(place, ['doctor', '-w', workspace], {
      env: { HOME: undefined, XDG_STATE_HOME: place.home },
    });
    expect(status).toBe(5);
    expect(out).toMatch(/^✗ locks .*FIFO/m);
    expect(out).toMatch(/^✗ database /m);
  });
});

describe('mc status', () => {
  it('tells who listens', async () => {
    const client = await opened(`${served.ready.ws}/?channels=notification`, { headers: { 'user-agent': 'a page' } });
    await client.untilType('synced');
    const { json } = await runJson(place, ['status', '-w', place.office]);
    expect(json.server.peers).toEqual([
      expect.objectContaining({
        kind: 'mc',
        user_agent: 'a page',
        channels: ['notification'],
        lag: 0,
        outbox_bytes: 0,
      }),
    ]);
    expect((await run(place, ['status', '--once', '-w', place.office])).out).toMatch(/^1 client$/m);
    client.ws.terminate();
  });
});

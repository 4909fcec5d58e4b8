import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { workspaceLayout } from '../../../src/base/index.js';
import { firstLine, makePlace, mc, type Place, run, serve } from './mc.js';

let place: Place;
beforeAll(async () => {
  place = await makePlace();
});
afterAll(() => place.clear());

const FREE = ['--port', '0', '--ws-port', '0'];

describe('mc serve', () => {
  it('prints one line of JSON when it is ready, and ends with 0 on SIGINT', async () => {
    const { ready, process: child } = await serve(place);
    expect(ready).toEqual({
      event: 'ready',
      http: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      ws: expect.stringMatching(/^ws:\/\/127\.0\.0\.1:\d+$/),
      workspace: place.office,
      pid: child.pid,
    });
    expect((await fetch(`${ready.http}/api/health`)).status).toBe(200);
    child.kill('SIGINT');
    const { exitCode, stdout } = await child;
    expect(exitCode).toBe(0);
    expect(String(stdout).trimEnd().split('\n')).toHaveLength(1);
  });

  it('prints one line per listener, and ends with 0 on SIGTERM', async () => {
    const child = mc(place, ['serve', '-w', place.office, ...FREE]);
    expect(await firstLine(child)).toMatch(/^REST +http:\/\/127\.0\.0\.1:\d+$/);
    child.kill('SIGTERM');
    const { exitCode, stdout } = await child;
    expect(exitCode).toBe(0);
    expect(String(stdout)).toMatch(/^REST .*\nWebSocket +ws:\/\/127\.0\.0\.1:\d+\n$/);
  });

  it('ends with 0 when its terminal is closed', async () => {
    const { process: child } = await serve(place);
    child.kill('SIGHUP');
    expect((await child).exitCode).toBe(0);
  });

  it('takes a Ctrl-C that an npm above it passes on for one', async () => {
    const { process: child } = await serve(place, ['--demo']);
    const { TMPDIR = '' } = place.env;
    expect((await readdir(TMPDIR)).filter((name) => name.startsWith('mc-demo-'))).toHaveLength(1);
    // What reaches a process in the foreground whose parent passes the signal on: it and its echo.
    process.kill(child.pid ?? 0, 'SIGINT');
    setTimeout(() => child.kill('SIGINT'), 3);
    expect((await child).exitCode).toBe(0);
    expect((await readdir(TMPDIR)).filter((name) => name.startsWith('mc-demo-'))).toHaveLength(0);
  });

  it('ends at once with 130 on a second signal', async () => {
    const { process: child } = await serve(place);
    child.kill('SIGINT');
    child.kill('SIGTERM');
    expect((await child).exitCode).toBe(130);
  });

  it('goes on when nobody reads its ready line any more', async () => {
    const { ready, process: child, end } = await serve(place);
    child.stdout?.destroy();
    child.stderr?.destroy();
    await fetch(`${ready.http}/api/notifications`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ message: 'still there?' }),
    });
    expect((await fetch(`${ready.http}/api/health`)).status).toBe(200);
    expect(await end()).toBe(0);
  });

  it('is one per workspace: a second one ends with 6 and names the first', async () => {
    const first = await serve(place);
    const second = await run(place, ['serve', '-w', place.office, ...FREE, '--json']);
    expect(second.status).toBe(6);
    expect(JSON.parse(second.out)).toMatchObject({ error: { code: 'busy' } });
    expect(second.err).toContain(String(first.ready.pid));
    expect(await first.end()).toBe(0);
  });

  it('takes over from one that was killed', async () => {
    const first = await serve(place);
    first.process.kill('SIGKILL');
    await first.process;
    const second = await serve(place);
    expect(await second.end()).toBe(0);
  });

  it.each(['--port', '--ws-port'])(
    'ends with 6 when the port of %s is taken, before it says that it is ready',
    async (flag) => {
      const other = createServer();
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      const taken = String((other.address() as { port: number }).port);
      const ports = flag === '--port' ? ['--port', taken, '--ws-port', '0'] : ['--port', '0', '--ws-port', taken];
      const { status, out, err } = await run(place, ['serve', '-w', place.office, ...ports, '--json']);
      other.close();
      expect(status).toBe(6);
      expect(JSON.parse(out)).toMatchObject({ error: { code: 'port.taken' } });
      expect(err).toContain(taken);
    },
  );

  it('ends with 2 without a workspace, says where it looked and what to do', async () => {
    const nowhere = join(place.home, 'nowhere');
    const { status, out, err } = await run(place, ['serve', '-w', nowhere, ...FREE]);
    expect(status).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(nowhere);
    expect(err).toContain('mc init');
    expect(err).toContain('mc serve --demo');
  });

  it('ends with 2 on a bad flag, a bad variable and a bad config file', async () => {
    const serveHere = ['serve', '-w', place.office];
    expect(await run(place, [...serveHere, '--port', 'abc'])).toMatchObject({
      status: 2,
      err: expect.stringContaining('--port'),
    });
    expect(await run(place, serveHere, { env: { MC_PORT: '70000' } })).toMatchObject({
      status: 2,
      err: expect.stringContaining('MC_PORT'),
    });
    const file = workspaceLayout(place.office).config;
    await writeFile(file, '{"prot": 1}');
    const { status, err } = await run(place, serveHere);
    await writeFile(file, '{}');
    expect(status).toBe(2);
    expect(err).toContain(file);
    expect(err).toContain('"port"');
  });
});

describe('mc serve --demo', () => {
  const demos = async () => (await readdir(place.home)).filter((name) => name.startsWith('mc-demo-'));

  it('plays over a workspace of its own and takes it away at the end', async () => {
    const { ready, end } = await serve(place, ['--demo', '--demo-rate', '100']);
    expect(dirname(ready.workspace)).toBe(place.home);
    const { agents, summary } = (await (await fetch(`${ready.http}/api/agents`)).json()) as {
      agents: unknown[];
      summary: { counts: Record<string, number> };
    };
    expect(agents).toHaveLength(12);
    expect(summary.counts).toMatchObject({ stale: 1, offline: 1, unknown: 1 });
    await vi.waitFor(
      async () => {
        const { seq } = (await (await fetch(`${ready.http}/api/websocket/status`)).json()) as { seq: number };
        expect(seq).toBeGreaterThan(10);
      },
      { timeout: 10_000 },
    );
    expect(await end()).toBe(0);
    expect(await demos()).toEqual([]);
  });

  it('takes away what a killed one has left', async () => {
    const first = await serve(place, ['--demo', '--demo-agents', '2']);
    first.process.kill('SIGKILL');
    await first.process;
    expect(await demos()).toHaveLength(1);
    const second = await serve(place, ['--demo', '--demo-agents', '2']);
    expect(await demos()).toHaveLength(1);
    expect(await readFile(join(second.ready.workspace, '.mc-demo.json'), 'utf8')).toContain(String(second.ready.pid));
    expect(await second.end()).toBe(0);
    expect(await demos()).toEqual([]);
  });

  it('leaves nothing behind when it cannot start', async () => {
    const { status } = await run(place, [
      'serve',
      '--demo',
      '--host',
      '203.0.113.1',
      ...FREE,
      '--token',
      't'.repeat(32),
    ]);
    expect(status).not.toBe(0);
    expect(await demos()).toEqual([]);
  });

  it('refuses a workspace beside it', async () => {
    const { status, err } = await run(place, ['serve', '--demo', '-w', place.office]);
    expect(status).toBe(2);
    expect(err).toContain('--demo');
  });
});

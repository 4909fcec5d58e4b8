import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identityOf, workspaceLayout } from '../../../src/base/index.js';
import { lockable } from '../../support/read-only.js';
import { scratch } from '../../support/scratch.js';
import { makePlace, mc, type Place, run, serve } from './mc.js';

const FREE = ['--port', '0', '--ws-port', '0'];
const LONG = { timeout: 90_000 };

let place: Place;
/** Servers of this test that must not outlive it. */
let pids: number[];
beforeEach(async () => {
  place = await makePlace();
  pids = [];
});
afterEach(async () => {
  for (const pid of [...pids, ...recorded()]) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended, as it should.
    }
  }
  await place.clear();
});

/** Servers that a record names, should a test have ended before it knew of them. */
function recorded(): number[] {
  return ['servers', 'background'].flatMap((name) => {
    const directory = join(state(), name);
    const names = existsSync(directory) ? readdirSync(directory).filter((entry) => entry.endsWith('.json')) : [];
    return names.map((entry) => JSON.parse(readFileSync(join(directory, entry), 'utf8')).holder.pid as number);
  });
}

async function jsonOf(args: readonly string[]) {
  const { status, out } = await run(place, [...args, '--json'], LONG);
  return { status, json: JSON.parse(out) };
}

const state = () => join(place.home, '.local', 'state', 'mission-control');
const layout = () => workspaceLayout(place.office);

async function start(more: readonly string[] = FREE, options = {}) {
  const { status, out, err } = await run(place, ['start', '-w', place.office, ...more, '--json'], {
    ...LONG,
    ...options,
  });
  expect({ status, err }).toEqual({ status: 0, err: '' });
  const started = JSON.parse(out) as { started: boolean; pid: number; http: string; log: string };
  pids.push(started.pid);
  return started;
}

const stop = (more: readonly string[] = []) => run(place, ['stop', '-w', place.office, ...more, '--json'], LONG);
/** What is left of servers: locks, records, what they said at the start. */
const leftovers = () =>
  [layout().pids, join(state(), 'servers'), join(state(), 'background')].flatMap((directory) =>
    existsSync(directory) ? readdirSync(directory) : [],
  );
const alive = (pid: number) => existsSync(`/proc/${pid}`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

describe('mc start and mc stop', () => {
  it('start a server that answers and outlives its terminal, find it again, and leave nothing of it', async () => {
    const first = await start();
    expect((await fetch(`${first.http}/readyz`)).status).toBe(200);
    const second = await start(['--port', '1']);
    expect(second).toMatchObject({ started: false, pid: first.pid, http: first.http, log: first.log });
    const { out } = await run(place, ['start', '-w', place.office], LONG);
    expect(out).toContain(`already running since`);
    expect(out).toContain(`process ${first.pid}`);
    const stopped = await stop();
    expect(stopped).toMatchObject({ status: 0, err: '' });
    expect(JSON.parse(stopped.out)).toEqual({
      stopped: true,
      workspace: place.office,
      pid: first.pid,
      killed: false,
      reason: null,
    });
    expect(alive(first.pid)).toBe(false);
    expect(leftovers()).toEqual([]);
    expect(JSON.parse((await stop()).out)).toMatchObject({ stopped: false, pid: null });
    expect((await run(place, ['stop', '-w', place.office])).out).toBe(`nothing is running for ${place.office}\n`);
  }, 120_000);

  it('two starts at the same moment are one server', async () => {
    const both = await Promise.all([start(), start()]);
    expect(both.map(({ pid }) => pid)).toEqual([both[0]?.pid, both[0]?.pid]);
    expect(both.filter(({ started }) => started)).toHaveLength(1);
    await stop();
  }, 120_000);

  it('say why a server could not start, and end with its status', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const port = String((other.address() as { port: number }).port);
    const taken = await jsonOf(['start', '-w', place.office, '--port', port, '--ws-port', '0']);
    other.close();
    expect(taken.status).toBe(6);
    expect(taken.json).toMatchObject({ error: { code: 'port.taken', message: expect.stringContaining(port) } });
    if (existsSync('/proc/net/tcp')) expect(taken.json.error.message).toContain(`(process ${process.pid})`);
    const nowhere = await run(place, ['start', '-w', join(place.home, 'nowhere')]);
    expect(nowhere).toMatchObject({ status: 2, err: expect.stringContaining('no workspace at') });
    const tls = await run(place, [
      'start',
      '-w',
      place.office,
      ...FREE,
      '--tls-cert',
      'none.pem',
      '--tls-key',
      'none.pem',
    ]);
    expect(tls).toMatchObject({ status: 2, err: expect.stringContaining(join(place.home, 'none.pem')) });
    expect(await run(place, ['start', '--demo'])).toMatchObject({
      status: 2,
      err: expect.stringContaining('mc serve --demo'),
    });
    expect(await run(place, ['start', '--wait', 'soon'])).toMatchObject({
      status: 2,
      err: expect.stringContaining('--wait'),
    });
    expect(leftovers()).toEqual([]);
  }, 120_000);

  it('take over from one that was killed, and say so of one that is gone', async () => {
    const first = await start();
    process.kill(first.pid, 'SIGKILL');
    await expect.poll(() => alive(first.pid)).toBe(false);
    expect(leftovers()).not.toEqual([]);
    expect(JSON.parse((await stop()).out)).toMatchObject({ stopped: false });
    expect(leftovers()).toEqual([]);
    const second = await start();
    expect(second.started).toBe(true);
    process.kill(second.pid, 'SIGKILL');
    const third = await start();
    expect(third).toMatchObject({ started: true });
    expect(third.pid).not.toBe(second.pid);
    await stop();
  }, 120_000);

  it('kill one that does not end in time, with the reason, and leave nothing of it', async () => {
    const { pid } = await start();
    process.kill(pid, 'SIGSTOP');
    const { status, out } = await stop(['--grace', '100ms']);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      stopped: true,
      pid,
      killed: true,
      reason: expect.stringContaining('had not ended'),
    });
    expect(alive(pid)).toBe(false);
    expect(leftovers()).toEqual([]);
  }, 120_000);

  it('stop a server in the foreground too, and do not restart it', async () => {
    const served = await serve(place);
    pids.push(served.ready.pid);
    const restarted = await run(place, ['restart', '-w', place.office], LONG);
    expect(restarted).toMatchObject({ status: 6, err: expect.stringContaining('was not started by mc start') });
    expect((await start()).pid).toBe(served.ready.pid);
    expect(JSON.parse((await stop()).out)).toMatchObject({ stopped: true, pid: served.ready.pid });
    expect((await served.process).exitCode).toBe(0);
  }, 120_000);

  it('touch no process that only a file of the workspace names', async () => {
    const bystander = spawn('sleep', ['100']);
    const pid = bystander.pid ?? 0;
    pids.push(pid);
    mkdirSync(layout().pids, { recursive: true });
    const holder = { ...(await identityOf(pid)), since: new Date().toISOString(), purpose: 'mc serve', details: {} };
    writeFileSync(layout().serverLock, JSON.stringify(holder));
    const stopped = await stop();
    expect(stopped.status).toBe(6);
    expect(JSON.parse(stopped.out)).toMatchObject({
      error: { code: 'busy', message: expect.stringContaining(String(pid)) },
    });
    expect(alive(pid)).toBe(true);
    // A lock whose process has another start time is stale: its number was given to somebody else.
    writeFileSync(layout().serverLock, JSON.stringify({ ...holder, started: '1' }));
    const { pid: server } = await start();
    expect(server).not.toBe(pid);
    await stop();
    expect(alive(pid)).toBe(true);
    bystander.kill();
  }, 120_000);

  it('do not take another process for a server whose number it got', async () => {
    const bystander = spawn('sleep', ['100']);
    const pid = bystander.pid ?? 0;
    pids.push(pid);
    const server = await start();
    process.kill(server.pid, 'SIGKILL');
    await expect.poll(() => alive(server.pid)).toBe(false);
    for (const directory of ['servers', 'background'].map((name) => join(state(), name))) {
      for (const name of readdirSync(directory)) {
        const text = readFileSync(join(directory, name), 'utf8');
        writeFileSync(join(directory, name), text.replace(`"pid":${server.pid}`, `"pid":${pid}`));
      }
    }
    expect(JSON.parse((await stop()).out)).toMatchObject({ stopped: false });
    expect(alive(pid)).toBe(true);
    bystander.kill();
  }, 120_000);

  it('say that a server on another machine holds the workspace', async () => {
    mkdirSync(layout().pids, { recursive: true });
    const holder = {
      pid: 4242,
      host: `not-${hostname()}`,
      boot: 'b',
      started: '1',
      renewMs: 10_000,
      since: new Date().toISOString(),
      purpose: 'mc serve',
      details: {},
    };
    writeFileSync(layout().serverLock, JSON.stringify(holder));
    const started = await run(place, ['start', '-w', place.office, ...FREE], LONG);
    expect(started).toMatchObject({ status: 6, err: expect.stringContaining(holder.host) });
    expect(await stop()).toMatchObject({ status: 6, err: expect.stringContaining(holder.host) });
    rmSync(layout().serverLock);
  }, 120_000);
});

describe('mc restart', () => {
  it('keeps the flags and variables that it was started with, also those of one that was killed', async () => {
    const secret = 's'.repeat(40);
    const first = await start([...FREE, '--token', secret, '--require-token', '--rate-limit', '77'], {
      env: { MC_COLLECT_INTERVAL: '90s' },
    });
    expect(readFileSync(`/proc/${first.pid}/cmdline`, 'utf8')).not.toContain(secret);
    const settingsOf = (pid: number) =>
      Object.fromEntries(
        readFileSync(`/proc/${pid}/environ`, 'utf8')
          .split('\0')
          .filter((pair) => pair.startsWith('MC_'))
          .map((pair) => pair.split('=', 2)),
      );
    const given = {
      MC_PORT: '0',
      MC_WS_PORT: '0',
      MC_TOKEN: secret,
      MC_REQUIRE_TOKEN: 'true',
      MC_RATE_LIMIT: '77',
      MC_COLLECT_INTERVAL: '90s',
      MC_LOG_FILE: first.log,
      MC_RUNTIMES: 'none',
    };
    expect(settingsOf(first.pid)).toEqual(given);
    const restart = async (more: string[]) => {
      const { status, json } = await jsonOf(['restart', '-w', place.office, ...more]);
      expect(status).toBe(0);
      pids.push(json.pid);
      return json as { pid: number; http: string; stopped: boolean };
    };
    const second = await restart(['--rate-limit', '78']);
    expect(second.stopped).toBe(true);
    expect(alive(first.pid)).toBe(false);
    expect(settingsOf(second.pid)).toEqual({ ...given, MC_RATE_LIMIT: '78' });
    expect((await fetch(`${second.http}/api/agents`)).status).toBe(401);
    process.kill(second.pid, 'SIGKILL');
    await expect.poll(() => alive(second.pid)).toBe(false);
    const refused = await run(place, ['restart', '-w', place.office, '--host', '203.0.113.1'], LONG);
    expect(refused.status).not.toBe(0);
    const third = await restart([]);
    expect(third.stopped).toBe(false);
    expect(settingsOf(third.pid)).toEqual({ ...given, MC_RATE_LIMIT: '78' });
    await stop();
    expect(leftovers()).toEqual([]);
  }, 180_000);
});

describe('mc logs', () => {
  it('shows what the server logged, as lines for people or of JSON, and says where there is none', async () => {
    const none = await run(place, ['logs', '-w', place.office]);
    expect(none).toMatchObject({ status: 4, err: expect.stringContaining('there is no log') });
    const { http, log } = await start();
    await stop();
    const { status, out } = await run(place, ['logs', '-w', place.office]);
    expect(status).toBe(0);
    expect(out).toMatch(new RegExp(`INFO +serving http=${http}`));
    expect(out.trimEnd().split('\n').at(-1)).toMatch(/INFO +stopped$/);
    const json = await run(place, ['logs', '-w', place.office, '--json', '-n', '1']);
    expect(JSON.parse(json.out)).toMatchObject({ level: 30, msg: 'stopped' });
    expect(await run(place, ['logs', '-w', place.office, '--level', 'warn', '--since', '1h'])).toMatchObject({
      status: 0,
      out: '',
    });
    expect(await run(place, ['logs', '--log-file', log, '-n', '1'])).toMatchObject({
      out: expect.stringContaining('stopped'),
    });
  }, 120_000);

  it('-f goes on with what comes', async () => {
    await start();
    const follower = mc(place, ['logs', '-w', place.office, '-f', '--json'], LONG);
    let said = '';
    follower.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await expect.poll(() => said, { timeout: 20_000 }).toContain('"serving"');
    await stop();
    await expect.poll(() => said, { timeout: 20_000 }).toContain('"stopped"');
    follower.kill('SIGINT');
    expect((await follower).exitCode).toBe(0);
  }, 120_000);
});

describe('an error that nobody expected', () => {
  it.each([
    ['thrown', `throw new Error('boom')`],
    ['rejected', `Promise.reject(new Error('boom'))`],
  ])(
    '%s: is logged and ends the server with 1',
    async (_how, code) => {
      const log = join(place.home, 'server.log');
      const plant = `data:text/javascript,process.on('SIGUSR2',()=>{${code}})`;
      const served = await serve(place, ['--log-file', log], { env: { NODE_OPTIONS: `--import "${plant}"` } });
      pids.push(served.ready.pid);
      process.kill(served.ready.pid, 'SIGUSR2');
      const { exitCode, stderr } = await served.process;
      expect(exitCode).toBe(1);
      expect(String(stderr)).toContain('boom');
      const last = JSON.parse(readFileSync(log, 'utf8').trimEnd().split('\n').at(-1) ?? '');
      expect(last).toMatchObject({
        level: 60,
        err: { message: 'boom' },
        msg: expect.stringContaining('nobody expected'),
      });
    },
    60_000,
  );

  it('is no reason not to start again: a log in the workspace is one', async () => {
    const { status, err } = await run(place, [
      'serve',
      '-w',
      place.office,
      ...FREE,
      '--log-file',
      join(place.office, 'x.log'),
    ]);
    expect(status).toBe(2);
    expect(err).toContain('cannot lie in the workspace');
  }, 120_000);
});

describe('mc status of a server that does not run', () => {
  it('says since when, and what to type, with 3', async () => {
    const status = (...more: string[]) => run(place, ['status', '-w', place.office, ...more]);
    expect(await status('--line')).toMatchObject({ status: 3, out: '✕ no server: mc start\n' });
    expect(await status('--once')).toMatchObject({ status: 3, err: expect.stringContaining('mc start --workspace') });
    await start();
    await stop();
    const line = await status('--line');
    expect(line).toMatchObject({ status: 3, out: expect.stringMatching(/^✕ down since \d{4}-.*Z: mc start\n$/) });
    const once = await status('--once');
    expect(once).toMatchObject({ status: 3, err: expect.stringMatching(/down since \d{4}-.*Z, when it was stopped/) });
    const { pid } = await start();
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => alive(pid)).toBe(false);
    const json = await status('--json');
    expect(json.status).toBe(3);
    expect(JSON.parse(json.out)).toMatchObject({
      error: { code: 'server.unreachable', message: expect.stringContaining('without a word of stopping') },
    });
  }, 180_000);
});

describe('without a place of its own', () => {
  it('says that the workspace cannot be written', async ({ skip }) => {
    const workspace = scratch();
    const ground = lockable(workspace);
    if (ground === null) return skip('root may not mount here');
    mkdirSync(join(workspace, 'mission-control', 'agents'), { recursive: true });
    chmodSync(join(workspace, 'mission-control'), 0o555);
    ground.readOnly();
    const { status, err } = await run(place, ['start', '-w', workspace, ...FREE], LONG);
    ground.writable();
    chmodSync(join(workspace, 'mission-control'), 0o755);
    expect(status).not.toBe(0);
    expect(err).toContain(join(workspace, 'mission-control', 'backend'));
    expect(err).toMatch(/read-only|permission denied|not permitted/i);
  }, 120_000);

  it('says what a background server needs', async () => {
    const file = join(place.home, 'a-file');
    writeFileSync(file, '');
    const { status, err } = await run(place, ['start', '-w', place.office, ...FREE], { env: { XDG_STATE_HOME: file } });
    expect(status).toBe(1);
    expect(err).toContain('needs a directory of yours');
    expect(err).toContain('XDG_STATE_HOME');
    const empty = await run(place, ['start', '-w', place.office, ...FREE], { env: { HOME: '' } });
    expect(empty).toMatchObject({ status: 2, err: expect.stringContaining('HOME') });
  }, 120_000);
});

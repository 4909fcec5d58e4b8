import { fork } from 'node:child_process';
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { Agent, createServer, get as httpGet } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { silentLog } from '../../../src/base/log.js';
import { startServer } from '../../../src/server/index.js';
import { openDoor } from '../../../src/server/ports.js';
import { emptyDirectory, officeCopy, rawExchange, settingsWith, startOffice } from './office.js';
import { quietAlerts } from '../../support/quiet-alerts.js';

async function start(workspace: string, changes: Parameters<typeof settingsWith>[0] = {}) {
  return startServer({ workspace, settings: await settingsWith(changes), log: silentLog(), alertsFile: quietAlerts() });
}

const lockOf = (root: string) => join(root, 'mission-control/backend/pids/server.lock');

describe('starting', () => {
  it('says where it looked when there is no workspace, and what to do', async () => {
    const root = await emptyDirectory();
    await expect(start(root)).rejects.toMatchObject({
      code: 'workspace.missing',
      exit: 2,
      message: expect.stringContaining(join(root, 'mission-control')),
      hint: expect.stringMatching(/mc init.*mc serve --demo/),
    });
    await writeFile(join(root, 'mission-control'), 'a file');
    await expect(start(root)).rejects.toMatchObject({ code: 'workspace.missing' });
  });

  it('gives its addresses, also to whoever reads the lock', async () => {
    const office = await startOffice();
    expect(office.server.http).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(office.server.ws).toMatch(/^ws:\/\/127\.0\.0\.1:\d+$/);
    expect(office.server.workspace).toBe(office.root);
    const lock = JSON.parse(await readFile(lockOf(office.root), 'utf8'));
    expect(lock).toMatchObject({
      pid: process.pid,
      purpose: 'mc serve',
      details: { http: office.server.http, ws: office.server.ws },
    });
  });

  it('writes IPv6 addresses as URLs do', async () => {
    const office = await startOffice({ settings: { host: '::1' } });
    expect(office.server.http).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect((await office.get('/healthz')).status).toBe(200);
  });

  it('works over an empty workspace', async () => {
    const root = await emptyDirectory();
    await mkdir(join(root, 'mission-control'));
    const office = await startOffice({ root });
    expect((await office.get('/api/agents')).body.agents).toEqual([]);
    expect((await office.get('/api/tasks')).body).toEqual({ tasks: [] });
    expect((await office.get('/api/system/status')).body).toMatchObject({ office_state: null, office: null });
  });

  it('refuses a second server of the same workspace and names the first', async () => {
    const office = await startOffice();
    await expect(start(office.root)).rejects.toMatchObject({
      code: 'busy',
      exit: 6,
      message: expect.stringContaining(String(process.pid)),
    });
    expect((await office.get('/healthz')).status).toBe(200);
  });

  it.each([
    ['port', '--port'],
    ['wsPort', '--ws-port'],
  ] as const)('names a taken %s and its flag, and leaves nothing behind', async (key, flag) => {
    const root = await officeCopy();
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    await expect(start(root, { [key]: port })).rejects.toMatchObject({
      code: 'port.taken',
      exit: 6,
      message: expect.stringContaining(String(port)),
      hint: expect.stringContaining(flag),
    });
    await expect(readFile(lockOf(root))).rejects.toMatchObject({ code: 'ENOENT' });
    await new Promise((resolve) => other.close(resolve));
    await startOffice({ root, settings: { [key]: port } });
  });

  it('refuses a host that is not ours, and one that is open to all', async () => {
    const root = await officeCopy();
    await expect(start(root, { host: '203.0.113.1', token: 't' })).rejects.toMatchObject({ code: 'usage' });
    await expect(start(root, { host: '0.0.0.0' })).rejects.toMatchObject({ code: 'usage', exit: 2 });
    await expect(start(root, { allowOrigin: ['*'] })).rejects.toMatchObject({ code: 'usage' });
    await expect(readFile(lockOf(root))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('takes over from a server that was killed', async () => {
    const root = await officeCopy();
    const child = fork(await lockHolder(root), { execArgv: [] });
    await new Promise((resolve) => child.once('message', resolve));
    await expect(start(root)).rejects.toMatchObject({ code: 'busy', message: expect.stringContaining(`${child.pid}`) });
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    await startOffice({ root });
  });

  it('serves a workspace that is reached by a link', async () => {
    const root = await officeCopy();
    const link = join(await emptyDirectory(), 'link');
    await symlink(root, link);
    const office = await startOffice({ root: link });
    expect((await office.get('/api/agents')).body.agents).toHaveLength(16);
  });
});

describe('stopping', () => {
  it('is graceful with idle, busy and listening clients, and can be asked for twice', async () => {
    const office = await startOffice();
    const agent = new Agent({ keepAlive: true });
    await new Promise((resolve, reject) => {
      httpGet(`${office.server.http}/healthz`, { agent }, (response) => response.resume().on('end', resolve)).on(
        'error',
        reject,
      );
    });
    const idle = connect(office.port, '127.0.0.1');
    await new Promise((resolve) => idle.once('connect', resolve));
    const client = new WebSocket(office.server.ws);
    await new Promise((resolve) => client.once('open', resolve));
    const closed = new Promise<number>((resolve) => client.once('close', resolve));

    const began = Date.now();
    await Promise.all([office.server.stop(), office.server.stop()]);
    await office.server.done;
    expect(Date.now() - began).toBeLessThan(8000);
    expect(await closed).toBe(1001);
    await expect(fetch(`${office.server.http}/healthz`)).rejects.toThrow();
    await expect(readFile(lockOf(office.root))).rejects.toMatchObject({ code: 'ENOENT' });
    agent.destroy();
    idle.destroy();
    await startOffice({ root: office.root, settings: { port: office.port } });
  });

  it('goes on when the workspace has gone in the meantime', async () => {
    const office = await startOffice();
    // The server may just be writing into a directory that is being emptied: then it is tried again.
    await rm(office.root, { recursive: true, force: true, maxRetries: 20, retryDelay: 20 });
    await office.server.stop();
  });
});

describe('a door', () => {
  it('answers 503 until it is served', async () => {
    const door = await openDoor({ host: '127.0.0.1', port: 0, flag: '--port' });
    const response = await fetch(`http://127.0.0.1:${door.port}/api/health`);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await response.json()).toMatchObject({ code: 'starting' });
    door.serve((_request, answer) => void answer.end('served'));
    expect(await (await fetch(`http://127.0.0.1:${door.port}/`)).text()).toBe('served');
    await door.close(1000);
  });

  it('hangs up on those who dawdle over their headers or their body', async () => {
    const limits = { headers: 100, request: 200, check: 50 };
    const door = await openDoor({ host: '127.0.0.1', port: 0, flag: '--port', limits });
    door.serve((request, answer) => void request.resume().on('end', () => answer.end('whole')));
    expect(await rawExchange(door.port, '')).toMatch(/^(?:HTTP\/1\.1 408 |$)/);
    expect(await rawExchange(door.port, 'GET / HTTP/1.1\r\nHost: localhost\r\n')).toMatch(/^HTTP\/1\.1 408 /);
    const slowBody = 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc';
    expect(await rawExchange(door.port, slowBody)).toMatch(/^HTTP\/1\.1 408 /);
    await door.close(1000);
  });

  it('hangs up when nothing moves for too long', async () => {
    const limits = { idle: 100 };
    const door = await openDoor({ host: '127.0.0.1', port: 0, flag: '--port', limits });
    door.serve(() => {});
    expect(await rawExchange(door.port, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')).toBe('');
    await door.close(1000);
  });

  it('takes only so many connections at once', async () => {
    const door = await openDoor({ host: '127.0.0.1', port: 0, flag: '--port', limits: { connections: 1 } });
    const first = connect(door.port, '127.0.0.1');
    await new Promise((resolve) => door.server.once('connection', resolve));
    expect(await rawExchange(door.port, '')).toBe('');
    first.destroy();
    await door.close(1000);
  });

  it('cuts off what does not end when it is closed', async () => {
    const door = await openDoor({ host: '127.0.0.1', port: 0, flag: '--port' });
    door.serve(() => {});
    const hanging = rawExchange(door.port, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await new Promise((resolve) => door.server.once('request', resolve));
    await door.close(50);
    expect(await hanging).toBe('');
    await door.close(50);
  });

  it('tells a browser that the WebSocket’s port has no pages', async () => {
    const office = await startOffice();
    const response = await fetch(office.server.ws.replace('ws:', 'http:'));
    expect(response.status).toBe(426);
    expect(await response.json()).toMatchObject({ code: 'upgrade.required' });
  });
});

/** A program that writes the lock of a server as it would, and waits to be killed. */
async function lockHolder(root: string): Promise<string> {
  const script = join(await emptyDirectory(), 'holder.mjs');
  await mkdir(join(root, 'mission-control/backend/pids'), { recursive: true });
  await writeFile(
    script,
    `import { readFileSync, writeFileSync } from 'node:fs';
     import { hostname } from 'node:os';
     const stat = (() => { try { return readFileSync('/proc/self/stat', 'utf8'); } catch { return null; } })();
     const boot = (() => { try { return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(); } catch { return null; } })();
     const started = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
     writeFileSync(${JSON.stringify(lockOf(root))}, JSON.stringify({ pid: process.pid, host: hostname(), boot, started,
       since: new Date().toISOString(), purpose: 'mc serve', details: {} }));
     setInterval(() => {}, 1000);
     process.send('ready');`,
  );
  return script;
}

describe('a workspace that vanishes', () => {
  it.each([
    ['', 'the workspace is missing'],
    ['mission-control', 'mission-control/ is missing in the workspace'],
  ])('degrades health as long as it is away, and its agents come back with it: "%s"', async (part, words) => {
    const office = await startOffice();
    const place = join(office.root, part);
    const away = join(await emptyDirectory(), 'away');
    const health = async () => {
      const { status, body } = await office.get('/api/health');
      return [status, body.status, body.services.watcher];
    };
    const agents = async () => (await office.get('/api/agents')).body.agents.length;

    await rename(place, away);
    await expect.poll(health).toEqual([200, 'degraded', words]);
    await expect.poll(agents).toBe(0);
    await rename(away, place);
    await expect.poll(health).toEqual([200, 'healthy', 'available']);
    await expect.poll(agents).toBe(16);
  });
});

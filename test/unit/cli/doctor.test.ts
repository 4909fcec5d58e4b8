import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { archivesOnRecord, backupsOnRecord } from '../../../src/backup/catalog/on-record.js';
import { databaseFaults } from '../../../src/backup/pack/database.js';
import { surveyPlaces } from '../../../src/workspace/index.js';
import {
  acquireLock,
  keepServerRecord,
  loadConfig,
  McError,
  packageVersion,
  proveIdentity,
  serversDirectory,
  workspaceLayout,
} from '../../../src/base/index.js';
import { diagnose, doctorText } from '../../../src/cli/doctor/doctor.js';
import { type DoctorProbes, machineProbes } from '../../../src/cli/doctor/probes.js';
import { terminalOf } from '../../../src/cli/print/terminal.js';
import { peerOf } from './rows.js';

let root: string;
let servers: Server[] = [];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'mc-doctor-'));
  await mkdir(join(root, 'mission-control', 'agents', 'a'), { recursive: true });
  vi.stubEnv('XDG_STATE_HOME', join(root, 'state'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const server of servers) server.close();
  servers = [];
  await rm(root, { recursive: true, force: true });
});

interface Case {
  probes?: Partial<DoctorProbes>;
  flags?: Record<string, unknown>;
}

/** Findings by name. */
async function look({ probes = {}, flags = {} }: Case = {}) {
  const config = await loadConfig({
    flags: { workspace: root, port: 0, wsPort: 0, ...flags },
    env: { XDG_CONFIG_HOME: root },
    home: root,
  });
  const answer = await diagnose(config, {
    ...machineProbes({
      databaseFaults,
      watched: surveyPlaces,
      backups: backupsOnRecord,
      archives: archivesOnRecord,
      tokens: () => Promise.resolve([]),
      targets: () => Promise.resolve([]),
    }),
    env: { XDG_CONFIG_HOME: root },
    home: root,
    freeBytes: () => Promise.resolve(2 ** 40),
    watchLimits: () => Promise.resolve({ watches: 65_536, instances: 128 }),
    ...probes,
  });
  return { answer, found: Object.fromEntries(answer.findings.map((finding) => [finding.name, finding])) };
}

const REFUSED = Object.assign(new Error('no'), { code: 'EACCES' });

/** A server of this workspace that answers these routes so. */
async function serve(health: object = {}, stream: object = {}, targets: object = {}): Promise<number> {
  const server = createServer((request, reply) => {
    const { port } = server.address() as AddressInfo;
    const timestamp = new Date().toISOString();
    const nonce = new URL(request.url ?? '/', 'http://server').searchParams.get('nonce') ?? '';
    const http = `http://127.0.0.1:${port}`;
    const identity = {
      name: 'mission-control',
      version: packageVersion(),
      epoch: 'e',
      stream: `ws://127.0.0.1:${port}`,
    };
    const body = request.url?.startsWith('/api/identity')
      ? { ...identity, proof: proveIdentity('key', { nonce, epoch: 'e', http }) }
      : request.url === '/api/health'
        ? {
            status: 'healthy',
            version: packageVersion(),
            timestamp,
            services: { api: 'running' },
            workspace: root,
            ...health,
          }
        : request.url === '/api/alerts/targets'
          ? { targets: [], alertmanagers: [], error: null, ...targets }
          : { connected_clients: 0, peers: [], epoch: 'e', seq: 0, url: `ws://127.0.0.1:${port}`, ...stream };
    reply.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const lock = await acquireLock(workspaceLayout(root).serverLock, 'mc serve');
  const urls = { http: `http://127.0.0.1:${port}`, ws: `ws://127.0.0.1:${port}` };
  await lock.update(urls);
  await keepServerRecord(serversDirectory(), { workspace: root, epoch: 'e', key: 'key', ...urls }, Date.now());
  return port;
}

describe('a sound installation', () => {
  it('has only good findings, each with a message and no command', async () => {
    const port = await serve({}, { connected_clients: 1, peers: [peerOf({})] });
    const { answer } = await look({ flags: { port, wsPort: port } });
    expect(answer.findings.filter(({ ok }) => !ok)).toEqual([]);
    expect(answer.ok).toBe(true);
    expect(answer.findings.map(({ name }) => name)).toEqual([
      'node',
      'config',
      'workspace',
      'permissions',
      'watches',
      'names',
      'disk',
      'database',
      'clock',
      'backups',
      'archives',
      'restore',
      'locks',
      'pid_files',
      'port',
      'ws_port',
      'log',
      'tokens',
      'secrets',
      'runtimes',
      'server',
      'version',
      'server_clock',
      'clients',
      'alert_targets',
    ]);
    expect(answer.findings.every(({ message, fix }) => message !== '' && fix === null)).toBe(true);
  });

  it('finds a database sound that is, and writes nothing beside it', async () => {
    const { data, database } = workspaceLayout(root);
    await mkdir(data, { recursive: true });
    new Database(database).exec('CREATE TABLE t (a)').close();
    expect((await look()).found.database).toEqual({
      name: 'database',
      ok: true,
      skipped: false,
      message: 'sound',
      fix: null,
    });
  });
});

describe('what was not looked at', () => {
  it('has a dash instead of a tick: no database, no backup, a port that is picked', async () => {
    const { answer, found } = await look();
    const names = [
      'database',
      'backups',
      'archives',
      'port',
      'ws_port',
      'log',
      'tokens',
      'secrets',
      'runtimes',
      'alert_targets',
    ];
    for (const name of names) expect(found[name]?.skipped).toBe(true);
    const text = doctorText(answer, terminalOf({ isTTY: false }, { LANG: 'C.UTF-8' }));
    expect(text).toMatch(/^– database +not there yet/m);
    expect(text).toMatch(/^✓ workspace/m);
  });
});

describe('backups that lie ahead of the clock', () => {
  const now = Date.now();
  const backup = (id: string, timestamp: number) => ({
    id,
    backup_type: 'full' as const,
    timestamp: new Date(timestamp).toISOString(),
  });
  const future = backup('20380101_000000_000', now + 86_400_000);

  it('are told with a command that fits: a new backup where there is no other', async () => {
    const { found, answer } = await look({ probes: { now: () => now, backups: () => Promise.resolve([future]) } });
    expect(answer.ok).toBe(false);
    expect(found.backups).toMatchObject({ ok: false, fix: 'mc backup create' });
    expect(found.backups?.message).toContain('1 of 1 lie ahead of the clock');
  });

  it('may go where there is another', async () => {
    const backups = () => Promise.resolve([backup('20261101_000000_000', now - 1000), future]);
    const { found } = await look({ probes: { now: () => now, backups } });
    expect(found.backups).toMatchObject({ ok: false, fix: `mc backup delete ${future.id}` });
  });

  it('are not there with a right clock', async () => {
    const backups = () => Promise.resolve([backup('20261101_000000_000', now - 1000)]);
    const { found } = await look({ probes: { now: () => now, backups } });
    expect(found.backups).toMatchObject({ ok: true, skipped: false, fix: null });
  });
});

describe('on this machine', () => {
  it('a workspace that is none', async () => {
    const { found, answer } = await look({ flags: { workspace: join(root, 'no where') } });
    expect(answer.ok).toBe(false);
    expect(found.workspace).toMatchObject({ ok: false, fix: `mc init '${root}/no where'` });
    expect(found.permissions).toBeUndefined();
  });

  it('a place that this user may not write', async () => {
    const access = (path: string) => (path.endsWith('agents') ? Promise.reject(REFUSED) : Promise.resolve());
    const { found } = await look({ probes: { access } });
    expect(found.permissions).toMatchObject({ ok: false, message: expect.stringContaining('/agents') as string });
    expect(found.permissions?.fix).toContain(`chown -R "$(id -un)" ${root}/mission-control/agents`);
  });

  it('a file system that is mounted read-only, which no owner mends', async () => {
    const access = (path: string) =>
      path.endsWith('agents') ? Promise.reject(Object.assign(new Error('no'), { code: 'EROFS' })) : Promise.resolve();
    const { found } = await look({ probes: { access } });
    expect(found.permissions).toMatchObject({
      ok: false,
      message: `mounted read-only: ${root}/mission-control/agents`,
      fix: expect.stringContaining('remount,rw') as string,
    });
  });

  it('too few watches, or watchers', async () => {
    const few = await look({ probes: { watchLimits: () => Promise.resolve({ watches: 3, instances: 128 }) } });
    expect(few.found.watches?.fix).toBe('sudo sysctl fs.inotify.max_user_watches=524288');
    const rare = await look({ probes: { watchLimits: () => Promise.resolve({ watches: 65_536, instances: 2 }) } });
    expect(rare.found.watches?.fix).toBe('sudo sysctl fs.inotify.max_user_instances=512');
    const none = await look({ probes: { watchLimits: () => Promise.resolve(null) } });
    expect(none.found.watches?.ok).toBe(true);
  });

  it('a full disk', async () => {
    const { found } = await look({ probes: { freeBytes: () => Promise.resolve(1024 ** 2) } });
    expect(found.disk).toEqual({
      name: 'disk',
      ok: false,
      skipped: false,
      message: '1 MiB free',
      fix: 'mc backup prune --keep-last 3',
    });
  });

  it.each([
    ['that is no database', 'this is no database, whatever its name says; it is long enough to be one'.repeat(40)],
    ['that ends too early', null],
  ])('a database %s', async (_, text) => {
    const { data, database } = workspaceLayout(root);
    await mkdir(data, { recursive: true });
    if (text !== null) await writeFile(database, text);
    else {
      const db = new Database(database);
      db.exec('CREATE TABLE t (a)');
      for (let i = 0; i < 200; i += 1) db.prepare('INSERT INTO t VALUES (?)').run('x'.repeat(500));
      const bytes = db.serialize();
      db.close();
      await writeFile(database, bytes.subarray(0, Math.floor(bytes.length / 2 / 4096) * 4096));
    }
    const { found } = await look();
    expect(found.database).toMatchObject({ ok: false, fix: 'mc backup restore ID --with-database' });
    expect(found.database?.message).toMatch(/^damaged: ./);
  });

  it('a clock that is behind the files', async () => {
    const later = new Date(Date.now() + 3_600_000);
    await utimes(join(root, 'mission-control', 'agents'), later, later);
    const { found } = await look();
    expect(found.clock).toMatchObject({ ok: false, fix: 'sudo timedatectl set-ntp true' });
  });

  it('ports that others have, or nobody can have', async () => {
    const other = createServer((_request, reply) => reply.writeHead(404).end());
    servers.push(other);
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const { found } = await look({ flags: { port, wsPort: port } });
    expect(found.port).toMatchObject({ ok: false, fix: 'mc serve --port 0' });
    expect(found.ws_port).toMatchObject({ ok: false, fix: 'mc serve --ws-port 0' });
    expect(found.port?.message).toMatch(
      new RegExp(`^${port} is taken by (?:another program|.+ \\(process ${process.pid}\\))$`),
    );
    const foreign = await look({ flags: { host: '203.0.113.1', port } });
    expect(foreign.found.port?.message).toContain('cannot be used on 203.0.113.1');
  });
});

describe('the server', () => {
  it('that does not answer: the command that starts one', async () => {
    const { found } = await look({ flags: { server: 'http://127.0.0.1:1' } });
    expect(found.server).toMatchObject({ ok: false, fix: `mc serve --workspace ${root}` });
    expect(found.server?.message).toContain('connection refused');
    expect(found.clients).toBeUndefined();
  });

  it('that takes a connection and says nothing', async () => {
    const server = createServer(() => undefined);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { found } = await look({ flags: { server: `http://127.0.0.1:${port}` }, probes: { answerMs: 100 } });
    expect(found.server?.message).toContain('no answer');
    server.closeAllConnections();
  });

  it('that wants a token', async () => {
    const identity = { name: 'mission-control', version: '1.0.0', epoch: 'e', stream: 'ws://127.0.0.1:1' };
    const server = createServer((request, reply) => {
      if (request.url?.startsWith('/api/identity')) return reply.end(JSON.stringify(identity));
      return reply
        .writeHead(401)
        .end(JSON.stringify({ error: 'a token is required', code: 'token.missing', hint: null }));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { found } = await look({ flags: { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` } });
    expect(found.server).toMatchObject({ ok: false, fix: 'mc doctor --token-file FILE' });
  });

  it('that is degraded, of another version, in another time', async () => {
    await serve({
      status: 'degraded',
      version: '9.9.9',
      timestamp: '2001-01-01T00:00:00.000Z',
      services: { api: 'running', watcher: 'polling' },
    });
    const { found, answer } = await look();
    expect(answer.findings.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual([
      'server',
      'version',
      'server_clock',
    ]);
    expect(found.server?.message).toBe('degraded: watcher: polling');
    expect(found.version?.fix).toBe(`mc serve --workspace ${root}`);
    expect(found.server_clock?.message).toContain('behind this one');
  });

  it('that runs on although another version was installed there', async () => {
    await serve({ installed_version: '99.0.0' });
    expect((await look()).found.version).toEqual({
      name: 'version',
      ok: false,
      skipped: false,
      message: `the server runs ${packageVersion()}, and 99.0.0 was installed there since`,
      fix: 'mc restart',
    });
  });

  it('with clients that read too slowly', async () => {
    const slow = peerOf({ id: 7, user_agent: 'page', lag: 900, outbox_bytes: 600_000 });
    const port = await serve({}, { connected_clients: 2, peers: [peerOf({}), slow] });
    const { found } = await look();
    expect(found.clients).toEqual({
      name: 'clients',
      ok: false,
      skipped: false,
      message: '1 of 2 read too slowly: #7 127.0.0.1 page is 900 events behind, 586 kB wait',
      fix: `curl http://127.0.0.1:${port}/api/websocket/status`,
    });
  });
});

describe('targets of alerts', () => {
  const target = (more: object) => ({
    name: 'ops',
    paused: false,
    off: null,
    last_success_at: null,
    last_error: null,
    ...more,
  });

  it('that never delivered are told with the command that proves it', async () => {
    await serve({}, {}, { targets: [target({ last_error: 'HTTP 500' }), target({ name: 'off', paused: true })] });
    const { found } = await look();
    expect(found.alert_targets).toMatchObject({
      ok: false,
      message: 'never delivered: ops (HTTP 500)',
      fix: 'mc alerts test ops',
    });
  });

  it('that are sent nothing more, and a file of them that makes no sense, are told', async () => {
    await serve({}, {}, { targets: [target({ off: 'HTTP 410', last_success_at: '2026-11-01T00:00:00.000Z' })] });
    expect((await look()).found.alert_targets).toMatchObject({
      ok: false,
      message: 'ops is sent nothing more: HTTP 410',
    });
  });

  it('that were reached pass', async () => {
    await serve({}, {}, { targets: [target({ last_success_at: '2026-11-01T00:00:00.000Z' })] });
    expect((await look()).found.alert_targets).toMatchObject({
      ok: true,
      skipped: false,
      message: '1, each was reached',
    });
  });

  it('are not known to deliver without a server; a fault of their file is told', async () => {
    const two = await look({ probes: { targets: () => Promise.resolve(['a', 'b']) } });
    expect(two.found.alert_targets).toMatchObject({ ok: true, skipped: true });
    const fault = new McError('config.invalid', 'alerts.json: there is no key "x"', { hint: 'mend it' });
    const { found } = await look({ probes: { targets: () => Promise.reject(fault) } });
    expect(found.alert_targets).toMatchObject({ ok: false, message: fault.message, fix: 'mend it' });
  });
});

describe('the log of the server', () => {
  it('is named, with its size, or where it would lie', async () => {
    const logFile = join(root, 'logs', 'server.log');
    const { found } = await look({ flags: { logFile } });
    expect(found.log).toMatchObject({ ok: true, skipped: true });
    expect(found.log?.message).toContain(`none at ${logFile}`);
    await mkdir(join(root, 'logs'));
    await writeFile(logFile, '{"msg":"serving"}\n');
    await writeFile(`${logFile}.1`, 'x'.repeat(1024 ** 2));
    const later = await look({ flags: { logFile } });
    expect(later.found.log).toMatchObject({ ok: true, skipped: false, fix: null });
    expect(later.found.log?.message).toBe(`${logFile} (1.0 MiB with older ones; mc logs shows it)`);
  });

  it('of a server in the background lies in the own directory', async () => {
    const { found } = await look();
    expect(found.log?.message).toContain(join(root, 'state', 'mission-control', 'logs'));
  });
});

describe('tokens', () => {
  it('are told by their scopes', async () => {
    const { found } = await look({ probes: { tokens: () => Promise.resolve(['read', 'admin', 'read']) } });
    expect(found.tokens).toMatchObject({ ok: true, skipped: false, message: '3 let in: 1 admin, 2 read' });
  });

  it('in a file that is not to be trusted are a finding', async () => {
    const fault = new McError('config.invalid', 'tokens.json can be written by others', {
      hint: 'chmod 600 tokens.json',
    });
    const { found } = await look({ probes: { tokens: () => Promise.reject(fault) } });
    expect(found.tokens).toMatchObject({ ok: false, message: fault.message, fix: 'chmod 600 tokens.json' });
  });
});

describe('what cannot be looked at', () => {
  it('is a finding itself', async () => {
    const fail = () => Promise.reject(new Error('the disk is gone'));
    const { found, answer } = await look({ probes: { watched: fail, archives: fail, freeBytes: fail } });
    for (const name of ['watches', 'archives', 'disk']) expect(found[name]).toMatchObject({ ok: false });
    expect(answer.ok).toBe(false);
  });
});

describe('doctorText', () => {
  it('marks each finding, and puts the command below what failed', () => {
    const findings = [
      { name: 'disk', ok: true, skipped: false, message: '9 MiB free', fix: null },
      { name: 'workspace', ok: false, skipped: false, message: 'not there', fix: 'mc init' },
    ];
    expect(doctorText({ ok: false, findings }, terminalOf({}, {}))).toBe(
      '✓ disk       9 MiB free\n✗ workspace  not there\n             → mc init',
    );
    expect(doctorText({ ok: false, findings }, terminalOf({}, { TERM: 'dumb' }))).toContain('x workspace');
  });
});

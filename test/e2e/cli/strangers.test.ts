import { writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { WebSocketServer } from 'ws';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { workspaceLayout } from '../../../src/base/index.js';
import { answering, pretender, type Stranger } from '../../support/strangers.js';
import { makePlace, mc, type Place, run, runJson, type Served, serve } from './mc.js';

let place: Place;
const open: { stop(): Promise<void> }[] = [];
beforeAll(async () => {
  place = await makePlace();
});
afterAll(async () => {
  for (const one of open) await one.stop();
  await place.clear();
});
async function kept(stranger: Promise<Stranger>): Promise<Stranger> {
  open.push(await stranger);
  return stranger;
}

const COMMANDS = [
  ['agents', 'list'],
  ['agents', 'show', 'api'],
  ['agents', 'report', 'api', '--status', 'busy'],
  ['tasks', 'list'],
  ['tasks', 'add', 'Sweep'],
  ['tasks', 'done', 'TASK-1'],
  ['notify', 'hello'],
  ['events', 'list'],
  ['events', 'tail'],
  ['metrics', 'query', 'success_rate'],
  ['status'],
  ['check'],
  ['api', '/api/agents'],
  ['api', '/api/events/stream'],
  ['backup', 'list'],
  ['backup', 'restore', 'latest', '--yes'],
];

describe('a program that is not an mc server', () => {
  it.each(COMMANDS)('is told from one by mc %s %s', async (...words) => {
    const body = words.length % 2 === 0 ? '{"agents":[],"success":true}' : '<p>hello';
    const { url, heard } = await kept(answering(200, body));
    const { status, json, err } = await runJson(place, [...words, '--server', url, '--token', 'mc_secret']);
    expect(json).toMatchObject({ error: { code: 'server.foreign' } });
    expect(status).toBe(3);
    expect(err).toContain(`${url} answers, but is not an mc server`);
    expect(heard()).not.toContain('mc_secret');
  });

  it('that says it is one, and then answers anything, is not believed', async () => {
    const { url } = await kept(pretender());
    for (const words of [
      ['notify', 'hello'],
      ['tasks', 'add', 'x'],
      ['agents', 'list'],
      ['metrics', 'query', 'rss'],
      ['events', 'list'],
    ]) {
      const { status, json, err } = await runJson(place, [...words, '--server', url]);
      expect(json).toMatchObject({ error: { code: 'server.incompatible' } });
      expect(status).toBe(1);
      expect(err).not.toMatch(/Cannot read|undefined/);
    }
  });
});

describe('a workspace', () => {
  it('leads no token to whom its lock and its config file name', async () => {
    const stranger = await kept(pretender({ workspace: place.office }));
    const { serverLock, config, pids } = workspaceLayout(place.office);
    const { mkdir, rm } = await import('node:fs/promises');
    await mkdir(pids, { recursive: true });
    const details = { http: stranger.url, ws: `ws://127.0.0.1:${stranger.port}` };
    for (const host of ['another-host', hostname()]) {
      const lock = {
        pid: process.pid,
        host,
        boot: null,
        started: null,
        since: '2026-01-01',
        purpose: 'mc serve',
        details,
      };
      await writeFile(serverLock, JSON.stringify(lock));
      await writeFile(config, JSON.stringify({ port: stranger.port }));
      for (const words of [
        ['agents', 'list'],
        ['tasks', 'add', 'x'],
        ['events', 'tail'],
        ['api', '/api/agents'],
      ]) {
        const env = { MC_TOKEN: 'mc_secret' };
        const { status, err } = await run(place, [...words, '--workspace', place.office], { env });
        expect([words.join(' '), status, err]).toEqual([
          words.join(' '),
          3,
          expect.stringContaining('no server runs for'),
        ]);
      }
    }
    expect(stranger.heard()).toBe('');
    await rm(serverLock);
    await rm(config);
  });
});

describe('a server whose WebSocket is not where it says', () => {
  let served: Served;
  beforeAll(async () => {
    served = await serve(place, ['--require-token', '--token', 'mc_secret']);
  });
  afterAll(() => served.end());

  it('is followed over its REST port, and the token goes nowhere else', async () => {
    // What listens there on this machine is somebody else's: of an ssh -L or docker -p only the REST port leads there.
    const heard: string[] = [];
    const other = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    other.on('connection', (socket) => socket.on('message', (data) => heard.push((data as Buffer).toString())));
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const { createServer, request } = await import('node:http');
    const tunnel = createServer((from, to) => {
      const through = request(
        served.ready.http + from.url,
        { method: from.method, headers: from.headers },
        (answer) => {
          if (!from.url?.startsWith('/api/identity')) {
            to.writeHead(answer.statusCode ?? 0, answer.headers);
            answer.pipe(to);
            return;
          }
          let text = '';
          answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
          answer.on('end', () => to.end(JSON.stringify({ ...JSON.parse(text), stream: `ws://127.0.0.1:${port}` })));
        },
      );
      from.pipe(through);
    });
    await new Promise<void>((resolve) => tunnel.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(tunnel.address() as AddressInfo).port}`;
    const tail = mc(place, ['events', 'tail', '--json', '--limit', '1', '--type', 'notification', '--server', url], {
      env: { MC_TOKEN: 'mc_secret' },
    });
    let notes = '';
    tail.stderr?.on('data', (chunk: Buffer) => (notes += chunk.toString()));
    await vi.waitFor(() => expect(notes).toContain('live'), { timeout: 15_000 });
    await run(place, ['notify', 'through', '--server', url, '--token', 'mc_secret']);
    expect(JSON.parse(String((await tail).stdout))).toMatchObject({
      type: 'notification',
      data: { message: 'through' },
    });
    expect(heard).toEqual([]);
    tunnel.closeAllConnections();
    tunnel.close();
    other.close();
  });

  it('is told with its token where its record proves it, also when it comes back on another port', async () => {
    const env = { MC_TOKEN: 'mc_secret' };
    const tail = mc(place, ['events', 'tail', '--json', '--limit', '1', '--type', 'notification', '-w', place.office], {
      env,
    });
    let notes = '';
    tail.stderr?.on('data', (chunk: Buffer) => (notes += chunk.toString()));
    await vi.waitFor(() => expect(notes).toContain('live'), { timeout: 15_000 });
    await served.end();
    served = await serve(place, ['--require-token', '--token', 'mc_secret']);
    await vi.waitFor(() => expect(notes.match(/live/g)).toHaveLength(2), { timeout: 15_000 });
    await run(place, ['notify', 'back', '-w', place.office], { env });
    expect(JSON.parse(String((await tail).stdout))).toMatchObject({ data: { message: 'back' } });
  }, 60_000);

  it('says at once that a token is missing, and how one is given', async () => {
    const { status, json } = await runJson(place, ['events', 'tail', '-w', place.office]);
    expect([status, json]).toMatchObject([
      7,
      { error: { code: 'token.missing', hint: expect.stringContaining('--token-file') } },
    ]);
    const env = { MC_TOKEN: 'mc_secret\n' };
    expect((await run(place, ['agents', 'list', '-w', place.office], { env })).status).toBe(0);
    const odd = await run(place, ['agents', 'list', '-w', place.office, '--token', 'a b']);
    expect([odd.status, odd.err]).toEqual([2, expect.stringContaining('--token holds characters')]);
  });

  it('has no agent of that name', async () => {
    const env = { MC_TOKEN: 'mc_secret' };
    for (const words of [
      ['events', 'tail', '--agent', 'apo'],
      ['notify', 'x', '--agent', 'apo'],
    ]) {
      const { status, err } = await run(place, [...words, '-w', place.office], { env });
      expect([status, err]).toEqual([4, expect.stringContaining('there is no agent "apo"')]);
    }
  });
});

describe('a server that is named', () => {
  it.each([
    ['init', join('some', 'where')],
    ['agents', 'add', 'newcomer'],
    ['token', 'revoke', 'ab12cd34', '--yes'],
    ['token', 'create'],
    ['metrics', 'top'],
    ['metrics', 'list'],
    ['backup', 'prune', '--yes'],
    ['backup', 'drill'],
    ['serve'],
  ])('is refused by mc %s %s, which works here alone', async (...words) => {
    const { status, err } = await run(place, [...words, '--server', 'http://127.0.0.1:1']);
    expect([status, err]).toEqual([2, expect.stringContaining('works on this machine only')]);
    if (words[0] === 'serve') return;
    const env = { MC_SERVER: 'http://127.0.0.1:1' };
    expect(await run(place, words, { env })).toMatchObject({ status: 2, err: expect.stringContaining('MC_SERVER') });
  });
});

describe('a time', () => {
  it('is one moment, whoever is asked: in the zone of who types it', async () => {
    const served = await serve(place);
    const asked = ['metrics', 'query', 'system_health_score', '--system', '--until', '2027-12-01', '--json'];
    const env = { TZ: 'Asia/Tokyo' };
    for (const since of ['2026-11-28', '2026-11-28T00:00', '1795791600', '2026-11-27T15:00Z'])
      for (const where of [
        ['-w', place.office],
        ['--server', served.ready.http],
      ]) {
        const { out } = await run(place, [...asked, '--since', since, ...where], { env });
        expect(JSON.parse(out)).toMatchObject({ since: '2026-11-27T15:00:00.000Z' });
      }
    expect((await run(place, [...asked, '--since', '2026-02-30', '-w', place.office], { env })).status).toBe(2);
    expect((await run(place, ['tasks', 'add', 'x', '--due', '2026-02-30', '-w', place.office])).status).toBe(2);
    expect((await run(place, ['tasks', 'add', 'x', '--due', 'yesterday', '-w', place.office])).status).toBe(2);
    await served.end();
  }, 60_000);
});

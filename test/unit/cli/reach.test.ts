import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  acquireLock,
  type Config,
  isProof,
  keepServerRecord,
  loadConfig,
  newServerKey,
  proveIdentity,
  serversDirectory,
  workspaceLayout,
} from '../../../src/base/index.js';
import { reachServer } from '../../../src/cli/reach/reach.js';
import { streamFinder } from '../../../src/cli/reach/stream.js';
import { answering, pretender, type Stranger, talking } from '../../support/strangers.js';

let home: string;
let office: string;
const strangers: Stranger[] = [];
beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'mc-reach-')));
  office = join(home, 'office');
  await mkdir(workspaceLayout(office).agents, { recursive: true });
  vi.stubEnv('XDG_STATE_HOME', join(home, 'state'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const stranger of strangers.splice(0)) await stranger.stop();
  await rm(home, { recursive: true, force: true });
});

async function kept(stranger: Promise<Stranger>): Promise<Stranger> {
  strangers.push(await stranger);
  return stranger;
}

const configOf = (flags: Record<string, unknown>, env: NodeJS.ProcessEnv = {}): Promise<Config> =>
  loadConfig({ flags, env: { XDG_CONFIG_HOME: home, ...env }, home });

/** What a server of this user at an address leaves. */
const record = (http: string, epoch = 'aaaaaaaaaaaa') =>
  keepServerRecord(
    serversDirectory(),
    { workspace: office, epoch, http, ws: 'ws://127.0.0.1:1', key: newServerKey() },
    Date.now(),
  );

describe('a server that was named', () => {
  it('has to say that it is one of ours, and gets the token with what is asked then', async () => {
    const { url, heard } = await kept(pretender());
    const server = await reachServer(await configOf({ server: `${url}/`, token: 'secret-token' }));
    expect(server.url).toBe(url);
    expect(heard()).toContain('/api/identity');
    expect(heard()).not.toContain('secret-token');
    await server.rest.request('GET', '/api/agents');
    expect(heard()).toContain('Bearer secret-token');
  });

  it('says where its routes are, at once', async () => {
    const { url } = await kept(pretender());
    const { rest } = await reachServer(await configOf({ server: url }));
    expect(rest.addressOf('eventStream', { since: 'e:1' })).toBe(`${url}/api/events/stream?since=e%3A1`);
  });

  it.each<[string, () => Promise<Stranger>]>([
    ['any JSON', () => answering(200, '{"agents":[],"name":"other"}')],
    ['a JSON array', () => answering(200, '[1]')],
    ['a JSON 404', () => answering(404, '{"error":"nope","code":"not_found"}')],
    ['a page', () => answering(200, '<!doctype html><title>Vite</title>')],
    ['a page that failed', () => answering(500, '<h1>oops</h1>')],
    ['a redirect', () => answering(302, '', { location: 'http://127.0.0.1:1/' })],
    ['a refusal', () => answering(401, '{"error":"who are you"}')],
    ['a banner of SSH', () => talking((socket) => void socket.write('SSH-2.0-OpenSSH_9.2p1\r\n'))],
    ['bytes without end', () => answering(200, 'x'.repeat(200_000))],
  ])('that answers with %s is told from ours, and hears no token', async (_, make) => {
    const { url, heard } = await kept(make());
    await expect(reachServer(await configOf({ server: url, token: 'secret-token' }))).rejects.toMatchObject({
      code: 'server.foreign',
      exit: 3,
      message: expect.stringContaining(`${url} answers, but is not an mc server`),
    });
    expect(heard()).not.toContain('secret-token');
  });

  it('that hangs up or says nothing is not reached', async () => {
    const gone = await kept(talking((socket) => socket.destroy()));
    await expect(reachServer(await configOf({ server: gone.url }))).rejects.toMatchObject({ exit: 3 });
    const silent = await kept(talking(() => {}));
    await expect(reachServer(await configOf({ server: silent.url, timeout: '100ms' }))).rejects.toMatchObject({
      message: `no answer from ${silent.url} within 100ms`,
      exit: 3,
    });
  });

  it('may be written without http, and not as a stream', async () => {
    const { port, url } = await kept(pretender());
    expect((await reachServer(await configOf({ server: `127.0.0.1:${port}` }))).url).toBe(url);
    for (const server of ['nonsense', 'ftp://x', 'ws://127.0.0.1:8765'])
      await expect(reachServer(await configOf({ server }))).rejects.toMatchObject({ code: 'usage', exit: 2 });
  });

  it('and does not answer is looked for where it was named', async () => {
    const here = reachServer(await configOf({ server: 'http://127.0.0.1:1', workspace: join(home, 'my office') }));
    await expect(here).rejects.toMatchObject({
      code: 'server.unreachable',
      message: 'no server answers at http://127.0.0.1:1 (connection refused)',
      hint: `--server names it; start one there with: mc serve --workspace '${join(home, 'my office')}' --port 1`,
    });
    await expect(reachServer(await configOf({ server: 'http://mc.invalid:1' }))).rejects.toMatchObject({
      hint: expect.not.stringContaining('mc serve --workspace'),
    });
  });

  it('gives way to a workspace on the command line when it stands in the config file alone', async () => {
    const { url } = await kept(pretender());
    const config = await configOf({ workspace: office });
    const origins = { ...config.origins, server: { kind: 'user file' as const, name: 'config.json' } };
    const both = { ...config, origins, values: { ...config.values, server: url } };
    await expect(reachServer(both)).rejects.toMatchObject({ message: expect.not.stringContaining(url) });
  });
});

describe('what stands in the workspace', () => {
  it('leads nobody anywhere: neither its lock nor its port', async () => {
    const { port, url, heard } = await kept(pretender({ workspace: office }));
    const lock = await acquireLock(workspaceLayout(office).serverLock, 'mc serve');
    await lock.update({ http: url, ws: `ws://127.0.0.1:${port}` });
    const config = await configOf({ workspace: office, token: 'secret-token' });
    const origins = { ...config.origins, port: { kind: 'workspace file' as const, name: 'mc.config.json' } };
    await expect(reachServer({ ...config, origins, values: { ...config.values, port } })).rejects.toMatchObject({
      code: 'server.unreachable',
      hint: expect.stringContaining('name that server with --server'),
    });
    expect(heard()).toBe('');
  });

  it('has to be there, when it was named', async () => {
    await expect(reachServer(await configOf({ workspace: join(home, 'nowhere') }))).rejects.toMatchObject({
      code: 'workspace.missing',
      exit: 2,
    });
  });
});

describe('the default address', () => {
  it('is believed without a token, when it serves the workspace that is meant', async () => {
    const { port, url } = await kept(pretender({ workspace: office }));
    const env = { MC_PORT: String(port) };
    expect((await reachServer(await configOf({ workspace: office }, env))).url).toBe(url);
    await mkdir(workspaceLayout(join(home, 'mine')).agents, { recursive: true });
    await expect(reachServer(await configOf({ workspace: join(home, 'mine') }, env))).rejects.toMatchObject({
      code: 'server.unreachable',
      message: expect.stringContaining('serves another workspace'),
    });
  });

  it('never gets a token, because nothing proves whose it is', async () => {
    const { port, heard } = await kept(pretender({ workspace: office }));
    const config = await configOf({ workspace: office, token: 'secret-token' }, { MC_PORT: String(port) });
    await expect(reachServer(config)).rejects.toMatchObject({
      exit: 3,
      message: expect.stringContaining('your token was not sent'),
      hint: expect.stringContaining(`--server http://127.0.0.1:${port}`),
    });
    expect(heard()).not.toContain('secret-token');
  });
});

describe('a record of the user', () => {
  it('leads to a server that has to prove that it is the one', async () => {
    const { url, heard } = await kept(pretender({ workspace: office }));
    await record(url);
    await expect(reachServer(await configOf({ workspace: office, token: 'secret-token' }))).rejects.toMatchObject({
      exit: 3,
      message: expect.stringContaining('its proof is wrong'),
    });
    expect(heard()).toContain('/api/identity');
    expect(heard()).not.toContain('secret-token');
  });

  it('counts for one nonce, one life and one address', () => {
    const key = newServerKey();
    const asked = { nonce: 'n'.repeat(32), epoch: 'one', http: 'http://127.0.0.1:1' };
    const proof = proveIdentity(key, asked);
    const holder = { pid: 1, host: 'h', boot: null, started: null, since: '', purpose: '', details: {} };
    const own = { holder, workspace: '/w', epoch: 'one', http: asked.http, ws: 'ws://127.0.0.1:2', key };
    expect(isProof(own, asked.nonce, proof)).toBe(true);
    expect(isProof(own, 'm'.repeat(32), proof)).toBe(false);
    expect(isProof({ ...own, epoch: 'two' }, asked.nonce, proof)).toBe(false);
    expect(isProof({ ...own, http: 'http://127.0.0.1:9' }, asked.nonce, proof)).toBe(false);
    expect(isProof({ ...own, key: newServerKey() }, asked.nonce, proof)).toBe(false);
    for (const odd of [undefined, null, '', 'ab', 5]) expect(isProof(own, asked.nonce, odd)).toBe(false);
  });
});

describe('the stream of a server', () => {
  const streamOf = async (flags: Record<string, unknown>, facts: Parameters<typeof pretender>[0]) => {
    const { url } = await kept(pretender(facts));
    const config = await configOf({ server: url, ...flags });
    return { url, find: streamFinder(config, () => reachServer(config)) };
  };

  it('is where the server says, in the life that it says, and at the REST address when that leads elsewhere', async () => {
    const { url, find } = await streamOf({}, { epoch: 'bbbbbbbbbbbb', stream: 'ws://0.0.0.0:9' });
    const first = await find(null);
    expect(first).toMatchObject({ url: 'ws://127.0.0.1:9', epoch: 'bbbbbbbbbbbb' });
    for (const outcome of ['unopened', 'foreign'] as const)
      expect(await find({ url: first.url, outcome })).toEqual({
        url: `${url}/api/events/stream`,
        epoch: 'bbbbbbbbbbbb',
      });
  });

  it('is read at the REST address when there is a token: nothing proves who listens elsewhere', async () => {
    const { url, find } = await streamOf({ token: 't' }, {});
    expect(await find(null)).toMatchObject({ url: `${url}/api/events/stream`, token: 't' });
  });

  it('is where the user says', async () => {
    const { find } = await streamOf({ token: 't', stream: 'ws://127.0.0.1:77/' }, {});
    expect(await find(null)).toMatchObject({ url: 'ws://127.0.0.1:77', token: 't' });
    const odd = await streamOf({ stream: 'nonsense' }, {});
    await expect(odd.find(null)).rejects.toMatchObject({ code: 'usage' });
  });
});

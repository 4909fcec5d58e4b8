import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireLock, type Config, loadConfig, workspaceLayout } from '../../../src/base/index.js';
import { reachServer } from '../../../src/cli/reach.js';

let home: string;
let servers: HttpServer[] = [];
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'mc-reach-'));
});
afterEach(async () => {
  for (const server of servers) server.close();
  servers = [];
  await rm(home, { recursive: true, force: true });
});

/** A server that answers every request with the same JSON. Resolves to its port. */
async function answer(status: number, body: unknown): Promise<number> {
  const server = createServer((request, reply) => {
    reply.writeHead(status).end(JSON.stringify({ ...(body as object), authorization: request.headers.authorization }));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const configOf = (flags: Record<string, unknown>, env: NodeJS.ProcessEnv = {}): Promise<Config> =>
  loadConfig({ flags, env: { XDG_CONFIG_HOME: home, ...env }, home });

describe('reachServer', () => {
  it('takes the server that was named, with its token', async () => {
    const port = await answer(200, { agents: [] });
    const server = await reachServer(await configOf({ server: `http://127.0.0.1:${port}/`, token: 't' }));
    expect(server.url).toBe(`http://127.0.0.1:${port}`);
    expect(await server.rest.agents()).toMatchObject({ agents: [], authorization: 'Bearer t' });
  });

  it('finds the server that holds the workspace’s lock', async () => {
    const lock = await acquireLock(workspaceLayout(home).serverLock, 'mc serve');
    await lock.update({ http: 'http://127.0.0.1:1', ws: 'ws://127.0.0.1:2' });
    const server = await reachServer(await configOf({ workspace: home }));
    expect(server.url).toBe('http://127.0.0.1:1');
    expect(await server.streamUrl()).toBe('ws://127.0.0.1:2');
  });

  it('reaches a server that listens everywhere', async () => {
    const lock = await acquireLock(workspaceLayout(home).serverLock, 'mc serve');
    await lock.update({ http: 'http://0.0.0.0:1', ws: 'ws://[::]:2' });
    const server = await reachServer(await configOf({ workspace: home }));
    expect(server.url).toBe('http://127.0.0.1:1');
    expect(await server.streamUrl()).toBe('ws://[::1]:2');
    const port = await answer(200, { url: 'ws://0.0.0.0:9' });
    const named = await reachServer(await configOf({ server: `http://localhost:${port}` }));
    expect(await named.streamUrl()).toBe('ws://localhost:9');
  });

  it('asks the server where its stream is, and guesses for one that does not know', async () => {
    const told = await answer(200, { url: 'ws://127.0.0.1:9' });
    const silent = await answer(200, {});
    const streamOf = async (port: number) =>
      (await reachServer(await configOf({ server: `http://127.0.0.1:${port}` }))).streamUrl();
    expect(await streamOf(told)).toBe('ws://127.0.0.1:9');
    expect(await streamOf(silent)).toBe('ws://127.0.0.1:8765');
  });

  it('says why nobody answers and how to start a server', async () => {
    const { rest } = await reachServer(
      await configOf({ server: 'http://127.0.0.1:1', workspace: join(home, 'my office') }),
    );
    await expect(rest.agents()).rejects.toMatchObject({
      code: 'server.unreachable',
      exit: 3,
      message: 'no server answers at http://127.0.0.1:1 (connection refused)',
      hint: `start one with: mc serve --workspace '${join(home, 'my office')}'`,
    });
  });

  it('falls back to the port in force', async () => {
    const port = await answer(200, {});
    expect((await reachServer(await configOf({}, { MC_PORT: String(port) }))).url).toBe(`http://127.0.0.1:${port}`);
    expect((await reachServer(await configOf({}))).url).toBe('http://127.0.0.1:8080');
  });

  it('never takes another workspace’s server at the default address for that of a named one', async () => {
    const port = String(await answer(200, { workspace: join(home, 'other') }));
    await mkdir(join(home, 'mine'));
    await expect(
      reachServer(await configOf({ workspace: join(home, 'mine') }, { MC_PORT: port })),
    ).rejects.toMatchObject({
      code: 'server.unreachable',
    });
    const server = await reachServer(await configOf({ workspace: join(home, 'other') }, { MC_PORT: port }));
    expect(server.url).toBe(`http://127.0.0.1:${port}`);
  });

  it('refuses what is no URL', async () => {
    for (const server of ['nonsense', 'ftp://x', '127.0.0.1:8080']) {
      await expect(reachServer(await configOf({ server }))).rejects.toMatchObject({ code: 'usage', exit: 2 });
    }
  });
});

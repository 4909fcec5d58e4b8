import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..', '..');
const bin = (path: string) => join(root, 'node_modules', ...path.split('/'));

/** What somebody writes who installed the package; it has to compile and to run. */
const CONSUMER = `
import {
  type Connection, type ConnectionState, createConnection, createMirror, createRestClient, type Mirror, type MirrorView,
  PublishError, RestError, type WebSocketLike,
} from 'mission-control/client';
import { type Agent, applyEvent, CLOSE, EVENT_TYPES, type ServerFrame } from 'mission-control/protocol';

const socket: WebSocketLike = { readyState: 0, send() {}, close() {}, onopen: null, onmessage: null, onclose: null, onerror: null };
const connection: Connection = createConnection({
  url: 'ws://127.0.0.1:1', socket: () => socket, random: Math.random, now: () => 0, channels: ['agent_status'],
});
const mirror: Mirror = createMirror();
connection.onFrame((frame: ServerFrame) => mirror.apply(frame));
const state: ConnectionState = connection.state();
const view: MirrorView = mirror.getSnapshot();
const agents: ReadonlyMap<string, Agent> = view.agents;
const published: Promise<{ epoch: string; seq: number }> = connection.publish('notification', { message: 'hi' });
published.catch((error: unknown) => {
  if (!(error instanceof PublishError)) throw error;
});
// @ts-expect-error there is no such channel
createConnection({ url: '', socket: () => socket, random: Math.random, now: () => 0, channels: ['gossip'] }).close();
createRestClient({ baseUrl: 'http://127.0.0.1:1', fetch: () => Promise.reject(new Error('nobody')) });
connection.close();
console.log(JSON.stringify([state.name, agents.size, typeof applyEvent, CLOSE.slowConsumer, EVENT_TYPES.length > 5, RestError.name]));
`;

/** What a page adds to that: the browser's own socket and fetch fit. */
const PAGE = `
import { createConnection, createRestClient } from 'mission-control/client';
const now = () => performance.now();
createConnection({ url: 'ws://x', socket: (url) => new WebSocket(url), random: Math.random, now });
createRestClient({ baseUrl: '', fetch: (url, init) => fetch(url, init) });
`;

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'mc-package-'));
  // Built aside: what others build at the same time must not change under this test.
  await run(process.execPath, [bin('typescript/bin/tsc'), '-p', root, '--outDir', join(home, 'built')]);
  const installed = join(home, 'node_modules', 'mission-control');
  await mkdir(installed, { recursive: true });
  await cp(join(root, 'package.json'), join(installed, 'package.json'));
  for (const room of ['client', 'protocol']) {
    await cp(join(home, 'built', 'src', room), join(installed, 'dist', 'src', room), { recursive: true });
  }
  await writeFile(join(home, 'package.json'), '{"type":"module"}');
  await writeFile(join(home, 'consumer.ts'), CONSUMER);
}, 120_000);
afterAll(() => rm(home, { recursive: true, force: true }));

describe('mission-control/client, as it is installed', () => {
  it.each([
    ['nodenext', 'nodenext', 'es2023'],
    ['bundler', 'esnext', 'es2023,dom'],
  ])('has types for a consumer with module resolution %s, and needs nothing else', async (resolution, module, lib) => {
    const page = lib.includes('dom');
    await writeFile(join(home, 'page.ts'), page ? PAGE : '');
    const types = page ? ['--types', ''] : ['--typeRoots', bin('@types'), '--types', 'node'];
    const flags = ['--strict', '--noEmit', '--target', 'es2023', '--lib', lib, ...types];
    const args = [...flags, '--module', module, '--moduleResolution', resolution, 'consumer.ts', 'page.ts'];
    const told = await run(process.execPath, [bin('typescript/bin/tsc'), ...args], { cwd: home }).then(
      ({ stdout }) => stdout,
      (error: { stdout: string }) => error.stdout,
    );
    expect(told).toBe('');
  });

  it('runs in Node without any other package', async () => {
    const { transform } = await import('esbuild');
    const { code } = await transform(CONSUMER, { loader: 'ts', format: 'esm' });
    await writeFile(join(home, 'consumer.mjs'), code);
    const { stdout } = await run(process.execPath, ['consumer.mjs'], { cwd: home });
    expect(JSON.parse(stdout)).toEqual(['connecting', 0, 'function', 4008, true, 'RestError']);
  });

  it('is among what is packed, with its types', async () => {
    const { exports, files } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
      exports: Record<string, Record<string, string>>;
      files: string[];
    };
    const installed = join(home, 'node_modules', 'mission-control');
    // Packed from what was built aside: --ignore-scripts, because a build of the whole is not what is looked at.
    const args = ['pack', '--dry-run', '--json', '--ignore-scripts', '--offline'];
    const { stdout } = await run('npm', args, {
      cwd: installed,
      env: { ...process.env, npm_config_loglevel: 'silent' },
    });
    const packed = (JSON.parse(stdout) as { files: { path: string }[] }[])[0]?.files.map(({ path }) => `./${path}`);
    for (const door of ['./client', './protocol']) {
      expect(packed).toEqual(expect.arrayContaining(Object.values(exports[door] ?? {})));
    }
    expect(files).toEqual(expect.arrayContaining(['dist/src/client', 'dist/src/protocol']));
  });
});

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type OpenPost, openPost } from '../../../src/workspace/watch/post.js';
import { agentPath, endAll, expectStatus, putState, settled, swapState, watchOffice } from './workspace.js';

afterEach(endAll);

/** chokidar, but that the system refuses after `allowed` posts. */
function scarce(code: string, allowed: number): OpenPost {
  let opened = 0;
  return (directories, listener) => {
    opened += 1;
    if (opened <= allowed) return openPost(directories, listener);
    listener.onError(Object.assign(new Error(`${code}: told by the system`), { code }));
    return { ready: Promise.resolve(), close: () => Promise.resolve() };
  };
}

describe('watcher: polling', () => {
  for (const code of ['ENOSPC', 'EMFILE', 'ENFILE']) {
    it(`falls back to polling at ${code} in the start, says so once, and stays live`, async () => {
      const office = { one: 'idle', two: 'idle', three: 'idle' };
      const watched = await watchOffice(office, { openPost: scarce(code, 4), pollMs: 30 });
      expect(watched.first.agents.size).toBe(3);
      expect(watched.modes).toEqual([{ mode: 'polling', reason: expect.stringMatching(/out of/) }]);
      expect(watched.watcher.health()).toMatchObject({
        mode: 'polling',
        state: expect.stringMatching(/^polling, because/),
      });
      await swapState(watched.root, 'two', 'busy');
      await expectStatus(watched, 'two', 'busy');
      await putState(watched.root, 'late', 'active');
      await expectStatus(watched, 'late', 'active');
      await rm(agentPath(watched.root, 'one'), { recursive: true });
      await expectStatus(watched, 'one', null);
      expect(watched.modes).toHaveLength(1);
    });
  }

  it('falls back when an agent comes that cannot be watched any more', async () => {
    const watched = await watchOffice({ one: 'idle' }, { openPost: scarce('ENOSPC', 4), pollMs: 30 });
    expect(watched.watcher.health().mode).toBe('native');
    await putState(watched.root, 'two', 'active');
    await expectStatus(watched, 'two', 'active');
    await expect.poll(() => watched.modes.length).toBe(1);
    await swapState(watched.root, 'one', 'busy');
    await expectStatus(watched, 'one', 'busy');
    await swapState(watched.root, 'two', 'busy');
    await expectStatus(watched, 'two', 'busy');
  });

  it('keeps to watches when told to, and looks at the rest every second', async () => {
    const watched = await watchOffice({ one: 'idle' }, { openPost: scarce('ENOSPC', 3), pollMs: 30, mode: 'native' });
    expect(watched.modes).toEqual([]);
    expect(watched.watcher.health()).toMatchObject({ mode: 'native', state: expect.stringMatching(/out of/) });
    await swapState(watched.root, 'one', 'busy');
    await expectStatus(watched, 'one', 'busy');
  });

  it('polls from the start when told to, and sees quick rewrites of the same size', async () => {
    const watched = await watchOffice({ one: 'a0' }, { mode: 'polling', pollMs: 15 });
    expect(watched.watcher.health()).toMatchObject({ mode: 'polling', state: 'available' });
    for (let round = 1; round < 60; round += 1) await putState(watched.root, 'one', `a${round % 10}`);
    await expectStatus(watched, 'one', 'a9');
    await settled(watched);
    expect(watched.agent('one')?.agent.status).toBe('a9');
    expect(watched.modes).toEqual([]);
  });

  it('looks at everything when asked to', async () => {
    const watched = await watchOffice({ one: 'idle' }, { mode: 'polling', pollMs: 1e6 });
    await swapState(watched.root, 'one', 'busy');
    await watched.watcher.rescan();
    expect(watched.agent('one')?.agent.status).toBe('busy');
  });
});

describe('watcher: in a process of its own', () => {
  let folder = '';
  let program = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mc-watcher-child-'));
    program = join(folder, 'child.mjs');
    await build({
      entryPoints: ['test/integration/watcher/child.ts'],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const runChild = async (argument: string, before = ''): Promise<Record<string, unknown>> => {
    const root = join(folder, argument);
    for (const id of ['one', 'two', 'three', 'four', 'five']) await putState(root, id, 'idle');
    const command = `${before} exec "$0" "$@"`;
    const { stdout } = await promisify(execFile)(
      '/bin/sh',
      ['-c', command, process.execPath, program, root, argument],
      { timeout: 20_000 },
    );
    return JSON.parse(stdout) as Record<string, unknown>;
  };

  it('leaves no handle open: the process ends by itself after close', async () => {
    expect(await runChild('close')).toMatchObject({ agents: 5, mode: 'native', changed: 'busy', modes: 0 });
  });

  it('leaves no handle open when it is closed while it starts', async () => {
    expect(await runChild('close-early')).toMatchObject({ closed: true });
  });

  it('without file handles it polls, and reads what it could not read when there are handles again', async () => {
    expect(await runChild('starve', 'ulimit -n 64;')).toMatchObject({
      agents: 5,
      mode: 'polling',
      changed: 'busy',
      modes: 1,
    });
  });

  it('without inotify watches it polls', async () => {
    // A user namespace has a count of its own; where none may be made, the process is told by a stand-in.
    const limited = `unshare -Ur true 2>/dev/null && exec unshare -Ur /bin/sh -c 'echo 3 > /proc/sys/user/max_inotify_watches; exec "$0" "$@"' "$0" "$@";`;
    const said = await runChild('watches', limited);
    if (said.limit === 3) expect(said).toMatchObject({ agents: 5, mode: 'polling', changed: 'busy', modes: 1 });
    else expect(said).toMatchObject({ agents: 5, changed: 'busy' });
  });
});

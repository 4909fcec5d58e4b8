import { execFileSync } from 'node:child_process';
import { mkdir, open, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type Watched,
  agentPath,
  endAll,
  expectStatus,
  putState,
  settled,
  swapState,
  watchOffice,
} from './workspace.js';

afterEach(endAll);

/** Whatever happened: another agent is still served. */
async function expectAlive(watched: Watched): Promise<void> {
  await swapState(watched.root, 'well', 'alive');
  await expectStatus(watched, 'well', 'alive');
  await swapState(watched.root, 'well', 'idle');
  await expectStatus(watched, 'well', 'idle');
}

describe('watcher: bad input', () => {
  for (const moment of ['before the start', 'while running'] as const) {
    /** Lets `break` happen before or after the start. */
    const watchBroken = async (breaks: (root: string) => Promise<void>): Promise<Watched> => {
      const watched = await watchOffice({ well: 'idle', ill: 'idle' });
      if (moment === 'while running') {
        await breaks(watched.root);
        return watched;
      }
      await watched.watcher.close();
      await breaks(watched.root);
      return watchOffice({}, { root: watched.root });
    };
    const warningsOf = (watched: Watched, id: string) => (): string =>
      (watched.agent(id)?.agent.warnings ?? []).map(({ file, reason }) => `${file}: ${reason}`).join('; ');

    it(`takes a directory in place of a file for a warning (${moment})`, async () => {
      const watched = await watchBroken(async (root) => {
        await rm(agentPath(root, 'ill', 'state.json'));
        await mkdir(agentPath(root, 'ill', 'state.json'));
      });
      await expect.poll(warningsOf(watched, 'ill')).toContain('state.json: is a directory');
      await expectAlive(watched);
    });

    it(`takes a FIFO for a warning and does not wait for it (${moment})`, async () => {
      const watched = await watchBroken(async (root) => {
        await rm(agentPath(root, 'ill', 'state.json'));
        execFileSync('mkfifo', [agentPath(root, 'ill', 'state.json')]);
      });
      await expect.poll(warningsOf(watched, 'ill')).toContain('is a FIFO');
      await expectAlive(watched);
    });

    it(`refuses links that loop and links that lead out (${moment})`, async () => {
      const watched = await watchBroken(async (root) => {
        await rm(agentPath(root, 'ill'), { recursive: true });
        await symlink(agentPath(root, 'loop'), agentPath(root, 'loop'));
        await symlink('/', agentPath(root, 'ill'));
        await mkdir(agentPath(root, 'round'));
        await symlink('..', agentPath(root, 'round', 'memory'));
        await symlink('/etc/hostname', agentPath(root, 'round', 'state.json'));
      });
      await expect.poll(warningsOf(watched, 'ill')).toContain('leads out of the workspace');
      await expect.poll(warningsOf(watched, 'round')).toContain('state.json: ');
      await settled(watched);
      expect(watched.ids()).not.toContain('loop');
      await expectAlive(watched);
    });

    it(`refuses a state.json of 200 MB (${moment})`, async () => {
      const watched = await watchBroken(async (root) => {
        const handle = await open(agentPath(root, 'ill', 'state.json'), 'w');
        await handle.truncate(200 * 1024 * 1024);
        await handle.close();
      });
      await expect.poll(warningsOf(watched, 'ill')).toMatch(/larger than/);
      await expectAlive(watched);
    });

    it(`serves names that are hard to spell (${moment})`, async () => {
      const names = ['with space', 'rocket 🚀', `quo"te's`, 'new\nline', 'back\\slash', '-rf', '%2e%2e', '__proto__'];
      const watched = await watchBroken(async (root) => {
        for (const name of names) await putState(root, name, 'active');
      });
      for (const name of names) await expectStatus(watched, name, 'active');
      for (const name of names) await swapState(watched.root, name, 'busy');
      for (const name of names) await expectStatus(watched, name, 'busy');
    });

    it(`refuses a name that is no UTF-8, and only that (${moment})`, async () => {
      const watched = await watchBroken(async (root) => {
        const name = Buffer.concat([Buffer.from(agentPath(root, 'bad-')), Buffer.from([0xff, 0xfe])]);
        await mkdir(name);
        await writeFile(Buffer.concat([name, Buffer.from('/state.json')]), '{"status":"active"}');
      });
      await expectAlive(watched);
      expect(watched.ids()).toEqual(['ill', 'well']);
    });
  }

  it('follows a file of an agent that links within the workspace', async () => {
    const watched = await watchOffice({ well: 'idle' }, { rescanMs: 100, pollMs: 50 });
    await mkdir(join(watched.root, 'shared-state'));
    await writeFile(join(watched.root, 'shared-state', 's.json'), '{"status":"linked"}');
    await mkdir(agentPath(watched.root, 'linked'));
    await symlink(join(watched.root, 'shared-state', 's.json'), agentPath(watched.root, 'linked', 'state.json'));
    await expectStatus(watched, 'linked', 'linked');
    await writeFile(join(watched.root, 'shared-state', 's.json'), '{"status":"changed"}');
    await expectStatus(watched, 'linked', 'changed');
  });
});

import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { cp, mkdir, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { agentPath, endAll, expectStatus, putState, settled, swapState, watchOffice, watchRoot } from './workspace.js';

afterEach(endAll);

const MANY = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`agent-${at}`, 'idle']));

describe('watcher: directories that come and go', () => {
  it('begins without agents/ and finds it later', async () => {
    const watched = await watchOffice({});
    expect(watched.first.agents.size).toBe(0);
    expect(watched.watcher.health().state).toBe('available');
    await putState(watched.root, 'one', 'active');
    await expectStatus(watched, 'one', 'active');
    await swapState(watched.root, 'one', 'busy');
    await expectStatus(watched, 'one', 'busy');
  });

  it('survives the deletion of agents/ and its return', async () => {
    const watched = await watchOffice(MANY);
    await rm(watched.path('mission-control', 'agents'), { recursive: true });
    await expect.poll(watched.ids).toEqual([]);
    for (const id of Object.keys(MANY)) await putState(watched.root, id, 'active');
    await expect.poll(watched.ids).toHaveLength(50);
    await expectStatus(watched, 'agent-49', 'active');
    await settled(watched);
    await swapState(watched.root, 'agent-7', 'busy');
    await expectStatus(watched, 'agent-7', 'busy');
  });

  it('survives agents/ deleted and made again within the same turn', async () => {
    const watched = await watchOffice(MANY);
    for (let round = 0; round < 5; round += 1) {
      rmSync(watched.path('mission-control', 'agents'), { recursive: true });
      mkdirSync(agentPath(watched.root, 'agent-3'), { recursive: true });
      writeFileSync(agentPath(watched.root, 'agent-3', 'state.json'), `{"status":"again-${round}"}`);
      await expectStatus(watched, 'agent-3', `again-${round}`);
      await expect.poll(watched.ids).toEqual(['agent-3']);
      await settled(watched, 50);
      await swapState(watched.root, 'agent-3', `live-${round}`);
      await expectStatus(watched, 'agent-3', `live-${round}`);
    }
  });

  it('survives an agent deleted and made again within the same turn', async () => {
    const watched = await watchOffice({ one: 'idle', two: 'idle' });
    for (let round = 0; round < 20; round += 1) {
      rmSync(agentPath(watched.root, 'one'), { recursive: true });
      mkdirSync(agentPath(watched.root, 'one'));
      writeFileSync(agentPath(watched.root, 'one', 'state.json'), `{"status":"again-${round}"}`);
      await expectStatus(watched, 'one', `again-${round}`);
      await swapState(watched.root, 'one', `live-${round}`);
      await expectStatus(watched, 'one', `live-${round}`);
    }
  });

  it('survives an agent replaced by another directory in one rename', async () => {
    const watched = await watchOffice({ one: 'idle' });
    const aside = watched.path('aside');
    mkdirSync(aside);
    writeFileSync(join(aside, 'state.json'), '{"status":"replaced"}');
    renameSync(agentPath(watched.root, 'one'), watched.path('old'));
    renameSync(aside, agentPath(watched.root, 'one'));
    await expectStatus(watched, 'one', 'replaced');
    await swapState(watched.root, 'one', 'live');
    await expectStatus(watched, 'one', 'live');
  });

  it('says that the workspace is missing, and recovers when it returns', async () => {
    const watched = await watchOffice({ one: 'idle' }, { pollMs: 50 });
    await rename(watched.root, `${watched.root}-gone`);
    await expect.poll(() => watched.watcher.health().state).toBe('the workspace is missing');
    await expectStatus(watched, 'one', null);
    await rename(`${watched.root}-gone`, watched.root);
    await expectStatus(watched, 'one', 'idle');
    expect(watched.watcher.health().state).toBe('available');
    await swapState(watched.root, 'one', 'live');
    await expectStatus(watched, 'one', 'live');
  });

  it('starts without a workspace and finds it when it comes', async () => {
    const root = join(mkdtempSync(join(tmpdir(), 'mc-watcher-')), 'later');
    const watched = await watchRoot(root, { pollMs: 50 });
    expect(watched.first.agents.size).toBe(0);
    expect(watched.watcher.health().state).toBe('the workspace is missing');
    await putState(root, 'one', 'active');
    await expectStatus(watched, 'one', 'active');
  });

  it('serves a workspace behind a symbolic link, and a mission-control/ too', async () => {
    const real = mkdtempSync(join(tmpdir(), 'mc-watcher-'));
    await putState(real, 'one', 'idle');
    const root = mkdtempSync(join(tmpdir(), 'mc-watcher-'));
    await symlink(join(real, 'mission-control'), join(root, 'mission-control'));
    await symlink(root, join(real, 'link'));
    const watched = await watchRoot(join(real, 'link'));
    await swapState(real, 'one', 'live');
    await expectStatus(watched, 'one', 'live');
    await rm(root, { recursive: true });
    await rm(real, { recursive: true });
  });

  it('takes in many agents copied at once', async () => {
    const watched = await watchOffice({ one: 'idle' });
    await mkdir(watched.path('import'));
    for (const id of Object.keys(MANY)) {
      await cp(agentPath(watched.root, 'one'), watched.path('import', id), { recursive: true });
    }
    await cp(watched.path('import'), watched.path('mission-control', 'agents'), { recursive: true });
    await expect.poll(watched.ids).toHaveLength(51);
    await expect.poll(() => watched.ids().every((id) => watched.agent(id)?.agent.status === 'idle')).toBe(true);
  });
});

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { surveyPlaces } from '../../../src/workspace/index.js';
import { scratch } from '../../support/scratch.js';
import { agentPath, endAll, expectStatus, putState, settled, swapState, watchOffice } from './workspace.js';

afterEach(endAll);

/** None of these may look round by itself within a test. */
const NATIVE = { mode: 'native', rescanMs: 1e9 } as const;

const reasons = (watched: Awaited<ReturnType<typeof watchOffice>>, id: string) =>
  (watched.agent(id)?.agent.warnings ?? []).map(({ file, reason }) => `${file}: ${reason}`);

describe('a watched directory that becomes something else', () => {
  const forms: Record<string, (path: string) => void> = {
    'a file': (path) => writeFileSync(path, 'x'),
    'a link to itself': (path) => symlinkSync('memory', path),
    'a FIFO': (path) => execFileSync('mkfifo', [path]),
    'a link to nowhere': (path) => symlinkSync('nowhere', path),
  };
  for (const [form, make] of Object.entries(forms)) {
    it(`does not end the watcher when it becomes ${form}, and it is watched again afterwards`, async () => {
      const watched = await watchOffice({ one: 'idle' }, NATIVE);
      const memory = agentPath(watched.root, 'one', 'memory');
      for (let round = 0; round < 10; round += 1) {
        mkdirSync(memory);
        writeFileSync(join(memory, 'a.md'), 'x');
        await expect.poll(() => Object.keys(watched.agent('one')?.memory ?? {})).toEqual(['a.md']);
        rmSync(memory, { recursive: true });
        make(memory);
        await expect.poll(() => watched.agent('one')?.memory).toEqual({});
        rmSync(memory);
      }
      await swapState(watched.root, 'one', 'busy');
      await expectStatus(watched, 'one', 'busy');
    });
  }

  it('is told for an agent, for agents/ and for the workspace itself', async () => {
    const watched = await watchOffice({ one: 'idle' }, { pollMs: 50 });
    for (const path of [agentPath(watched.root, 'one'), watched.path('mission-control', 'agents'), watched.root]) {
      renameSync(path, `${path}-aside`);
      writeFileSync(path, 'a file');
      await expectStatus(watched, 'one', null);
      rmSync(path);
      renameSync(`${path}-aside`, path);
      await expectStatus(watched, 'one', 'idle');
    }
  });
});

describe('links', () => {
  it('a file behind a link is seen when its target changes, and when a link on the way is swapped', async () => {
    const watched = await watchOffice({ one: 'idle' }, NATIVE);
    for (const at of ['v1', 'v2']) {
      mkdirSync(watched.path('store', at), { recursive: true });
      writeFileSync(watched.path('store', at, 's.json'), `{"status":"${at}"}`);
    }
    symlinkSync('v1', watched.path('store', 'current'));
    const state = agentPath(watched.root, 'one', 'state.json');
    rmSync(state);
    symlinkSync('../../../store/current/s.json', state);
    await expectStatus(watched, 'one', 'v1');
    writeFileSync(watched.path('store', 'v1', 's.json'), '{"status":"written"}');
    await expectStatus(watched, 'one', 'written');
    symlinkSync('v2', watched.path('store', 'next'));
    renameSync(watched.path('store', 'next'), watched.path('store', 'current'));
    await expectStatus(watched, 'one', 'v2');
    writeFileSync(watched.path('store', 'v2', 's.json'), '{"status":"again"}');
    await expectStatus(watched, 'one', 'again');
    expect(watched.watcher.health().directories).toBeGreaterThan(4);
    rmSync(state);
    await putState(watched.root, 'one', 'plain');
    await expectStatus(watched, 'one', 'plain');
    expect(watched.watcher.health().directories).toBe(4);
  });

  it('a task queue and an office behind links are seen as well', async () => {
    const watched = await watchOffice({ one: 'idle' }, NATIVE);
    writeFileSync(watched.path('LIST.md'), '- [ ] first\n');
    symlinkSync('../LIST.md', watched.path('mission-control', 'TASK_QUEUE.md'));
    const told = (text: string) => () =>
      watched.readings.some(({ tasks }) => JSON.stringify([...tasks]).includes(`"text":"${text}"`));
    await expect.poll(told('first')).toBe(true);
    writeFileSync(watched.path('LIST.md'), '- [ ] second\n');
    await expect.poll(told('second')).toBe(true);
  });

  it('an agent that is a link to nowhere is none, as for who starts now; one that comes true is one', async () => {
    const watched = await watchOffice({ one: 'idle' }, NATIVE);
    symlinkSync('../../store/two', agentPath(watched.root, 'two'));
    await settled(watched);
    expect(watched.agent('two')).toBeFalsy();
    mkdirSync(watched.path('store', 'two'), { recursive: true });
    writeFileSync(watched.path('store', 'two', 'state.json'), '{"status":"busy"}');
    await watched.watcher.rescan();
    await expectStatus(watched, 'two', 'busy');
    rmSync(watched.path('store', 'two'), { recursive: true });
    await expectStatus(watched, 'two', null);
  });

  it('agents/ that is exchanged for a link out is not read, and health says so', async () => {
    const outside = scratch();
    mkdirSync(join(outside, 'spy'));
    writeFileSync(join(outside, 'spy', 'state.json'), '{"status":"secret"}');
    const watched = await watchOffice({ one: 'idle' }, NATIVE);
    const agents = watched.path('mission-control', 'agents');
    renameSync(agents, `${agents}-aside`);
    symlinkSync(outside, agents);
    await expect.poll(() => watched.watcher.health().state).toMatch(/agents is now a symbolic link that leads out/);
    await watched.watcher.rescan();
    expect(watched.agent('spy')).toBeFalsy();
    rmSync(agents);
    renameSync(`${agents}-aside`, agents);
    await expect.poll(() => watched.watcher.health().state).toBe('available');
    await expectStatus(watched, 'one', 'idle');
  });
});

describe('times', () => {
  it('that no calendar knows are a warning and no sign of life', async () => {
    const watched = await watchOffice({ one: 'idle' }, NATIVE);
    const state = agentPath(watched.root, 'one', 'state.json');
    for (const time of [9e12, -9e12]) {
      utimesSync(state, time, time);
      await watched.watcher.rescan();
      // Some file systems keep no such time.
      const { mtimeMs } = await import('node:fs').then(({ statSync }) => statSync(state));
      if (Math.abs(mtimeMs) < 8.64e15) continue;
      expect(reasons(watched, 'one')).toEqual([
        expect.stringMatching(/^state\.json: the time -?9000000000000 .* cannot be/),
      ]);
      expect(watched.agent('one')?.agent).toMatchObject({ status: 'idle', last_active: null, since: null });
    }
  });

  it('from ahead of the clock are believed when the clock is put right', async () => {
    let ahead = -3_600_000;
    const clock = { now: () => Date.now() + ahead };
    const watched = await watchOffice({ one: 'idle' }, { ...NATIVE, clock, pollMs: 20 });
    expect(watched.first.agents.get('one')?.agent.last_active).toBeNull();
    ahead = 0;
    await expect.poll(() => watched.agent('one')?.agent.last_active).toBeTruthy();
    expect(reasons(watched, 'one')).toEqual([]);
  });
});

describe('very many, very deep, very long', () => {
  it('tells of a directory that is filled without end and looks at a bounded part', async () => {
    const watched = await watchOffice({ one: 'idle' }, NATIVE);
    const memory = agentPath(watched.root, 'one', 'memory');
    mkdirSync(`${memory}-aside`);
    for (let at = 0; at < 20_100; at += 1) writeFileSync(join(`${memory}-aside`, `m${at}.md`), '');
    renameSync(`${memory}-aside`, memory);
    await expect
      .poll(() => reasons(watched, 'one'), { timeout: 20_000 })
      .toEqual(['memory: more than 20,000 entries: those beyond are not looked at']);
    expect(Object.keys(watched.agent('one')?.memory ?? {})).toHaveLength(500);
    await swapState(watched.root, 'one', 'busy');
    await expectStatus(watched, 'one', 'busy');
  });

  it('takes names of 255 bytes with line breaks, and directories deeper than a path can say', async () => {
    const watched = await watchOffice({ one: 'idle' }, NATIVE);
    const name = `${'n'.repeat(200)}\n${'m'.repeat(54)}`;
    await putState(watched.root, name, 'busy');
    await expectStatus(watched, name, 'busy');
    mkdirSync(agentPath(watched.root, 'one', 'memory', ...Array.from({ length: 1500 }, () => 'd')), {
      recursive: true,
    });
    await swapState(watched.root, 'one', 'busy');
    await expectStatus(watched, 'one', 'busy');
    expect(readdirSync(agentPath(watched.root, 'one'))).toContain('memory');
  });
});

describe('near misses of a name', () => {
  it('are warnings of the agent, also when they come later', async () => {
    const watched = await watchOffice({ one: 'idle' }, NATIVE);
    writeFileSync(agentPath(watched.root, 'one', 'soul.md'), '# S');
    await expect.poll(() => reasons(watched, 'one')).toEqual(['soul.md: is not read: the name is written SOUL.md']);
    writeFileSync(agentPath(watched.root, 'one', 'state.json.txt'), '{}');
    await expect.poll(() => reasons(watched, 'one')).toHaveLength(2);
    rmSync(agentPath(watched.root, 'one', 'soul.md'));
    rmSync(agentPath(watched.root, 'one', 'state.json.txt'));
    await expect.poll(() => reasons(watched, 'one')).toEqual([]);
  });

  it('are found by a survey, which counts what is watched and nothing else', async () => {
    const watched = await watchOffice({ one: 'idle' }, NATIVE);
    mkdirSync(watched.path('mission-control', 'dashboard', 'node_modules', 'x'), { recursive: true });
    mkdirSync(watched.path('mission-control', 'Agents'));
    mkdirSync(agentPath(watched.root, 'one', 'tasks'));
    await expect.poll(() => watched.watcher.health().directories).toBe(5);
    expect(await surveyPlaces(watched.root)).toEqual({
      directories: 5,
      mistaken: [{ path: 'mission-control/Agents', meant: 'agents' }],
    });
  });
});

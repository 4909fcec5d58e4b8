import { cp, mkdir, mkdtemp, open, rename, rm, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { writeFileAtomic } from '../../../src/base/index.js';
import type { Reading } from '../../../src/protocol/index.js';
import { agentPath, endAll, expectStatus, putState, settled, swapState, watchOffice, watchRoot } from './workspace.js';

afterEach(endAll);

describe('watcher: changes', () => {
  it('reads a copy of the fixture office first, whole', async () => {
    const root = await mkdtemp(join(tmpdir(), 'mc-watcher-'));
    await cp('test/fixtures/office', root, { recursive: true });
    const { first, watcher } = await watchRoot(root);
    expect(first.agents.size).toBe(16);
    expect(first.tasks.size).toBe(4);
    expect(first.office).toBeDefined();
    expect(watcher.health()).toMatchObject({ state: 'available', mode: 'native' });
  });

  it('tells an atomic rename once, again and again', async () => {
    const watched = await watchOffice({ one: 'idle', two: 'idle' });
    for (let round = 1; round <= 10; round += 1) {
      await swapState(watched.root, 'one', `round-${round}`);
      await expectStatus(watched, 'one', `round-${round}`);
      await settled(watched, 40);
      expect(watched.tellsOf('one')).toBe(round);
    }
    expect(watched.tellsOf('two')).toBe(0);
  });

  it('tells what our own atomic writer writes once, and nothing of its file aside', async () => {
    const watched = await watchOffice({ one: 'idle' });
    await writeFileAtomic(agentPath(watched.root, 'one', 'state.json'), '{"status":"busy"}');
    await expectStatus(watched, 'one', 'busy');
    await settled(watched);
    expect(watched.tellsOf('one')).toBe(1);
    expect(watched.files()).toEqual([]);
  });

  it('tells a write in place once', async () => {
    const watched = await watchOffice({ one: 'idle' });
    for (let round = 1; round <= 10; round += 1) {
      await putState(watched.root, 'one', `round-${round}`);
      await expectStatus(watched, 'one', `round-${round}`);
      await settled(watched, 40);
    }
    expect(watched.tellsOf('one')).toBeLessThanOrEqual(11);
    expect(watched.tellsOf('one')).toBeGreaterThanOrEqual(10);
  });

  it('does not let a half-written file of one agent delay another', async () => {
    const watched = await watchOffice({ one: 'idle', two: 'idle' });
    const handle = await open(agentPath(watched.root, 'one', 'state.json'), 'w');
    await handle.write('{"status":"bu');
    await swapState(watched.root, 'two', 'busy');
    await expectStatus(watched, 'two', 'busy', 80);
    expect(watched.tellsOf('one')).toBe(0);
    await handle.write('sy"}');
    await handle.close();
    await expectStatus(watched, 'one', 'busy');
    expect(watched.readings.every((reading) => !reading.agents.get('one')?.broken)).toBe(true);
  });

  it('says of a file that stays broken that it is broken', async () => {
    const watched = await watchOffice({ one: 'idle' });
    await writeFile(agentPath(watched.root, 'one', 'state.json'), '{"status":');
    await expect.poll(() => watched.agent('one')?.broken?.file).toBe('state.json');
  });

  it('sees files that were missing at the start appear', async () => {
    const watched = await watchOffice({});
    await writeFile(watched.path('mission-control/TASK_QUEUE.md'), '- [ ] first\n');
    await writeFile(watched.path('PENDING_TASKS.md'), '- [ ] second\n');
    await writeFile(watched.path('mission-control/current_office_state.json'), '{"hour": 06, "positions": {}}');
    const tasksOf = (file: 'mission-control/TASK_QUEUE.md' | 'PENDING_TASKS.md') => () => {
      const said = watched.readings.findLast((reading) => reading.tasks.has(file))?.tasks.get(file);
      return said && 'tasks' in said ? said.tasks.length : undefined;
    };
    await expect.poll(tasksOf('mission-control/TASK_QUEUE.md')).toBe(1);
    await expect.poll(tasksOf('PENDING_TASKS.md')).toBe(1);
    await expect.poll(() => watched.readings.some(({ office }) => office && 'office' in office)).toBe(true);
  });

  it('follows an agent that comes, is renamed and goes', async () => {
    const watched = await watchOffice({});
    await putState(watched.root, 'late', 'active');
    await expectStatus(watched, 'late', 'active');
    await swapState(watched.root, 'late', 'busy');
    await expectStatus(watched, 'late', 'busy');
    await rename(agentPath(watched.root, 'late'), agentPath(watched.root, 'later'));
    await expectStatus(watched, 'later', 'busy');
    await expectStatus(watched, 'late', null);
    await swapState(watched.root, 'later', 'idle');
    await expectStatus(watched, 'later', 'idle');
    await rm(agentPath(watched.root, 'later'), { recursive: true });
    await expectStatus(watched, 'later', null);
    await settled(watched);
    const goodbyes = watched.readings.filter((reading) => reading.agents.get('later') === null);
    expect(goodbyes).toHaveLength(1);
  });

  it('watches memory/ and tasks/ that come later', async () => {
    const watched = await watchOffice({ one: 'idle' });
    await mkdir(agentPath(watched.root, 'one', 'memory'));
    await writeFile(agentPath(watched.root, 'one', 'memory', 'a.md'), 'a');
    await expect.poll(() => Object.keys(watched.agent('one')?.memory ?? {})).toEqual(['a.md']);
    await settled(watched);
    const before = watched.tellsOf('one');
    await utimes(agentPath(watched.root, 'one', 'memory', 'a.md'), 1_700_000_000, 1_700_000_000);
    await expect.poll(() => watched.agent('one')?.memory['a.md']).toBe(1_700_000_000_000);
    await settled(watched);
    expect(watched.tellsOf('one')).toBe(before + 1);
    await mkdir(agentPath(watched.root, 'one', 'tasks'));
    await writeFile(agentPath(watched.root, 'one', 'tasks', 't.json'), '{"id":"T-1","title":"dig"}');
    await expect.poll(() => watched.agent('one')?.agent.tasks.length).toBe(1);
  });

  it('tells of other files, but not of temporary, hidden and nested ones', async () => {
    const watched = await watchOffice({ one: 'idle' });
    const touch = (...names: string[]): Promise<void> => writeFile(watched.path('mission-control', ...names), 'x');
    await mkdir(agentPath(watched.root, 'one', 'data'));
    for (const name of ['state.json.tmp', '.notes.md.swp', 'notes.md~', '.x.abc.mc-tmp', '.env']) {
      await touch('agents', 'one', name);
    }
    await touch('agents', 'one', 'data', 'state.json');
    await touch('README.md');
    await expect.poll(watched.files).toEqual(['added mission-control/README.md']);
    await settled(watched);
    await touch('agents', 'one', 'notes.md');
    await expect.poll(watched.files).toContain('added mission-control/agents/one/notes.md');
    await settled(watched);
    await touch('README.md');
    await expect.poll(watched.files).toContain('changed mission-control/README.md');
    await unlink(watched.path('mission-control', 'README.md'));
    await expect.poll(watched.files).toContain('removed mission-control/README.md');
    await settled(watched);
    expect(watched.files()).toHaveLength(4);
    expect(watched.tellsOf('one')).toBe(0);
  });

  it('outlives whoever takes its readings and throws', async () => {
    const taken: string[] = [];
    const onReading = (reading: Reading): void => {
      taken.push(...reading.agents.keys());
      throw new Error('not taken');
    };
    const watched = await watchOffice({ one: 'idle', two: 'idle' }, { onReading });
    await swapState(watched.root, 'one', 'busy');
    await expect.poll(() => taken).toEqual(['one']);
    await swapState(watched.root, 'two', 'busy');
    await expect.poll(() => taken).toEqual(['one', 'two']);
  });
});

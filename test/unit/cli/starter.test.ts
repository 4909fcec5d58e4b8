import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { starterText, writeStarter } from '../../../src/cli/starter.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'mc-init-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('writeStarter', () => {
  it('makes the directory of agents and invents nobody, and says what comes next', async () => {
    const starter = await writeStarter(join(root, 'my office'), { now: 0 });
    expect(starter).toMatchObject({ created: ['mission-control/agents/'], kept: [], dry_run: false });
    expect(await readdir(join(starter.workspace, 'mission-control'))).toEqual(['agents']);
    expect(await readdir(join(starter.workspace, 'mission-control', 'agents'))).toEqual([]);
    expect(starterText(starter)).toContain(`mc serve --workspace '${starter.workspace}'`);
    expect(starterText(starter)).toContain('mc agents add ID');
  });

  it('writes sample agents, an office and a queue when asked to, and says that they are samples', async () => {
    const starter = await writeStarter(root, { now: 0, sample: true });
    expect(starter.created).toContain('mission-control/agents/scout/state.json');
    expect(starter.created).toContain('mission-control/TASK_QUEUE.md');
    expect(starter.kept).toEqual([]);
    expect(starterText(starter)).toContain('scout and writer are samples');
  });

  it('puts nothing into an agent of the same name that is there', async () => {
    const scout = join(root, 'mission-control', 'agents', 'scout');
    await mkdir(scout, { recursive: true });
    const starter = await writeStarter(root, { now: 0, sample: true });
    expect(starter.kept).toContain('mission-control/agents/scout/state.json');
    expect(await readdir(scout)).toEqual([]);
  });

  it('makes nothing with dryRun, and says what it would make', async () => {
    const place = join(root, 'new');
    const starter = await writeStarter(place, { now: 0, sample: true, dryRun: true });
    expect(starter.created).toHaveLength(7);
    expect(starterText(starter)).toContain('would create');
    expect(await readdir(root)).toEqual([]);
    expect((await writeStarter(place, { now: 0, sample: true })).created).toEqual(starter.created);
  });

  it('never overwrites', async () => {
    await writeStarter(root, { now: 0, sample: true });
    const queue = join(root, 'mission-control', 'TASK_QUEUE.md');
    await writeFile(queue, 'mine');
    const again = await writeStarter(root, { now: 1, sample: true });
    expect(again.created).toEqual([]);
    expect(again.kept).toHaveLength(7);
    expect(await readFile(queue, 'utf8')).toBe('mine');
  });

  it('refuses a place where a file is in the way', async () => {
    await writeFile(join(root, 'mission-control'), 'a file');
    await expect(writeStarter(root, { now: 0 })).rejects.toMatchObject({ code: 'usage', exit: 2 });
    await expect(writeStarter(join(root, 'mission-control', 'below'), { now: 0 })).rejects.toMatchObject({
      code: 'usage',
    });
  });
});

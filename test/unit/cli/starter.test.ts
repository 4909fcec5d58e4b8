import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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
  it('writes agents, an office and a queue, and says what comes next', async () => {
    const starter = await writeStarter(join(root, 'my office'), 0);
    expect(starter.created).toContain('mission-control/agents/scout/state.json');
    expect(starter.created).toContain('mission-control/TASK_QUEUE.md');
    expect(starter.kept).toEqual([]);
    expect(starterText(starter)).toContain(`next: mc serve --workspace '${starter.workspace}'`);
  });

  it('never overwrites', async () => {
    await writeStarter(root, 0);
    const queue = join(root, 'mission-control', 'TASK_QUEUE.md');
    await writeFile(queue, 'mine');
    const again = await writeStarter(root, 1);
    expect(again.created).toEqual([]);
    expect(again.kept).toHaveLength(6);
    expect(await readFile(queue, 'utf8')).toBe('mine');
  });

  it('refuses a place where a file is in the way', async () => {
    await writeFile(join(root, 'mission-control'), 'a file');
    await expect(writeStarter(root, 0)).rejects.toMatchObject({ code: 'usage', exit: 2 });
    await expect(writeStarter(join(root, 'mission-control', 'below'), 0)).rejects.toMatchObject({ code: 'usage' });
  });
});

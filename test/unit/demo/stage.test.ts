import { access, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock, workspaceLayout } from '../../../src/base/index.js';
import { createDemo, setStage, type Stage } from '../../../src/demo/index.js';
import type { AgentReading } from '../../../src/protocol/index.js';
import { listAgentIds, readAgentAt, readOfficeAt, readTaskFileAt } from '../../../src/workspace/index.js';

let parent: string;
let stages: Stage[] = [];
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'mc-stage-'));
});
afterEach(async () => {
  for (const stage of stages) await stage.clear();
  stages = [];
  await rm(parent, { recursive: true, force: true });
});

async function raise(agents = 12, rate = 200): Promise<Stage> {
  const stage = await setStage({ agents, rate, random: Math.random, clock: systemClock, parent });
  stages.push(stage);
  return stage;
}

async function readAll(root: string): Promise<AgentReading[]> {
  const { ids } = await listAgentIds(root);
  const readings = await Promise.all([...ids].map((id) => readAgentAt(root, id, Date.now())));
  return readings.filter((reading) => reading !== null);
}

describe('a demo', () => {
  it('is a workspace that reads without a warning: agents, office and tasks', async () => {
    const { root } = await raise();
    const agents = (await readAll(root)).map(({ agent }) => agent);
    expect(agents).toHaveLength(12);
    expect(agents.flatMap(({ warnings }) => warnings)).toEqual([]);
    expect(agents.find(({ id }) => id === 'pip')?.normalized_status).toBe('unknown');
    expect(agents.find(({ id }) => id === 'remy')?.normalized_status).toBe('offline');
    expect(agents.find(({ id }) => id === 'milo')).toMatchObject({
      name: 'Milo',
      role: 'Interface builder',
      emoji: '🎨',
    });
    const lena = agents.find(({ id }) => id === 'lena');
    expect(Date.now() - Date.parse(lena?.last_active ?? '')).toBeGreaterThan(20 * 60_000);
    const office = await readOfficeAt(root);
    expect('office' in office && Object.keys(office.office?.positions ?? {})).toHaveLength(12);
    const tasks = await readTaskFileAt(root, 'mission-control/TASK_QUEUE.md');
    expect('tasks' in tasks && tasks.tasks.length).toBeGreaterThan(3);
  });

  it('plays by writing files and leaves what others wrote', async () => {
    const stage = await raise();
    const layout = workspaceLayout(stage.root);
    const queue = layout.taskFiles['mission-control/TASK_QUEUE.md'];
    const state = join(layout.agents, 'juno', 'state.json');
    await writeFile(queue, `${await readFile(queue, 'utf8')}\n- [ ] one of yours\n`);
    await writeFile(state, JSON.stringify({ ...JSON.parse(await readFile(state, 'utf8')), note: 'kept' }));
    const before = await readFile(queue, 'utf8');
    stage.play();
    await vi.waitFor(
      async () => {
        expect(await readFile(queue, 'utf8')).not.toBe(before);
        expect(JSON.parse(await readFile(state, 'utf8')).messages_sent).toBeGreaterThan(0);
      },
      { timeout: 10_000 },
    );
    await stage.clear();
    await expect(access(stage.root)).rejects.toThrow(/ENOENT/);
  });

  it('goes on after a file was taken away', async () => {
    const root = join(parent, 'plain');
    await mkdir(root);
    const demo = createDemo({ root, agents: 3, rate: 500, random: Math.random, clock: systemClock });
    await demo.prepare();
    const queue = workspaceLayout(root).taskFiles['mission-control/TASK_QUEUE.md'];
    const text = await readFile(queue, 'utf8');
    await rm(queue);
    demo.start();
    await expect(demo.step()).rejects.toThrow(/ENOENT/);
    await writeFile(queue, text);
    await vi.waitFor(async () => expect(await readFile(queue, 'utf8')).not.toBe(text), { timeout: 10_000 });
    await demo.stop();
    await demo.stop();
  });
});

describe('leftovers', () => {
  const dead = {
    pid: 2 ** 22 + 1,
    host: hostname(),
    boot: 'another',
    started: '1',
    since: '2026',
    purpose: 'demo',
    details: {},
  };

  it('of killed demos are removed by the next one, and nothing else is', async () => {
    const put = async (name: string, marker: unknown) => {
      await mkdir(join(parent, name));
      if (marker) await writeFile(join(parent, name, '.mc-demo.json'), JSON.stringify(marker));
    };
    await put('mc-demo-dead', dead);
    await put('mc-demo-elsewhere', { ...dead, host: `not-${hostname()}` });
    await put('mc-demo-unmarked', null);
    await put('another-dead', dead);
    await writeFile(join(parent, 'mc-demo-file'), '');
    const running = await raise(1);
    const second = await raise(1);
    const names = await readdir(parent);
    expect(names).not.toContain('mc-demo-dead');
    for (const name of ['mc-demo-elsewhere', 'mc-demo-unmarked', 'another-dead', 'mc-demo-file'])
      expect(names).toContain(name);
    await access(running.root);
    await access(second.root);
  });
});

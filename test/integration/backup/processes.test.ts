import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Office, openOffice, picture } from './office.js';

/** Kills of each kind; fifty altogether with MC_TEST_RUNS=8. */
const KILLS = 2 * Number(process.env.MC_TEST_RUNS ?? 1);

interface Worker {
  child: ChildProcess;
  lines: AsyncIterator<string>;
}

/** Starts a process that is about to begin its work. */
async function startWorker(root: string, action: string, id = ''): Promise<Worker> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'child.mjs'), root, action, id], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe('begun');
  return { child, lines };
}

function go({ child }: Worker): void {
  child.stdin?.write('go\n');
}

/** How long a piece of work takes here and now. */
async function durationOf(root: string, action: string, id?: string): Promise<number> {
  const worker = await startWorker(root, action, id);
  const began = performance.now();
  go(worker);
  expect((await worker.lines.next()).value).toBe('done');
  return performance.now() - began;
}

async function killWithin(worker: Worker, limitMs: number): Promise<void> {
  const ended = once(worker.child, 'exit');
  go(worker);
  await delay(Math.random() * limitMs);
  worker.child.kill('SIGKILL');
  await ended;
}

function leftovers(root: string): string[] {
  // The cache's own file aside and the lock's go a minute later: they are written without the lock.
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (name) => /mc-tmp|journal/.test(name) && !/\.backup(?:_|\.lock)/.test(name),
  );
}

function fill({ path }: Office): void {
  for (let agent = 0; agent < 60; agent += 1) {
    mkdirSync(path(`mission-control/agents/worker-${agent}`));
    writeFileSync(path(`mission-control/agents/worker-${agent}/state.json`), JSON.stringify({ status: 'busy', agent }));
    writeFileSync(path(`mission-control/agents/worker-${agent}/log.md`), `line ${agent}\n`.repeat(2000));
  }
}

describe('kill -9', () => {
  it('in the middle of creating leaves sound archives and an untouched workspace', { timeout: 600_000 }, async () => {
    const office = await openOffice();
    fill(office);
    const limit = (await durationOf(office.root, 'create')) * 1.1;
    const before = picture(office.root);
    for (let kill = 0; kill < KILLS; kill += 1) {
      await killWithin(await startWorker(office.root, 'create'), limit);
      const reports = await office.backups.verifyAll(true);
      expect(reports.filter((report) => !report.ok)).toEqual([]);
      office.clock.at = Date.now();
      await office.backups.create();
      expect(leftovers(office.root)).toEqual([]);
      expect(picture(office.root)).toEqual(before);
    }
  });

  it('in the middle of restoring elsewhere leaves a directory that can be ended', { timeout: 600_000 }, async () => {
    const office = await openOffice();
    fill(office);
    await office.backups.create();
    const before = picture(office.root);
    const target = () => join(mkdtempSync(join(dirname(office.root), 'to-')), 'here');
    const limit = (await durationOf(office.root, 'restore-to', target())) * 1.1;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const to = target();
      await killWithin(await startWorker(office.root, 'restore-to', to), limit);
      if (existsSync(to)) {
        const recovery = await office.backups.recover({ to });
        expect(recovery?.outcome ?? 'none').toMatch(/^(?:none|finished|rolled back)$/);
        expect(leftovers(to)).toEqual([]);
      }
      await office.backups.restore('latest', { to });
      const again = await office.backups.restore('latest', { to, dryRun: true });
      expect(again).toMatchObject({ added: [], changed: [], removed: [] });
      expect(leftovers(to)).toEqual([]);
      expect(picture(office.root)).toEqual(before);
    }
  });

  it('in the middle of pruning loses nothing that is kept', { timeout: 600_000 }, async () => {
    const office = await openOffice();
    for (let kill = 0; kill < KILLS; kill += 1) {
      for (let more = 0; more < 5; more += 1) await office.backups.create({ agent: 'api' });
      const newest = (await office.backups.list()).findLast((backup) => backup.agent === 'api');
      await killWithin(await startWorker(office.root, 'prune'), 60);
      office.clock.at = Date.now() + 1000;
      const reports = await office.backups.verifyAll();
      expect(reports.filter((report) => !report.ok)).toEqual([]);
      expect(reports.map((report) => report.id)).toContain(newest?.id);
      await office.backups.prune({ keepLast: 1, keepWithin: 0 });
      expect(
        (await office.backups.list()).filter((backup) => backup.agent === 'api' && backup.origin === 'own'),
      ).toHaveLength(1);
    }
  });

  it('in the middle of restoring ends in the state before or the state restored', { timeout: 600_000 }, async () => {
    const office = await openOffice();
    fill(office);
    const restored = picture(office.root);
    const { id } = await office.backups.create();
    const spoil = () => {
      for (let agent = 0; agent < 60; agent += 1) {
        writeFileSync(office.path(`mission-control/agents/worker-${agent}/state.json`), `spoiled ${Math.random()}`);
      }
      rmSync(office.path('mission-control/agents/builder'), { recursive: true, force: true });
    };
    spoil();
    const limit = (await durationOf(office.root, 'restore', id)) * 1.1;
    expect(picture(office.root)).toEqual(restored);
    for (let kill = 0; kill < KILLS * 2; kill += 1) {
      spoil();
      const before = picture(office.root);
      await killWithin(await startWorker(office.root, 'restore', id), limit);
      const recovery = await office.backups.recover();
      const after = picture(office.root);
      if (recovery?.outcome === 'finished') expect(after).toEqual(restored);
      else if (recovery) expect(after).toEqual(before);
      else expect([before, restored]).toContainEqual(after);
      expect((await office.backups.verifyAll()).filter((report) => !report.ok)).toEqual([]);
      await office.backups.restore(id);
      expect(picture(office.root)).toEqual(restored);
      expect(leftovers(office.root)).toEqual([]);
    }
  });
});

describe('two processes', () => {
  it('never back up at once: one is told who is at it', async () => {
    const office = await openOffice();
    fill(office);
    const workers = [await startWorker(office.root, 'create'), await startWorker(office.root, 'create')];
    for (const worker of workers) go(worker);
    const said = await Promise.all(workers.map(async (worker) => (await worker.lines.next()).value));
    expect(said.toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual(['busy', 'done']);
    expect((await office.backups.list()).filter((backup) => backup.origin === 'own')).toHaveLength(1);
  });
});

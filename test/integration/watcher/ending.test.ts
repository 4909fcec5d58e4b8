import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig, systemClock, workerFile, workspaceLayout } from '../../../src/base/index.js';
import { silentLog } from '../../../src/base/log.js';
import { startServer } from '../../../src/server/index.js';
import { mergeReport } from '../../../src/workspace/index.js';
import { createWatcher } from '../../../src/workspace/watch/watcher.js';
import { scratch } from '../../support/scratch.js';
import { agentPath, endAll, putState, watchOffice } from './workspace.js';

let threads: Worker[] = [];
const onThread = (thread: Worker): void => void threads.push(thread);
beforeEach(() => {
  expect(existsSync(workerFile('parse')), 'npm run build makes the worker').toBe(true);
  threads = [];
  process.on('worker', onThread);
});
afterEach(async () => {
  process.off('worker', onThread);
  await endAll();
  // One that lives on would serve the next test, which waits for its own.
  await Promise.all(threads.map((thread) => thread.terminate()));
});

/** An office that takes many seconds to read. */
function hostileOffice(): string {
  const seats = Array.from({ length: 690_000 }, (_, at) => `"a${at}":"zone-${at % 9}"`);
  return `{"positions":{${seats.join(',')}}}`;
}

async function serve(root: string, signal?: AbortSignal) {
  const { values } = await loadConfig({ flags: { port: 0, wsPort: 0 }, env: {}, home: '/nonexistent' });
  const settings = { ...values, noBackups: true };
  return startServer({ workspace: root, settings, log: silentLog(), ...(signal ? { signal } : {}) });
}

const hostileState = () => `{"status":"busy","log":[${'"a line of it",'.repeat(1_000_000)}""]}`;

describe('the end of a watcher that reads a hostile file', () => {
  it('breaks it off, and what waits behind it, and begins nothing anew', async () => {
    const watched = await watchOffice({ one: 'idle' }, { mode: 'native' });
    writeFileSync(watched.path('mission-control', 'current_office_state.json'), hostileOffice());
    writeFileSync(agentPath(watched.root, 'one', 'state.json'), hostileState());
    await expect.poll(() => threads.length).toBe(1);
    const ended = once(threads[0] as Worker, 'exit');
    await watched.watcher.close();
    await ended;
    expect(threads).toHaveLength(1);
    expect(watched.readings.filter(({ office }) => office !== undefined)).toEqual([]);
  });

  it('does so during its first reading, which is then empty', async () => {
    const root = scratch();
    await putState(root, 'one', 'idle');
    writeFileSync(join(root, 'mission-control/current_office_state.json'), hostileOffice());
    const watcher = createWatcher({ root, clock: systemClock, onReading: () => {}, mode: 'native' });
    const first = watcher.start();
    await expect.poll(() => threads.length).toBe(1);
    const ended = once(threads[0] as Worker, 'exit');
    await watcher.close();
    expect((await first).agents.size).toBe(0);
    await ended;
    expect(threads).toHaveLength(1);
  });

  it('leaves what is written, and what others read', async () => {
    const [watched, other] = [
      await watchOffice({ one: 'idle' }, { mode: 'native' }),
      await watchOffice({ two: 'idle' }, { mode: 'native' }),
    ];
    writeFileSync(watched.path('mission-control', 'current_office_state.json'), hostileOffice());
    await expect.poll(() => threads.length).toBe(1);
    await putState(watched.root, 'one', 'idle', { log: 'x'.repeat(300_000) });
    const report = mergeReport(watched.root, 'one', { status: 'busy' }, { now: Date.now() });
    mkdirSync(agentPath(other.root, 'three'));
    await putState(other.root, 'three', 'idle', { log: 'x'.repeat(300_000) });
    await watched.watcher.close();
    await report;
    expect(JSON.parse(readFileSync(agentPath(watched.root, 'one', 'state.json'), 'utf8')).status).toBe('busy');
    await expect.poll(() => other.agent('three')?.agent.status).toBe('idle');
  });
});

describe('the end of a server that reads a hostile file', () => {
  it('comes without a fault', async () => {
    const root = scratch();
    await putState(root, 'one', 'idle');
    const server = await serve(root);
    const before = threads.length;
    writeFileSync(join(root, 'mission-control/current_office_state.json'), hostileOffice());
    await expect.poll(() => threads.length, { timeout: 15_000 }).toBeGreaterThan(before);
    await server.stop();
    expect(existsSync(workspaceLayout(root).serverLock)).toBe(false);
  });

  it('comes before it is ready, when it is asked for then', async () => {
    const root = scratch();
    await putState(root, 'one', 'idle');
    writeFileSync(join(root, 'mission-control/current_office_state.json'), hostileOffice());
    const controller = new AbortController();
    const started = serve(root, controller.signal).then(
      () => 'ready',
      (error: unknown) => error,
    );
    await expect.poll(() => threads.length, { timeout: 15_000 }).toBe(1);
    controller.abort('no more');
    expect(await started).toBe('no more');
    expect(existsSync(workspaceLayout(root).serverLock)).toBe(false);
    expect(threads).toHaveLength(1);
    await expect(serve(root, controller.signal)).rejects.toBe('no more');
  });
});

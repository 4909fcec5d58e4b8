import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { agentPath, endAll, settled, watchOffice } from './workspace.js';

afterEach(endAll);

const RUNS = Math.max(1, Number(process.env.MC_TEST_RUNS ?? 1) || 1);

/** Another process that rewrites state.json files round about: `n` in each grows by one with each write. */
function storm(root: string, agents: number, writes: number, how: 'in place' | 'rename'): ChildProcess {
  const script = `
    const { writeFileSync, renameSync } = require('node:fs');
    const base = ${JSON.stringify(agentPath(root, 'agent-'))};
    for (let n = 1; n <= ${writes}; n += 1) {
      const path = base + (n % ${agents}) + '/state.json';
      const text = JSON.stringify({ status: 'n' + n, current_tasks: ['write ' + n] });
      if (${how === 'in place'}) writeFileSync(path, text);
      else { writeFileSync(path + '.tmp', text); renameSync(path + '.tmp', path); }
    }`;
  return spawn(process.execPath, ['-e', script], { stdio: 'inherit' });
}

function manyAgents(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`agent-${at}`, 'idle']));
}

/**
 * Measures how long this process held its own event loop, in milliseconds: the longest time between two ticks of a timer, but no more
 * than the processor time it took meanwhile, because on a busy machine the rest of it was somebody else's.
 */
function watchLoop(): { longest(): number; stop(): void } {
  let at = performance.now();
  let cpu = process.cpuUsage();
  let longest = 0;
  const timer = setInterval(() => {
    const used = process.cpuUsage(cpu);
    longest = Math.max(longest, Math.min(performance.now() - at, (used.user + used.system) / 1000));
    at = performance.now();
    cpu = process.cpuUsage();
  }, 2);
  return { longest: () => longest, stop: () => clearInterval(timer) };
}

describe('watcher: storms', () => {
  const storms = [
    { how: 'rename', agents: 300 },
    { how: 'in place', agents: 300 },
    { how: 'in place', agents: 1 },
  ] as const;
  for (const { how, agents } of storms) {
    it(`joins ${10_000 * RUNS} writes (${how}) to ${agents} agents and ends in the true final state`, async () => {
      const watched = await watchOffice(manyAgents(agents));
      const writes = 10_000 * RUNS;
      const loop = watchLoop();
      await once(storm(watched.root, agents, writes, how), 'exit');
      const last = (id: number): string => `n${writes - ((writes - id) % agents)}`;
      const wrong = (): string[] =>
        Array.from({ length: agents }, (_, at) => at)
          .filter((at) => watched.agent(`agent-${at}`)?.agent.status !== last(at))
          .map((at) => `agent-${at}: ${watched.agent(`agent-${at}`)?.agent.status}, not ${last(at)}`);
      await expect.poll(wrong, { timeout: 15_000, interval: 100 }).toEqual([]);
      loop.stop();
      await settled(watched);
      expect(wrong()).toEqual([]);
      const tells = watched.readings.reduce((sum, reading) => sum + reading.agents.size, 0);
      // Making sure after a burst may tell the same once more; nothing else may.
      expect(tells).toBeLessThanOrEqual(writes * 1.1);
      // The figure is for `npm run bench -- watcher`: on a busy machine the clock says little. Here: nothing blocks.
      expect(loop.longest()).toBeLessThan(500);
    });
  }

  it('loses nothing that is written while it starts', async () => {
    for (let round = 0; round < 2 * RUNS; round += 1) {
      const agents = 100;
      const watched = await watchOffice(manyAgents(agents), {});
      await watched.watcher.close();
      const writer = storm(watched.root, agents, 3000, 'rename');
      const ended = once(writer, 'exit');
      await once(writer, 'spawn');
      await new Promise((resolve) => setTimeout(resolve, 60 + round * 40));
      const again = await watchOffice({}, { root: watched.root, rescanMs: 1e9 });
      await ended;
      const wrong = (): (string | undefined)[] =>
        Array.from({ length: agents }, (_, at) => at)
          .filter((at) => again.agent(`agent-${at}`)?.agent.status !== `n${3000 - ((3000 - at) % agents)}`)
          .map((at) => again.agent(`agent-${at}`)?.agent.status);
      await expect.poll(wrong, { timeout: 10_000 }).toEqual([]);
    }
  });
});

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
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

function milliseconds(delay: IntervalHistogram): number {
  return delay.max / 1e6;
}

describe('watcher: storms', () => {
  for (const how of ['rename', 'in place'] as const) {
    for (const agents of [1, 300]) {
      it(`joins ${10_000 * RUNS} writes (${how}) to ${agents} agents and ends in the true final state`, async () => {
        const watched = await watchOffice(manyAgents(agents));
        const writes = 10_000 * RUNS;
        const delay = monitorEventLoopDelay({ resolution: 5 });
        delay.enable();
        await once(storm(watched.root, agents, writes, how), 'exit');
        const last = (id: number): string => `n${writes - ((writes - id) % agents)}`;
        const wrong = (): string[] =>
          Array.from({ length: agents }, (_, at) => at)
            .filter((at) => watched.agent(`agent-${at}`)?.agent.status !== last(at))
            .map((at) => `agent-${at}: ${watched.agent(`agent-${at}`)?.agent.status}, not ${last(at)}`);
        await expect.poll(wrong, { timeout: 15_000, interval: 100 }).toEqual([]);
        delay.disable();
        await settled(watched);
        expect(wrong()).toEqual([]);
        const tells = watched.readings.reduce((sum, reading) => sum + reading.agents.size, 0);
        expect(tells).toBeLessThanOrEqual(writes);
        // 50 ms is the promise; the machine of a test has other work to do.
        expect(milliseconds(delay)).toBeLessThan(process.env.CI ? 200 : 100);
      });
    }
  }

  it('loses nothing that is written while it starts', async () => {
    for (let round = 0; round < 3 * RUNS; round += 1) {
      const agents = 100;
      const watched = await watchOffice(manyAgents(agents), {});
      await watched.watcher.close();
      const writer = storm(watched.root, agents, 5000, 'rename');
      const ended = once(writer, 'exit');
      await once(writer, 'spawn');
      await new Promise((resolve) => setTimeout(resolve, 60 + round * 40));
      const again = await watchOffice({}, { root: watched.root, rescanMs: 1e9 });
      await ended;
      const wrong = (): (string | undefined)[] =>
        Array.from({ length: agents }, (_, at) => at)
          .filter((at) => again.agent(`agent-${at}`)?.agent.status !== `n${5000 - ((5000 - at) % agents)}`)
          .map((at) => again.agent(`agent-${at}`)?.agent.status);
      await expect.poll(wrong, { timeout: 10_000 }).toEqual([]);
    }
  });
});

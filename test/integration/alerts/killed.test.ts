import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { bundled } from '../../support/bundle.js';
import { until } from '../../support/delivery.js';
import { startReceiver } from '../../support/receiver.js';
import { scratch } from '../../support/scratch.js';

const ROUNDS = 6 * Number(process.env.MC_TEST_RUNS ?? 1);
/** When the process is killed: as soon as a message is queued, when it arrives, or when it was answered. */
const MOMENTS = ['queued', 'arrived', 'answered'] as const;

it(`kill -9 in the middle of a delivery loses nothing: each arrives once or twice, under one id (${ROUNDS} times)`, {
  timeout: 60_000 + ROUNDS * 10_000,
}, async () => {
  const folder = scratch();
  const script = await bundled(join(import.meta.dirname, '../../support/delivery-child.ts'), folder);
  const receiver = await startReceiver();
  let child: ChildProcess | undefined;
  onTestFinished(() => void child?.kill('SIGKILL'));
  const said: string[] = [];
  const begin = (round: number): ChildProcess => {
    // Each start is a minute later: what was on its way is due again.
    const args = [script, join(folder, 'alerts.db'), receiver.url, String(round * 60_000)];
    const started = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface({ input: started.stdout }).on('line', (line) => said.push(line));
    started.stdin?.on('error', () => {});
    return started;
  };
  const idle = () => {
    said.length = 0;
    return until(() => expect(said).toContain('idle'));
  };

  for (let round = 0; round < ROUNDS; round += 1) {
    const moment = MOMENTS[round % MOMENTS.length] ?? 'queued';
    const agent = `agent-${round}`;
    child = begin(round);
    const killed = once(child, 'exit');
    await idle();
    const kill = () => void child?.kill('SIGKILL');
    receiver.answer((response, { json }) => {
      if (moment === 'arrived' && json.data.agent === agent) return kill();
      response.writeHead(204).end();
      if (moment === 'answered') response.on('close', kill);
    });
    child.stdin?.write(`${agent}\n`);
    await until(() => expect(said).toContain(`queued ${agent}`));
    if (moment === 'queued') kill();
    await killed;
    receiver.answer(204);
  }
  child = begin(ROUNDS);
  await idle();
  child.kill('SIGKILL');

  const times = new Map<string, number>();
  for (const { headers } of receiver.received) {
    const id = String(headers['webhook-id']);
    times.set(id, (times.get(id) ?? 0) + 1);
  }
  expect(times.size).toBe(ROUNDS);
  expect(Math.max(...times.values())).toBeLessThanOrEqual(2);
  expect(said.filter((line) => /^(error|notified)/.test(line))).toEqual([]);
});

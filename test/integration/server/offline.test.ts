import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { workspaceLayout } from '../../../src/base/index.js';
import { silentLog } from '../../../src/base/log.js';
import { startServer } from '../../../src/server/index.js';
import { readFacts } from '../../../src/server/offline.js';
import { cleanLater, emptyDirectory, settingsWith } from './office.js';

const SILENT_MS = 5 * 60_000;

it('is judged the same without a server as by one: an agent silent for longer than twice its heartbeat is stale', async () => {
  const root = await emptyDirectory();
  const layout = workspaceLayout(root);
  const then = new Date(Date.now() - SILENT_MS);
  for (const [id, state] of Object.entries({
    beating: { status: 'busy', heartbeat_interval: 60, lastActive: then.toISOString() },
    patient: { status: 'busy', heartbeat_interval: 600, lastActive: then.toISOString() },
    idle: { status: 'idle' },
  })) {
    const file = join(layout.agents, id, 'state.json');
    await mkdir(join(layout.agents, id), { recursive: true });
    await writeFile(file, JSON.stringify(state));
    await utimes(file, then, then);
  }
  const settings = await settingsWith({ noBackups: true, collectInterval: 1000 });
  const server = await startServer({ workspace: root, settings, log: silentLog() });
  cleanLater(() => server.stop());
  const ask = async () => {
    const answer = await fetch(`${server.http}/api/system/status`);
    const { metrics } = (await answer.json()) as { metrics: { system?: { system_health_score?: number } } };
    return metrics.system?.system_health_score ?? null;
  };
  await expect.poll(ask, { timeout: 15_000 }).not.toBeNull();
  const facts = await readFacts(layout, settings, Date.now());
  const statuses = Object.fromEntries(facts.agents.map((agent) => [agent.id, agent.normalized_status]));
  expect(statuses).toEqual({ beating: 'stale', patient: 'busy', idle: 'idle' });
  // The two look one after the other: on a busy machine a collection is late to one and not to the other.
  const differ = async () => ((await readFacts(layout, settings, Date.now())).health ?? 0) - ((await ask()) ?? 0);
  await expect.poll(differ).toBe(0);
});

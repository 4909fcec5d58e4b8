import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { officeCopy, startOffice } from './office.js';

const SAID = { status: 'needs_approval', waiting_for: 'approve the release' };

describe('an agent that waits for a person', () => {
  it('is waiting on every floor, and idle for those who know no such word', async () => {
    const { root, get } = await startOffice();
    const before = (await get('/api/agents')).body.summary;
    await writeFile(join(root, 'mission-control/agents/api/state.json'), JSON.stringify(SAID));
    await vi.waitFor(async () => {
      const { body } = await get('/api/agents/api');
      expect(body).toMatchObject({ status: 'needs_approval', normalized_status: 'waiting' });
    }, 10_000);
    const { agents, summary } = (await get('/api/agents')).body;
    const row = agents.find(({ id }: { id: string }) => id === 'api');
    expect(row).toMatchObject({ waiting_for: 'approve the release', warnings: [] });
    expect(summary).toMatchObject({ idleAgents: before.idleAgents + 1, waitingAgents: 1, counts: { waiting: 1 } });
    expect(summary.counts.idle).toBe(before.counts.idle);
    expect((await get('/api/agents/status')).body.agents).toContainEqual(
      expect.objectContaining({ id: 'api', status: 'waiting' }),
    );
    expect((await get('/metrics')).text).toContain('mc_agent_status{agent="api",status="waiting"} 1');
  });

  it('is counted when the fleet is measured', async () => {
    const root = await officeCopy();
    await writeFile(join(root, 'mission-control/agents/api/state.json'), JSON.stringify(SAID));
    const { get } = await startOffice({ root });
    const { body } = await get('/api/system/status');
    const { waiting_agents, idle_agents } = body.metrics.system;
    expect(waiting_agents).toBe(1);
    expect(idle_agents).toBe((await get('/api/agents')).body.summary.idleAgents);
    const { text } = await get('/metrics');
    expect(text).toMatch(/^mc_waiting_agents 1$/m);
  });
});

import { expect, it } from 'vitest';
import { agentStuck } from '../../../../src/alerts/rules/agent-stuck.js';
import { agentsOf, judge, MINUTE, worldOf } from '../world.js';

const stuckFor = (minutes: number, p95Minutes: number | null, limit = 1800) => {
  const work = { task: 'Dig', source: 'state.json', ms: minutes * MINUTE };
  const p95Ms = p95Minutes === null ? null : p95Minutes * MINUTE;
  const agents = agentsOf({ id: 'a', normalized_status: 'busy' });
  return judge(agentStuck, worldOf({ agents, workOf: () => ({ ...work, p95Ms }) }), limit);
};

it.each([
  [29, 5, false],
  [31, 5, true],
  [44, 45, false],
  [46, 45, true],
  [119, null, false],
  [121, null, true],
])('%i minutes where 95 %% of its tasks take %s: %s', (minutes, p95, fires) => {
  expect(stuckFor(minutes, p95).found.length).toBe(Number(fires));
});

it('tells when it will be too long, by itself', () => {
  expect(stuckFor(29, 5).wakes).toEqual([MINUTE + 1]);
});

it('tells value and limit in seconds, and what was usual', () => {
  expect(stuckFor(50, 45).found).toEqual([
    {
      agent: 'a',
      value: 3000,
      limit: 2700,
      summary: 'a has worked on one task for 50m: Dig',
      evidence: 'state.json names the task; 95 % of its tasks took up to 45m',
    },
  ]);
});

it('takes another lowest limit, and asks nothing of agents that do not work', () => {
  expect(stuckFor(31, 5, 3600).found).toEqual([]);
  const agents = agentsOf({ normalized_status: 'idle' });
  const workOf = () => ({ task: 'Dig', source: 's', ms: 1e9, p95Ms: null });
  expect(judge(agentStuck, worldOf({ agents, workOf })).found).toEqual([]);
});

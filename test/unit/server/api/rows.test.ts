import { describe, expect, it } from 'vitest';
import type { Agent, AgentCounters } from '../../../../src/protocol/index.js';
import { agentRow, agentsSummary } from '../../../../src/server/api/rows.js';
import { agentOf, type Known } from '../../../support/agents.js';

const agent = (id: string, changes: Known = {}, counters: Partial<AgentCounters> = {}): Agent =>
  agentOf(id, { ...changes, counters });

const task = (title: string, status: Agent['tasks'][number]['status']) => ({
  source: 'state.json',
  id: null,
  title,
  status,
  started_at: null,
  priority: null,
});

describe('a row', () => {
  it('invents nothing', () => {
    const row = agentRow(agent('a'), null, undefined);
    expect(row).toMatchObject({
      metrics: {},
      zone: null,
      efficiency: null,
      currentTask: null,
      cost: null,
      tokensUsed: null,
    });
  });

  it.each([
    [{ tasks_completed: 9, tasks_failed: 1 }, 90],
    [{ tasks_completed: 2, tasks_failed: 1 }, 66.6667],
    [{ tasks_completed: 0, tasks_failed: 0 }, null],
    [{ tasks_completed: 9 }, null],
    [{ tasks_failed: 1 }, null],
  ])('tells the efficiency of %j as %j', (counters, efficiency) => {
    expect(agentRow(agent('a', {}, counters), null, undefined).efficiency).toBe(efficiency);
  });

  it('names the task at work, else the next one, never a finished one', () => {
    const current = (...tasks: Agent['tasks']) => agentRow(agent('a', { tasks }), null, undefined).currentTask;
    expect(current(task('old', 'completed'), task('next', null), task('now', 'in_progress'))).toBe('now');
    expect(current(task('old', 'failed'), task('next', 'pending'))).toBe('next');
    expect(current(task('old', 'completed'))).toBeNull();
  });

  it('knows its zone by its own name only', () => {
    const office = { positions: { a: { x: 1, y: 2, zone: 'desk' } } };
    expect(agentRow(agent('a'), office, undefined).zone).toBe('desk');
    expect(agentRow(agent('constructor'), office, undefined).zone).toBeNull();
  });

  it('has the latest sample, and what the agent states of its machine', () => {
    const sample = { success_rate: 0.5, cpu_usage: null };
    expect(agentRow(agent('a', {}, { cpu_usage: 7 }), null, sample).metrics).toEqual({
      success_rate: 0.5,
      cpu_usage: 7,
      memory_usage: null,
    });
  });
});

it('sums what is known', () => {
  const agents = [
    agent('a', { normalized_status: 'busy' }, { tasks_completed: 3, tasks_failed: 1, cost: 0.1 }),
    agent('b', { normalized_status: 'stale' }, { tasks_completed: 4, cost: 0.2 }),
    agent('c'),
  ];
  expect(agentsSummary(agents)).toMatchObject({
    totalAgents: 3,
    busyAgents: 1,
    activeAgents: 0,
    totalTasks: 7,
    totalTokens: null,
    totalCost: 0.3,
    avgEfficiency: 75,
    counts: { stale: 1, unknown: 1 },
  });
  expect(agentsSummary([])).toMatchObject({ totalAgents: 0, totalTasks: null, avgEfficiency: null });
});

import { describe, expect, it } from 'vitest';
import type { Observation } from '../../../src/metrics/record/observer.js';
import { metricsOf } from '../../../src/metrics/store/registry.js';
import { sampleAgent, sampleValues } from '../../../src/metrics/record/sample.js';
import type { Agent } from '../../../src/protocol/index.js';
import { newAgent, tasksNamed } from '../../support/metrics.js';
import { NO_COUNTERS } from '../../support/agents.js';

const SEEN: Observation = {
  work: 90_000,
  idle: 30_000,
  completed: 2,
  failed: 1,
  sent: null,
  received: 4,
  stated: 0,
  taskDuration: 1500,
};

function sampled(agent: Agent, seen: Observation | null = null): Record<string, number | null> {
  const values = sampleValues('agent', sampleAgent(agent, seen));
  return Object.fromEntries(metricsOf('agent').map(({ name }, index) => [name, values[index] ?? null]));
}

describe('a sample of an agent', () => {
  it('takes counters from its own files before what was seen', () => {
    const counters = { ...NO_COUNTERS, tasks_completed: 24, tasks_failed: 6, total_work_time: 9120.5 };
    expect(sampled(newAgent('a', { counters }), SEEN)).toMatchObject({
      tasks_completed: 24,
      tasks_failed: 6,
      error_rate: 0.2,
      success_rate: 0.8,
      total_work_time: 9120.5,
      idle_time: 30,
      avg_task_duration: 1.5,
      messages_sent: null,
      messages_received: 4,
    });
  });

  it('takes what was seen where its files say nothing', () => {
    expect(sampled(newAgent('a', { tasks: tasksNamed('x') }), SEEN)).toMatchObject({
      tasks_completed: 2,
      tasks_failed: 1,
      tasks_in_progress: 1,
      error_rate: 0.333333,
      total_work_time: 90,
    });
  });

  it('makes no rate of counters that two hands counted, nor of nothing', () => {
    const counters = { ...NO_COUNTERS, tasks_completed: 24 };
    expect(sampled(newAgent('a', { counters }), SEEN)).toMatchObject({ error_rate: null, success_rate: null });
    const zero = { ...NO_COUNTERS, tasks_completed: 0, tasks_failed: 0 };
    expect(sampled(newAgent('a', { counters: zero }))).toMatchObject({ error_rate: null, success_rate: null });
  });

  it.each([
    ['null', null],
    ['a text', '2'],
    ['an object', {}],
    ['NaN', Number.NaN],
    ['infinite', Number.POSITIVE_INFINITY],
    ['negative', -1],
  ])('is null, never a throw and never 0, for a counter that is %s', (_, value) => {
    const counters = Object.fromEntries(
      Object.keys(NO_COUNTERS).map((name) => [name, value]),
    ) as unknown as Agent['counters'];
    const figures = sampled(newAgent('a', { counters }));
    expect(figures).toMatchObject({ tasks_completed: null, tasks_failed: null, cpu_usage: null, error_rate: null });
  });

  it('of an agent of which nothing is known is nothing but gaps', () => {
    const agent = newAgent('a', { normalized_status: 'unknown', state: null });
    const seen = { ...SEEN, work: 0, idle: 0, completed: null, failed: null, received: null, taskDuration: null };
    expect(new Set(Object.values(sampled(agent, seen)))).toEqual(new Set([null]));
  });
});

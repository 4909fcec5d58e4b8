import { describe, expect, it } from 'vitest';
import { COUNTER_NAMES, isCounterName, listMetrics, metricNamed } from '../../../src/protocol/index.js';
import { CHARTED, isSystemMetric } from '../../../src/tui/metric-list.js';

describe('the catalogue of metrics', () => {
  it('has each name once, in one scope', () => {
    const names = [...listMetrics('agent'), ...listMetrics('system')].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('finds a metric by its name, and nothing that objects have by birth', () => {
    expect(metricNamed('tasks_completed')).toMatchObject({ scope: 'agent', kind: 'counter', unit: 'tasks' });
    expect(metricNamed('system_health_score')).toMatchObject({ scope: 'system', kind: 'ratio', unit: 'ratio' });
    for (const name of ['constructor', '__proto__', 'toString', '', 'rss ']) expect(metricNamed(name)).toBeNull();
  });

  it('knows every figure of the system as one, charted or not', () => {
    expect(CHARTED).not.toContain('total_agents');
    expect(isSystemMetric('total_agents')).toBe(true);
    expect(isSystemMetric('success_rate')).toBe(false);
    expect(isSystemMetric('of_a_newer_server')).toBe(false);
  });
});

describe('the counters of agents', () => {
  it('are known by their names alone', () => {
    for (const name of COUNTER_NAMES) expect(isCounterName(name)).toBe(true);
    for (const name of ['tasksCompleted', 'constructor', 'length', '']) expect(isCounterName(name)).toBe(false);
  });

  it('that are metrics as well are metrics of agents', () => {
    const both = COUNTER_NAMES.filter((name) => metricNamed(name) !== null);
    expect(both).toHaveLength(8);
    for (const name of both) expect(metricNamed(name)?.scope).toBe('agent');
  });
});

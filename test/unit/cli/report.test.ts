import { describe, expect, it } from 'vitest';
import { readReport } from '../../../src/cli/report.js';

describe('readReport', () => {
  it('takes what was given and nothing else', () => {
    expect(
      readReport({ status: 'In Progress', task: 'x', counter: ['tasks_completed=12', 'cost=0.5'], zone: undefined }),
    ).toEqual({ status: 'In Progress', task: 'x', counters: { tasks_completed: 12, cost: 0.5 } });
  });

  it('takes what an agent waits for', () => {
    const report = { status: 'needs_input', waiting_for: 'which region?' };
    expect(readReport({ status: 'needs_input', 'waiting-for': 'which region?' })).toEqual(report);
  });

  it('refuses a report that says nothing', () => {
    expect(() => readReport({})).toThrow(expect.objectContaining({ code: 'usage', exit: 2 }));
  });

  it('refuses an unknown status word and names a near one', () => {
    expect(() => readReport({ status: 'bussy' })).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('busy') }),
    );
    expect(() => readReport({ status: 'xxxxxxxxx' })).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('accepted') }),
    );
  });

  it.each(['bogus=1', 'tasks_completed', 'tasks_completed=', 'tasks_completed=many', '=1'])('refuses %s', (pair) => {
    expect(() => readReport({ counter: [pair] })).toThrow(expect.objectContaining({ code: 'usage' }));
  });
});

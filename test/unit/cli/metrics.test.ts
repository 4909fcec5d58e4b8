import { describe, expect, it } from 'vitest';
import { queryChart } from '../../../src/cli/print/chart.js';
import { explanationText, metricsTable } from '../../../src/cli/print/metrics.js';
import { measuredLines, queryCsv, queryTable } from '../../../src/cli/print/points.js';
import { terminalOf } from '../../../src/cli/print/terminal.js';
import { listMetrics, type QueryAnswer, type Series } from '../../../src/protocol/index.js';

const PLAIN = terminalOf({}, { LANG: 'C.UTF-8' });
const ASCII = terminalOf({}, { TERM: 'dumb' });
const T0 = Date.UTC(2026, 2, 2);

function series(values: (number | null)[], changes: Partial<Series> = {}): Series {
  const points = values.map((v, at) => ({ t: new Date(T0 + at * 3_600_000).toISOString(), v }));
  return { metric: 'success_rate', unit: 'ratio', agent: 'api', points, ...changes };
}

function answer(...all: Series[]): QueryAnswer {
  return {
    since: new Date(T0).toISOString(),
    until: new Date(T0 + 1).toISOString(),
    step: '1h',
    agg: 'avg',
    series: all,
  };
}

describe('an answer as a table', () => {
  it('has a column for each series, and a sign for a gap', () => {
    expect(
      queryTable(answer(series([0.5, null]), series([1, 0.123456789], { agent: 'b' })), PLAIN).split('\n'),
    ).toEqual([
      'TIME                      success_rate api (ratio)  success_rate b (ratio)',
      '2026-03-02T00:00:00.000Z                       0.5                       1',
      '2026-03-02T01:00:00.000Z                         –                0.123457',
    ]);
  });

  it('has a line for each point where there are many series', () => {
    const many = Array.from({ length: 7 }, (_, n) => series([n], { agent: `a${n}\u001b[31m` }));
    const lines = queryTable(answer(...many), PLAIN).split('\n');
    expect(lines[0]).toMatch(/^TIME +METRIC +AGENT +UNIT +VALUE$/);
    expect(lines[7]).toMatch(/success_rate {2}a6\ufffd\[31m {2}ratio +6$/);
  });
});

describe('an answer on a terminal of 80 columns', () => {
  const NARROW = { ...terminalOf({ isTTY: true, columns: 80 }, { LANG: 'C.UTF-8' }), colour: false };

  it('stacks the heads where they are too wide side by side', () => {
    const three = ['tasks_completed', 'tasks_in_progress', 'avg_task_duration'].map((metric) =>
      series([1, 2], { metric, agent: 'a-rather-long-name', unit: 'tasks' }),
    );
    const lines = queryTable(answer(...three), NARROW).split('\n');
    expect(lines.slice(0, 3).map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['TIME', 'tasks_completed', 'tasks_in_progress', 'avg_task_duration'],
      Array(3).fill('a-rather-long-name'),
      Array(3).fill('(tasks)'),
    ]);
    expect(lines.every((line) => line.length <= 80)).toBe(true);
    const six = Array.from({ length: 6 }, (_, n) =>
      series([n], { metric: 'total_tasks_in_progress', agent: `agent-${n}` }),
    );
    expect(queryTable(answer(...six), NARROW)).toMatch(/^TIME +METRIC +AGENT +UNIT +VALUE/);
  });

  it('leaves out the empty lines before and after what was measured, and counts them', () => {
    const whole = answer(
      series([null, null, 1, null, 2, null]),
      series([null, null, null, 3, null, null], { agent: 'b' }),
    );
    const { lines, before, after } = measuredLines(whole);
    expect([before, after, lines.length]).toEqual([2, 1, 3]);
    expect(queryTable(whole, NARROW, lines).split('\n')).toHaveLength(4);
    expect(measuredLines(answer(series([null])))).toEqual({ lines: [], before: 1, after: 0 });
  });

  it('never cuts the name of a metric in the list', () => {
    const rows = [...listMetrics('agent'), ...listMetrics('system')];
    const table = metricsTable(rows, NARROW);
    for (const { name } of rows) expect(table).toContain(`\n${name} `);
    expect(table.split('\n').every((line) => line.length <= 80)).toBe(true);
  });
});

describe('an answer as CSV', () => {
  it('takes the sting out of names that would steer a terminal', () => {
    const text = queryCsv(answer(series([1], { agent: 'a\u001b[31m\u009b\u202e\u007f' })));
    expect(text).toContain(',a\ufffd[31m\ufffd\ufffd\ufffd,');
  });

  it('quotes what has to be quoted and lets no name be a formula', () => {
    const lines = queryCsv(answer(series([null], { agent: 'a,"b"' }), series([-1], { agent: '=cmd()' }))).split('\r\n');
    expect(lines[1]).toBe('2026-03-02T00:00:00.000Z,success_rate,"a,""b""",,ratio');
    expect(lines[2]).toBe("2026-03-02T00:00:00.000Z,success_rate,'=cmd(),-1,ratio");
  });
});

describe('an answer as a chart', () => {
  it('has values, times and a unit, and leaves gaps empty', () => {
    const chart = queryChart(answer(series([0, 1, 2, null, null, 2, 1, 0])), PLAIN).split('\n');
    expect(chart[0]).toBe('success_rate api (ratio)');
    expect(chart[1]).toMatch(/^ +2 [┤┼] ╭ {3}╮/);
    expect(chart.at(-1)).toContain('03-02 ');
    expect(chart.some((line) => line.includes('┼'))).toBe(true);
    expect(chart.every((line) => line.length <= 80)).toBe(true);
  });

  it('draws a flat line, a single value, and nothing at all', () => {
    expect(queryChart(answer(series([5, 5, 5])), PLAIN)).toContain('5');
    expect(queryChart(answer(series([5])), PLAIN)).toContain('5');
    expect(queryChart(answer(series([null, null])), PLAIN)).toContain('nothing was measured');
    expect(queryChart(answer(series([])), PLAIN)).toContain('nothing was measured');
  });

  it('fits many points into the width, and ASCII terminals', () => {
    const values = Array.from({ length: 1000 }, (_, n) => (n % 97) / 97);
    const chart = queryChart(answer(series(values)), { ...ASCII, width: 60 });
    expect(chart).toMatch(/^[\n -~]*$/);
    expect(Math.max(...chart.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
  });
});

describe('an explanation', () => {
  it('shows what each part gives, and says when there is none', () => {
    const explain = {
      timestamp: new Date(T0).toISOString(),
      score: 0.8,
      parts: [{ name: 'agents', weight: 0.4, value: 0.5, because: 'two in error' }],
    };
    expect(explanationText({ ...answer(), explain } as QueryAnswer, PLAIN)).toMatch(/agents +0\.2 +0\.4 +two in error/);
    expect(explanationText({ ...answer(), explain: null }, PLAIN)).toContain('not been collected');
  });
});

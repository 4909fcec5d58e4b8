import * as fc from '../../support/property.js';
import { describe, expect, it } from 'vitest';
import type { McError } from '../../../src/base/index.js';
import { openReader } from '../../../src/metrics/store/database.js';
import type { RawQuery } from '../../../src/metrics/query/params.js';
import { answerRead } from '../../../src/metrics/query/reads.js';
import { retire } from '../../../src/metrics/store/retention.js';
import { rollUpAtOnce } from '../../../src/metrics/store/rollup.js';
import type { Store } from '../../../src/metrics/store/store.js';
import type { QueryAnswer } from '../../../src/protocol/index.js';
import { collectInto, DAY, HOUR, MINUTE, newStore, T0 } from '../../support/metrics.js';
import { scratch } from '../../support/scratch.js';

/** Two agents, a sample a minute for `minutes`; a counts up by 1, is reset in its 100th minute, and is silent for 10. */
function filled(minutes: number, rolledTo = minutes): Store {
  const store = newStore(scratch());
  store.db.transaction(() => {
    for (let n = 0; n < minutes; n += 1) {
      const silent = n >= 200 && n < 210;
      const a = { tasks_completed: silent ? null : n < 100 ? n : n - 100, error_rate: silent ? null : (n % 10) / 10 };
      collectInto(store, T0 + n * MINUTE, { a, b: { tasks_completed: 2 * n, error_rate: 0.5 } });
    }
  })();
  rollUpAtOnce(store.db, T0 + rolledTo * MINUTE);
  return store;
}

function query(store: Store, raw: RawQuery, now: number): QueryAnswer {
  return answerRead(store.db, 'query', raw, now);
}

function valuesOf(answer: QueryAnswer, series = 0): (number | null)[] {
  return answer.series[series]?.points.map(({ v }) => v) ?? [];
}

const since = new Date(T0).toISOString();
const until = (minutes: number) => new Date(T0 + minutes * MINUTE).toISOString();

describe('a query', () => {
  it.each(['1m', '5m', '1h'])('of step %s gives the same from rollups as from raw samples', (step) => {
    const rolled = filled(360);
    const unrolled = filled(360, 0);
    const now = T0 + 360 * MINUTE;
    for (const agg of ['avg', 'min', 'max', 'sum', 'last', 'count', 'rate']) {
      const raw = { metric: 'tasks_completed', since, until: until(360), step, agg };
      expect(query(rolled, raw, now)).toEqual(query(unrolled, raw, now));
    }
  });

  it('has a gap where nothing was measured, at every aggregate', () => {
    const store = filled(360);
    for (const agg of ['avg', 'min', 'max', 'sum', 'last', 'count', 'rate', 'p95']) {
      const metric = 'tasks_completed';
      const values = valuesOf(
        query(store, { metric, agent: 'a', since, until: until(360), step: '5m', agg }, T0 + DAY),
      );
      expect(values).toHaveLength(72);
      expect([values[39] === null, values[40], values[41], values[42] === null]).toEqual([false, null, null, false]);
    }
  });

  it('tells a rate over a reset and over a gap: it adds up to all growth', () => {
    const store = filled(360);
    for (const [step, seconds] of [
      ['1m', 60],
      ['5m', 300],
      ['1h', 3600],
    ] as const) {
      const answer = query(
        store,
        { metric: 'tasks_completed', agent: 'a', since, until: until(360), step, agg: 'rate' },
        T0 + DAY,
      );
      const grown = valuesOf(answer).reduce<number>((sum, v) => sum + (v ?? 0) * seconds, 0);
      expect(grown).toBeCloseTo(99 + 259, 6);
      expect(answer.series[0]?.unit).toBe('tasks/s');
    }
    const raw = query(
      store,
      { metric: 'tasks_completed', agent: 'b', since: until(5), until: until(8), step: 'raw', agg: 'rate' },
      T0 + DAY,
    );
    expect(valuesOf(raw)).toEqual([2 / 60, 2 / 60, 2 / 60]);
  });

  it('is complete up to now: the open bucket comes from finer figures, its rate is not thinned', () => {
    const store = filled(130, 120);
    const now = T0 + 130 * MINUTE;
    const answer = query(store, { metric: 'tasks_completed', agent: 'b', since, step: '1h', agg: 'rate' }, now);
    expect(valuesOf(answer).map((v) => Math.round((v ?? 0) * 60 * 100) / 100)).toEqual([1.97, 2, 2]);
    const last = query(store, { metric: 'tasks_completed', agent: 'b', since, step: '1h', agg: 'last' }, now);
    expect(valuesOf(last)).toEqual([118, 238, 258]);
  });

  it('takes agents together: samples pooled, rates added', () => {
    const store = filled(60);
    const now = T0 + HOUR;
    const together = (agg: string, step = '1h') =>
      valuesOf(query(store, { metric: 'tasks_completed', since, until: until(60), step, agg, group_by: 'none' }, now));
    expect(together('count')).toEqual([120]);
    expect(together('max')).toEqual([118]);
    expect(together('avg')).toEqual([(29.5 * 60 + 59 * 60) / 120]);
    expect(together('rate')[0]).toBeCloseTo((59 + 118) / 3600, 9);
    expect(together('sum', 'raw').slice(0, 3)).toEqual([0, 3, 6]);
    expect(together('last', 'raw').slice(0, 3)).toEqual([0, 3, 6]);
    expect(together('p50', 'raw').slice(0, 3)).toEqual([0, 1.5, 3]);
    const answer = query(store, { metric: 'tasks_completed', since, until: until(60), group_by: 'none' }, now);
    expect(answer.series).toMatchObject([{ agent: null }]);
  });

  it('aggregates each metric in its own way, whatever else is asked for', () => {
    const store = filled(60);
    const now = T0 + HOUR;
    const both = query(store, { metric: ['tasks_completed', 'error_rate'], agent: 'a', since, step: '1h' }, now);
    expect(both.agg).toBe('default');
    expect(both.series.map(({ agg }) => agg)).toEqual(['last', 'avg']);
    for (const one of both.series) {
      const alone = query(store, { metric: one.metric, agent: 'a', since, step: '1h' }, now);
      expect(alone).toMatchObject({ agg: one.agg, series: [one] });
    }
  });

  it('sums the counters of several agents up, those included that were not sampled just then', () => {
    const store = newStore(scratch());
    const steps: [number | null, number | null][] = [
      [10, 1],
      [12, null],
      [null, 2],
      [13, 2],
    ];
    for (const [n, [a, b]] of steps.entries()) {
      collectInto(store, T0 + n * MINUTE, {
        a: { tasks_completed: a, cpu_usage: a },
        b: { tasks_completed: b, cpu_usage: b },
      });
    }
    const now = T0 + 4 * MINUTE;
    const together = (metric: string, step: string) =>
      valuesOf(query(store, { metric, since, until: String(now), step, agg: 'last', group_by: 'none' }, now));
    for (const step of ['raw', '1m']) {
      expect(together('tasks_completed', step)).toEqual([11, 13, 14, 15]);
      expect(together('cpu_usage', step)).toEqual([5.5, 12, 2, 7.5]);
    }
    expect(together('tasks_completed', '5m')).toEqual([15]);
  });

  it('aims at as many points as it is told', () => {
    const store = filled(3000);
    const now = T0 + 3000 * MINUTE;
    const stepOf = (range: string) => query(store, { metric: 'error_rate', since: range, points: 60 }, now).step;
    expect([stepOf('1h'), stepOf('5h'), stepOf('24h'), stepOf('30d')]).toEqual(['5m', '1h', '1h', '1d']);
  });

  it('names only what is really near', () => {
    const store = filled(2);
    const refusal = (metric: string, agent?: string) => {
      try {
        query(store, { metric, ...(agent && { agent }) }, T0 + HOUR);
        return null;
      } catch (error) {
        return error as McError;
      }
    };
    expect(refusal('nope')?.hint).toBe('mc metrics list shows all');
    expect(refusal('task_completed')?.hint).toContain('did you mean tasks_completed?');
    expect(refusal('rss', 'a')?.code).toBe('input.invalid');
    expect(refusal('error_rate', 'nobody')).toMatchObject({ code: 'agent.unknown', exit: 4, http: 400 });
  });

  it('gives percentiles of raw samples and refuses them where there are none any more', async () => {
    const store = filled(3000);
    const now = T0 + 3000 * MINUTE;
    const p95 = { metric: 'error_rate', agent: 'a', since, until: until(60), step: '1h', agg: 'p95' };
    expect(valuesOf(query(store, p95, now))).toEqual([0.9]);
    expect(valuesOf(query(store, { ...p95, agg: 'p50' }, now))).toEqual([0.45]);
    await retire(store.db, { raw: DAY, '5m': 90 * DAY, '1h': 90 * DAY, events: DAY }, now);
    expect(() => query(store, p95, now)).toThrow(/p95 needs raw samples, which are kept since/);
    expect(valuesOf(query(store, { ...p95, agg: 'max' }, now))).toEqual([0.9]);
    expect(query(store, { ...p95, since: '2h', until: undefined }, now).series).toHaveLength(1);
  });

  it('chooses a step of at most 1,000 points whose figures are still kept', async () => {
    const store = filled(3000);
    const now = T0 + 3000 * MINUTE;
    const stepOf = (since: string) => query(store, { metric: 'error_rate', since }, now).step;
    expect([stepOf('2h'), stepOf('16h'), stepOf('24h'), stepOf('3d'), stepOf('30d'), stepOf('52w')]).toEqual([
      'raw',
      'raw',
      '5m',
      '5m',
      '1h',
      '1d',
    ]);
    await retire(store.db, { raw: HOUR, '5m': 10 * HOUR, '1h': 90 * DAY, events: DAY }, now);
    expect([stepOf('1h'), stepOf('2h'), stepOf('24h')]).toEqual(['raw', '5m', '1h']);
  });

  it('of many agents leaves out those that say nothing, but not those that were asked for', () => {
    const store = filled(10);
    collectInto(store, T0 + 20 * MINUTE, { quiet: { tasks_completed: null } });
    const all = query(store, { metric: 'tasks_completed', since }, T0 + 30 * MINUTE);
    expect(all.series.map(({ agent }) => agent)).toEqual(['a', 'b']);
    const asked = query(store, { metric: 'tasks_completed', since, agent: ['quiet', 'b'] }, T0 + 30 * MINUTE);
    expect(asked.series.map(({ agent }) => agent)).toEqual(['quiet', 'b']);
  });

  it('refuses what would be too much to answer', () => {
    const store = newStore(scratch());
    store.db.transaction(() => {
      const agents = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`agent-${n}`, { tasks_completed: 1 }]));
      collectInto(store, T0, agents);
      collectInto(store, T0, { dense: { tasks_completed: 0 } });
    })();
    store.db.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50100)
      INSERT INTO agent_raw (agent, t, tasks_completed) SELECT a.id, ${T0} + i * 10, i FROM n, agents a WHERE a.name = 'dense'`);
    const now = T0 + 30 * DAY;
    const range = { metric: 'tasks_completed', since, until: until(20_000) };
    expect(() => query(store, { ...range, step: '5m' }, now)).toThrow(/more than 500000 points/);
    expect(() => query(store, { ...range, step: 'raw', agent: 'dense' }, now)).toThrow(/more than 500000 points/);
    expect(() => query(store, { ...range, step: '1m', agent: 'dense', until: until(60_000) }, now)).toThrow(
      /the limit is 50000/,
    );
  });

  it('ranks agents by growth of a counter and by average of the rest', () => {
    const store = filled(60);
    const now = T0 + HOUR;
    const top = (by: string) => answerRead(store.db, 'top', { by, since }, now);
    expect(top('tasks_completed')).toMatchObject({
      agg: 'increase',
      agents: [
        { rank: 1, agent: 'b', value: 118 },
        { rank: 2, agent: 'a', value: 59 },
      ],
    });
    expect(top('error_rate').agents[0]).toMatchObject({ agent: 'b', value: 0.5 });
    collectInto(store, now, { a: { error_rate: 0.75 } });
    expect(answerRead(store.db, 'top', { by: 'error_rate', now: true }, now)).toMatchObject({
      agg: 'last',
      agents: [{ agent: 'a', value: 0.75 }, { agent: 'b' }],
    });
    expect(() => top('rss')).toThrow(/figure of the system/);
    expect(() => top('task')).toThrow(/there is no metric "task"/);
  });

  it('reads a database that another connection writes', () => {
    const store = filled(10);
    const reader = openReader(store.db.name);
    collectInto(store, T0 + 10 * MINUTE, { a: { tasks_completed: 77 } });
    const answer = answerRead(
      reader,
      'query',
      { metric: 'tasks_completed', agent: 'a', since, step: 'raw' },
      T0 + HOUR,
    );
    expect(valuesOf(answer).at(-1)).toBe(77);
    reader.close();
  });
});

describe('a history', () => {
  it('tells each sample exactly as it was measured, whole numbers and others', () => {
    const store = newStore(scratch());
    const duration = fc.integer({ min: 0, max: 1e11 }).map((ms) => ms / 1000);
    const share = fc.integer({ min: 0, max: 1e6 }).map((millionths) => millionths / 1e6);
    const sample = fc.record({
      after: fc.integer({ min: 1, max: DAY }),
      values: fc.record({
        tasks_completed: fc.option(fc.oneof(fc.nat(), fc.double({ min: 0, max: 1e12, noNaN: true }))),
        total_work_time: fc.option(duration),
        success_rate: fc.option(share),
      }),
    });
    let t = T0;
    const check = fc.property(fc.array(sample, { minLength: 1, maxLength: 20 }), (samples) => {
      const since = t;
      for (const { after, values } of samples) collectInto(store, (t += after), { a: values });
      const { history } = answerRead(store.db, 'history', { agent: 'a', period: t - since - 1 }, t);
      const told = samples.map(({ values }) => ({ agent_id: 'a', ...values, cpu_usage: null }));
      expect(history).toMatchObject(told.toReversed());
      const times = history.map(({ timestamp }) => Date.parse(String(timestamp)));
      expect(times.map((time, at) => time - (times[at + 1] ?? since))).toEqual(
        samples.map(({ after }) => after).toReversed(),
      );
      const ids = store.db.prepare('SELECT id FROM agent_metrics WHERE timestamp = ?').pluck();
      expect(history.map(({ id }) => id)).toEqual(history.map(({ timestamp }) => ids.get(timestamp)));
    });
    fc.assert(check, { numRuns: 50 });
  });

  it('is refused when it would be endless', () => {
    const store = newStore(scratch());
    const insert = store.db.prepare('INSERT INTO system_raw (agent, t) VALUES (0, ?)');
    store.db.transaction(() => {
      for (let n = 0; n <= 50_000; n += 1) insert.run(T0 + n);
    })();
    const read = (period: number) => answerRead(store.db, 'history', { agent: null, period }, T0 + 50_000);
    expect(read(49_999).history).toHaveLength(50_000);
    expect(() => read(50_000)).toThrow('more than 50000 rows');
  });
});

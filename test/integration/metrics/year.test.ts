import { describe, expect, it } from 'vitest';
import { retire } from '../../../src/metrics/store/retention.js';
import { rollUpAtOnce } from '../../../src/metrics/store/rollup.js';
import { answerRead } from '../../../src/metrics/query/reads.js';
import { collectInto, DAY, HOUR, newStore, T0 } from '../../support/metrics.js';
import { scratch } from '../../support/scratch.js';

const KEEP = { raw: 14 * DAY, '5m': 90 * DAY, '1h': 200 * DAY, events: 90 * DAY };
/** Agents of the simulated year; more with MC_TEST_RUNS. */
const AGENTS = 3 * Number(process.env.MC_TEST_RUNS ?? 1);

describe('a simulated year', () => {
  it('stays within its bounds, and every tier adds up to all that was sampled', async () => {
    const store = newStore(scratch());
    // In the order in which an answer has them.
    const names = Array.from({ length: AGENTS }, (_, n) => `agent-${String(n).padStart(4, '0')}`);
    const sums = new Map<number, number>();
    const growth = names.map(() => 0);
    const counters = names.map(() => 0);
    for (let hour = 0; hour < 365 * 24; hour += 1) {
      const t = T0 + hour * HOUR;
      const figures = names.map((_, n) => {
        const reset = (hour + n) % 1000 === 999;
        const step = (hour * 7 + n) % 5;
        counters[n] = reset ? step : (counters[n] ?? 0) + step;
        if (hour > 0) growth[n] = (growth[n] ?? 0) + step;
        return { tasks_completed: counters[n] ?? 0, error_rate: ((hour + n) % 100) / 100 };
      });
      collectInto(store, t, Object.fromEntries(names.map((name, n) => [name, figures[n] ?? {}])));
      const day = Math.floor(t / DAY);
      sums.set(
        day,
        (sums.get(day) ?? 0) + figures.reduce((sum, { error_rate }) => sum + Math.round(error_rate * 1e6), 0),
      );
      if (hour % 24 === 23) {
        rollUpAtOnce(store.db, t + HOUR);
        await retire(store.db, KEEP, t + HOUR);
      }
    }
    const end = T0 + 365 * DAY;
    const count = (table: string) => store.db.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
    expect([count('agent_raw'), count('agent_5m'), count('agent_1h'), count('agent_1d')]).toEqual([
      14 * 24 * AGENTS,
      90 * 24 * AGENTS,
      200 * 24 * AGENTS,
      365 * AGENTS,
    ]);
    const daily = store.db.prepare('SELECT t, sum(error_rate_sum) AS sum FROM agent_1d GROUP BY t').all() as {
      t: number;
      sum: number;
    }[];
    expect(daily.every(({ t, sum }) => sums.get(t / DAY) === sum)).toBe(true);
    for (const [table, days] of [
      ['agent_raw', 14],
      ['agent_5m', 90],
      ['agent_1h', 200],
    ] as const) {
      const column = table === 'agent_raw' ? 'error_rate' : 'error_rate_sum';
      const kept = store.db.prepare(`SELECT sum(${column}) FROM ${table}`).pluck().get();
      const expected = [...sums]
        .filter(([day]) => day * DAY >= end - days * DAY)
        .reduce((sum, [, one]) => sum + one, 0);
      expect(kept).toBe(expected);
    }
    const rate = {
      metric: 'tasks_completed',
      since: new Date(T0).toISOString(),
      until: new Date(end).toISOString(),
      step: '1d',
      agg: 'rate',
    };
    const { series } = answerRead(store.db, 'query', rate, end);
    const grown = series.map(({ points }) => Math.round(points.reduce((sum, { v }) => sum + (v ?? 0) * 86_400, 0)));
    expect(grown).toEqual(growth);
    store.db.close();
  }, 240_000);
});

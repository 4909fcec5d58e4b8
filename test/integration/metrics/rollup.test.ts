import * as fc from '../../support/property.js';
import { describe, expect, it } from 'vitest';
import { type Figure, rollupExpression } from '../../../src/metrics/store/schema.js';
import { findMetric, type Metric } from '../../../src/metrics/store/registry.js';
import { retire } from '../../../src/metrics/store/retention.js';
import { rollUp, rollUpAtOnce } from '../../../src/metrics/store/rollup.js';
import type { Store } from '../../../src/metrics/store/store.js';
import { ROLLUP_TIERS, TIER_MS, type RollupTier } from '../../../src/metrics/store/tiers.js';
import { collectInto, DAY, HOUR, MINUTE, newStore, T0 } from '../../support/metrics.js';
import { scratch } from '../../support/scratch.js';

const RUNS = Number(process.env.MC_TEST_RUNS ?? 1) * 15;
const COUNTER = findMetric('tasks_completed') as Metric;
const RATIO = findMetric('error_rate') as Metric;

interface Rolled {
  t: number;
  sum: number | null;
  n: number;
  min: number | null;
  max: number | null;
  last: number | null;
  inc: number | null;
}

function rolled(store: Store, tier: RollupTier, metric: Metric): Rolled[] {
  const figures: Figure[] =
    metric.kind === 'counter' ? ['sum', 'n', 'min', 'max', 'last', 'inc'] : ['sum', 'n', 'min', 'max', 'last'];
  const columns = figures.map((figure) => `${rollupExpression(metric, figure)} AS "${figure}"`);
  return store.db
    .prepare(`SELECT t, ${columns.join(', ')} FROM agent_${tier} WHERE agent = 1 ORDER BY t`)
    .all() as Rolled[];
}

/** Samples of one agent a minute apart, with gaps, resets and values that were not measured. */
const history = fc.array(
  fc.record({
    minutes: fc.integer({ min: 1, max: 40 }),
    completed: fc.option(fc.integer({ min: 0, max: 50 }), { freq: 5 }),
    rate: fc.option(
      fc.integer({ min: 0, max: 1000 }).map((milli) => milli / 1000),
      { freq: 5 },
    ),
  }),
  { minLength: 1, maxLength: 400 },
);

describe('rollups', () => {
  it('of every tier add up to what the raw samples add up to', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.boolean(), async (steps, bitByBit) => {
        const store = newStore(scratch());
        let t = T0;
        const samples = steps.map(({ minutes, completed, rate }) => ({ t: (t += minutes * MINUTE), completed, rate }));
        for (const sample of samples) {
          collectInto(store, sample.t, { a: { tasks_completed: sample.completed, error_rate: sample.rate } });
          if (bitByBit) await rollUp(store.db, sample.t);
        }
        rollUpAtOnce(store.db, t + 2 * DAY);
        for (const tier of ROLLUP_TIERS) {
          expect(rolled(store, tier, COUNTER)).toEqual(
            expectedOf(
              samples.map((s) => [s.t, s.completed]),
              tier,
              true,
            ),
          );
          expect(rolled(store, tier, RATIO)).toEqual(
            expectedOf(
              samples.map((s) => [s.t, milli(s.rate)]),
              tier,
              false,
            ),
          );
        }
        store.db.close();
      }),
      { numRuns: RUNS },
    );
  });

  it('take in samples so dense that one bucket holds thousands', () => {
    const store = newStore(scratch());
    store.db.transaction(() => {
      for (let n = 0; n < 2000; n += 1) collectInto(store, T0 + n * 450, { a: { tasks_completed: n } });
    })();
    rollUpAtOnce(store.db, T0 + HOUR);
    expect(rolled(store, '5m', COUNTER).map(({ n }) => n)).toEqual([667, 667, 666]);
    expect(rolled(store, '1h', COUNTER)).toMatchObject([{ n: 2000, inc: 1999, last: 1999 }]);
  });

  it('are made again when a clock that was set back brings older samples', () => {
    const store = newStore(scratch());
    collectInto(store, T0 + MINUTE, { a: { tasks_completed: 1 } });
    collectInto(store, T0 + 2 * HOUR, { a: { tasks_completed: 5 } });
    rollUpAtOnce(store.db, T0 + 2 * HOUR);
    expect(rolled(store, '1h', COUNTER)).toMatchObject([{ n: 1 }]);
    collectInto(store, T0 + 2 * MINUTE, { a: { tasks_completed: 3 } });
    rollUpAtOnce(store.db, T0 + 2 * HOUR);
    expect(rolled(store, '1h', COUNTER)).toMatchObject([{ n: 2, sum: 4, inc: 2 }]);
  });
});

describe('retention', () => {
  const keep = { raw: DAY, '5m': 3 * DAY, '1h': 10 * DAY, events: DAY };

  it('retires each tier in its time and keeps days for ever, rates right over the edge', async () => {
    const store = newStore(scratch());
    for (let n = 0; n < 20 * 24; n += 1)
      collectInto(store, T0 + n * HOUR, { a: { tasks_completed: n }, b: { tasks_completed: 1 } });
    const now = T0 + 20 * DAY;
    rollUpAtOnce(store.db, now);
    await retire(store.db, keep, now);
    const oldest = (table: string) => store.db.prepare(`SELECT min(t) FROM ${table}`).pluck().get();
    expect(oldest('agent_raw')).toBe(now - DAY);
    expect(oldest('system_raw')).toBe(now - DAY);
    expect(oldest('agent_5m')).toBe(now - 3 * DAY);
    expect(oldest('agent_1h')).toBe(now - 10 * DAY);
    expect(oldest('agent_1d')).toBe(T0);
    expect(rolled(store, '1d', COUNTER).reduce((sum, { inc }) => sum + (inc ?? 0), 0)).toBe(20 * 24 - 1);
  });

  it('never takes what has not been rolled up, nor what an upgrade brought', async () => {
    const store = newStore(scratch());
    for (let n = 0; n < 10; n += 1) collectInto(store, T0 + n * HOUR, { a: { tasks_completed: n } });
    await retire(store.db, keep, T0 + 30 * DAY);
    const count = () => store.db.prepare('SELECT count(*) FROM agent_raw').pluck().get();
    expect(count()).toBe(10);
    rollUpAtOnce(store.db, T0 + 30 * DAY);
    store.db.prepare("INSERT INTO meta VALUES ('imported_until', ?)").run(T0 + 4 * HOUR);
    await retire(store.db, keep, T0 + 30 * DAY);
    expect(count()).toBe(5);
  });

  it('retires events in their time but keeps imported ones', async () => {
    const store = newStore(scratch());
    const event = (t: number) => ({ t, type: 'notification', agent: null, data: '{}' });
    store.writeBatch([event(T0), event(T0), event(T0 + 5 * DAY)], []);
    store.db.prepare("INSERT INTO meta VALUES ('imported_events', 1)").run();
    await retire(store.db, keep, T0 + 5 * DAY);
    expect(store.db.prepare('SELECT id FROM events').pluck().all()).toEqual([1, 3]);
  });

  it('works in slices and ends when it is told to', async () => {
    const store = newStore(scratch());
    store.db.transaction(() => {
      for (let n = 0; n < 3000; n += 1) collectInto(store, T0 + n * MINUTE, { a: { tasks_completed: n } });
    })();
    rollUpAtOnce(store.db, T0 + 30 * DAY);
    let pauses = 0;
    const pause = async () => {
      pauses += 1;
      return false;
    };
    const slow = { ...keep, raw: 1 };
    await rollUp(store.db, T0 + 30 * DAY, pause);
    await retire(store.db, slow, T0 + 30 * DAY, pause);
    expect(pauses).toBeLessThanOrEqual(2);
  });
});

function milli(rate: number | null): number | null {
  return rate === null ? null : Math.round(rate * 1e6);
}

/** The buckets as they are by definition, from the samples alone. */
function expectedOf(samples: [t: number, value: number | null][], tier: RollupTier, counter: boolean): Rolled[] {
  const width = TIER_MS[tier];
  const buckets = new Map<number, { values: number[]; inc: number }>();
  let before: number | null = null;
  for (const [t, value] of samples) {
    const start = Math.floor(t / width) * width;
    const bucket = buckets.get(start) ?? { values: [], inc: 0 };
    buckets.set(start, bucket);
    if (value === null) continue;
    bucket.values.push(value);
    if (before !== null) bucket.inc += value >= before ? value - before : value;
    before = value;
  }
  return [...buckets].map(([t, { values, inc }]) => ({
    t,
    sum: values.length > 0 ? values.reduce((sum, value) => sum + value, 0) : null,
    n: values.length,
    min: values.length > 0 ? Math.min(...values) : null,
    max: values.length > 0 ? Math.max(...values) : null,
    last: values.at(-1) ?? null,
    ...(counter ? { inc: values.length > 0 ? inc : null } : {}),
  })) as Rolled[];
}

import { describe, expect, it } from 'vitest';
import { createDeletionGuard } from '../../../src/metrics/store/deletion.js';
import { readActivity, readEvents } from '../../../src/metrics/query/event-log.js';
import { answerQuery } from '../../../src/metrics/query/series.js';
import { parseQuery } from '../../../src/metrics/query/params.js';
import { retire } from '../../../src/metrics/store/retention.js';
import { rollUpAtOnce } from '../../../src/metrics/store/rollup.js';
import type { Store } from '../../../src/metrics/store/store.js';
import {
  collectInto,
  DAY,
  handClock,
  HOUR,
  MINUTE,
  newAgent,
  newRig,
  newStore,
  SETTINGS,
  T0,
} from '../../support/metrics.js';
import { scratch } from '../../support/scratch.js';

const KEEP = { raw: 14 * DAY, '5m': 90 * DAY, '1h': 730 * DAY, events: 90 * DAY };
const busy = { status: 'busy', normalized_status: 'busy' } as const;

function values(store: Store, step: string, since: number, until: number) {
  const raw = { metric: 'tasks_completed', since: String(since), until: String(until), step, agg: 'count' };
  const [series] = answerQuery(store.db, parseQuery(raw, until), until).series;
  return (series?.points ?? []).reduce((sum, { v }) => sum + (v ?? 0), 0);
}

describe('a clock that was ahead once', () => {
  it('costs no sample that is taken after it was mended, at any step', async () => {
    const store = newStore(scratch());
    for (let n = 0; n < 30; n += 1) collectInto(store, T0 + n * MINUTE, { a: { tasks_completed: n } });
    const ahead = T0 + 365 * DAY;
    collectInto(store, ahead, { a: { tasks_completed: 30 } });
    rollUpAtOnce(store.db, ahead);
    await retire(store.db, KEEP, ahead);
    for (let n = 30; n < 3 * 24 * 60; n += 1) {
      const t = T0 + n * MINUTE;
      collectInto(store, t, { a: { tasks_completed: n } });
      if (n % 60 === 0) rollUpAtOnce(store.db, t);
    }
    const from = T0 + 30 * MINUTE;
    const until = T0 + 3 * DAY;
    expect(['raw', '1m', '5m'].map((step) => values(store, step, from, until))).toEqual(Array(3).fill(3 * 1440 - 30));
    expect(values(store, '1h', T0 + HOUR, until)).toBe(71 * 60);
    expect(values(store, '1d', T0 + DAY, until)).toBe(2 * 1440);
    rollUpAtOnce(store.db, T0 + 20 * DAY);
    await retire(store.db, KEEP, T0 + 20 * DAY);
    expect(values(store, '5m', from, until)).toBe(3 * 1440 - 30);
  });

  it('never replaces a bucket by one of which half is retired', async () => {
    const store = newStore(scratch());
    for (let n = 0; n < 290; n += 1) collectInto(store, T0 + n * MINUTE, { a: { tasks_completed: n } });
    rollUpAtOnce(store.db, T0 + 30 * DAY);
    await retire(store.db, { ...KEEP, raw: 0 }, T0 + 287 * MINUTE);
    collectInto(store, T0 + 288 * MINUTE + 1, { a: { tasks_completed: 400 } });
    rollUpAtOnce(store.db, T0 + 30 * DAY);
    const n = store.db
      .prepare('SELECT n FROM agent_5m WHERE agent = 1 AND t = ?')
      .pluck()
      .get(T0 + 285 * MINUTE);
    expect(n).toBe(5);
  });

  it('does not begin the event log with what it wrote, and says that it is there', () => {
    const store = newStore(scratch());
    const event = (t: number, type = 'notification') => ({ t, type, agent: null, data: '{}' });
    const ahead = T0 + 700 * DAY;
    store.writeBatch([event(T0), event(ahead, 'service_started'), event(ahead + 1)], []);
    store.writeBatch([event(T0 + 1000), event(T0 - 1000), event(T0 + 2000)], []);
    const now = T0 + HOUR;
    expect(readEvents(store.db, {}, now)).toMatchObject({
      ahead: 2,
      events: [{ id: 6 }, { id: 4 }, { id: 1 }, { id: 5 }],
    });
    expect(readEvents(store.db, { until: '9999-12-31' }, now).events.map(({ id }) => id)).toEqual([3, 2, 6, 4, 1, 5]);
    expect(readActivity(store.db, {}, now)).toMatchObject({ total: 4 });
    const pages: number[] = [];
    for (let cursor: number | undefined; ; ) {
      const { events, next_cursor } = readEvents(store.db, { limit: 1, ...(cursor && { cursor }) }, now);
      pages.push(...events.map(({ id }) => id));
      if (next_cursor === null || next_cursor === undefined) break;
      cursor = Number(next_cursor);
    }
    expect(pages).toEqual([6, 4, 1, 5]);
  });

  it('makes nobody work for a year', async () => {
    const clock = { at: T0, now: () => clock.at };
    let up = 0;
    const { service, become } = newRig(scratch(), { clock, monotonic: () => up });
    become(newAgent('robot', busy));
    await service.start();
    clock.at += 365 * DAY + MINUTE;
    up += MINUTE;
    await service.collect();
    expect(service.lastRows().agents.get('robot')).toMatchObject({ total_work_time: 60 });
    clock.at -= 365 * DAY;
    await service.collect();
    expect(service.lastRows().agents.get('robot')).toMatchObject({ total_work_time: 60 });
    await service.stop();
  });
});

describe('deleting for age', () => {
  function guarded(changes: { start: number; keep?: typeof KEEP }) {
    const store = newStore(scratch());
    for (let n = 0; n < 24 * 10; n += 1) collectInto(store, T0 + n * HOUR, { a: { tasks_completed: n } });
    const times = { at: changes.start, up: 0 };
    const guard = createDeletionGuard({ now: () => times.at, monotonic: () => times.up });
    guard.begin(store.db);
    const held = () => guard.heldBecause(store.db, changes.keep ?? KEEP, times.at);
    const pass = (ms: number) => {
      times.at += ms;
      times.up += ms;
    };
    return { times, held, pass };
  }
  const END = T0 + 10 * DAY;

  it('goes on where the clock can be believed', () => {
    const { held, pass } = guarded({ start: END });
    expect(held()).toBeNull();
    pass(HOUR);
    expect(held()).toBeNull();
  });

  it('waits for a day when a server starts long after its newest record, then believes the clock', () => {
    const { held, pass } = guarded({ start: END + 400 * DAY });
    expect(held()).toContain('ahead of the newest record');
    pass(DAY - HOUR);
    expect(held()).not.toBeNull();
    pass(2 * HOUR);
    expect(held()).toBeNull();
    pass(HOUR);
    expect(held()).toBeNull();
  });

  it('waits when the clock is set while the server runs', () => {
    const { held, times } = guarded({ start: END });
    expect(held()).toBeNull();
    times.at += 365 * DAY;
    expect(held()).toContain('the clock moved by');
  });

  it('waits when one run would take most of what there is', () => {
    const { held, pass } = guarded({ start: END + 2 * DAY, keep: { ...KEEP, raw: 3 * DAY } });
    expect(held()).toMatch(/^it would take \d\d % of what there is at once$/);
    pass(DAY + 1);
    expect(held()).toBeNull();
    expect(guarded({ start: END + 2 * DAY, keep: { ...KEEP, raw: 9 * DAY } }).held()).toBeNull();
  });

  it('is told once, and the server keeps everything meanwhile', async () => {
    const directory = scratch();
    const first = newRig(directory);
    first.become(newAgent('robot', busy));
    await first.service.start();
    await first.service.stop();
    const clock = handClock(T0 + 700 * DAY);
    const second = newRig(directory, { clock, settings: { ...SETTINGS, retainRaw: DAY } });
    await second.service.start();
    clock.move(2 * HOUR);
    await second.service.collect();
    const told = second.published.flatMap((draft) => (draft.type === 'notification' ? [draft.data.title] : []));
    expect(told).toEqual(['Old metrics are kept for now']);
    const { events } = await second.service.events({ type: 'deletion_held' });
    expect(events).toHaveLength(1);
    expect((await second.service.events({ type: 'service_started', limit: 10 })).events).toHaveLength(2);
    await second.service.stop();
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../../src/base/log.js';
import { createServices } from '../../../src/server/services.js';
import { supervise } from '../../../src/server/supervise.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const T0 = Date.parse('2026-11-23T06:00:00.000Z');

/** A service that starts or refuses as it is told, under a supervisor whose pauses are as long as they may be. */
function setUp() {
  const seen = { starts: 0, stops: 0, refuse: null as Error | null, failed: (error: unknown): void => void error };
  let time = 0;
  const service = {
    name: 'alerts',
    start(failed: (error: unknown) => void) {
      seen.starts += 1;
      if (seen.refuse) throw seen.refuse;
      seen.failed = failed;
      return seen.starts;
    },
    stop() {
      seen.stops += 1;
    },
  };
  const supervised = supervise(service, {
    log: silentLog(),
    clock: { now: () => T0 + time },
    random: () => 1,
    monotonic: () => time,
  });
  const pass = async (ms: number) => {
    time += ms;
    await vi.advanceTimersByTimeAsync(ms);
  };
  return { seen, supervised, pass };
}

describe('a supervised service', () => {
  it('is started again after a failure, with the reason and the number of restarts in its report', async () => {
    const { seen, supervised, pass } = setUp();
    await supervised.start();
    expect(supervised.running()).toBe(1);
    expect(supervised.report()).toEqual({ state: 'available', restarts: 0 });
    seen.failed(new Error('the store is gone'));
    expect(supervised.running()).toBeNull();
    const lastError = { at: T0, message: 'the store is gone' };
    expect(supervised.report()).toEqual({ state: 'failed: the store is gone', restarts: 0, lastError });
    await pass(500);
    expect(seen).toMatchObject({ starts: 2, stops: 1 });
    expect(supervised.report()).toEqual({ state: 'available', restarts: 1, lastError });
  });

  it('pauses longer after each failure, never longer than five minutes, and never gives up', async () => {
    const { seen, supervised, pass } = setUp();
    seen.refuse = new Error('not yet');
    await supervised.start();
    expect(seen.starts).toBe(1);
    for (const [pause, starts] of [
      [500, 2],
      [999, 2],
      [1, 3],
      [2000, 4],
    ] as const) {
      await pass(pause);
      expect(seen.starts).toBe(starts);
    }
    for (let attempt = 0; attempt < 20; attempt += 1) await pass(300_000);
    const before = seen.starts;
    await pass(300_000);
    expect(seen.starts).toBe(before + 1);
    seen.refuse = null;
    await pass(300_000);
    expect(supervised.report().state).toBe('available');
  });

  it('begins with short pauses again when it had run for long', async () => {
    const { seen, supervised, pass } = setUp();
    seen.refuse = new Error('not yet');
    await supervised.start();
    for (let attempt = 0; attempt < 10; attempt += 1) await pass(300_000);
    seen.refuse = null;
    await pass(300_000);
    const before = seen.starts;
    await pass(120_000);
    seen.failed(new Error('again'));
    await pass(500);
    expect(seen.starts).toBe(before + 1);
  });

  it('takes one word for a failure, also when it comes before the start has ended', async () => {
    const { seen, supervised, pass } = setUp();
    await supervised.start();
    const first = seen.failed;
    first(new Error('one'));
    first(new Error('two'));
    await pass(500);
    first(new Error('an old life of it'));
    expect(supervised.running()).toBe(2);
    const early = supervise(
      { name: 'early', start: (failed) => (failed(new Error('at once')), 'it'), stop: () => {} },
      { log: silentLog(), clock: { now: () => T0 }, random: () => 1 },
    );
    await early.start();
    expect(early.report().state).toBe('failed: at once');
    await early.stop();
  });

  it('ends for good when it is stopped, whether it runs or waits', async () => {
    const { seen, supervised, pass } = setUp();
    await supervised.start();
    await supervised.stop();
    expect(seen).toMatchObject({ starts: 1, stops: 1 });
    const waits = setUp();
    waits.seen.refuse = new Error('not yet');
    await waits.supervised.start();
    await waits.supervised.stop();
    await pass(600_000);
    expect(waits.seen.starts).toBe(1);
    expect(waits.supervised.report().state).toBe('stopped');
  });

  it('is shown as degraded while the others go on', async () => {
    const { seen, supervised } = setUp();
    const services = createServices(() => T0);
    services.plug('alerts', () => supervised.report());
    services.plug('watcher', () => ({ state: 'available' }));
    await supervised.start();
    seen.failed(new Error('the store is gone'));
    expect(services.look()).toMatchObject({
      states: { alerts: 'failed: the store is gone', watcher: 'available' },
      down: [],
      details: {
        alerts: { state: 'degraded', restarts: 0, last_error: { message: 'the store is gone' } },
        watcher: { state: 'running', restarts: 0, last_error: null },
      },
    });
    await supervised.stop();
  });
});

describe('what services remember', () => {
  it('keeps why a service was not well after it has healed, and since when', () => {
    let [time, state] = [T0, 'available'];
    const services = createServices(() => time);
    services.plug('watcher', () => ({ state }));
    expect(services.look().details.watcher.last_error).toBeNull();
    state = 'no handles are left';
    time += 1000;
    services.look();
    time += 60_000;
    const last_error = { at: new Date(T0 + 1000).toISOString(), message: 'no handles are left' };
    expect(services.look().details.watcher).toEqual({ state: 'degraded', restarts: 0, last_error });
    state = 'available';
    expect(services.look().details.watcher).toEqual({ state: 'running', restarts: 0, last_error });
  });

  it('keeps what was noted of one that goes on, and is the same object until something changes', () => {
    const services = createServices(() => T0);
    const { details } = services.look();
    expect(services.look().details).toBe(details);
    services.note('api', new Error('it broke'));
    expect(services.look().details.api).toEqual({
      state: 'running',
      restarts: 0,
      last_error: { at: new Date(T0).toISOString(), message: 'it broke' },
    });
  });
});

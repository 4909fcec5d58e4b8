import { afterEach, expect, it, vi } from 'vitest';
import { RateStore } from '../../../../src/server/api/rate-store.js';

afterEach(() => vi.useRealTimers());

/** Asks once, in windows of a second. */
function ask(store: RateStore, address = 'here'): { current: number; ttl: number } {
  let outcome = { current: 0, ttl: 0 };
  store.incr(
    address,
    (_error, found) => {
      outcome = found;
    },
    1000,
  );
  return outcome;
}

it('counts by windows that no change of the clock makes longer', () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: new Date('2026-11-28') });
  const store = new RateStore();
  expect([ask(store).current, ask(store).current]).toEqual([1, 2]);
  vi.setSystemTime(new Date('2020-01-01'));
  vi.advanceTimersByTime(1001);
  expect(ask(store)).toEqual({ current: 1, ttl: 1000 });
});

it('counts each address, and each limit, for itself', () => {
  const store = new RateStore();
  ask(store);
  expect([ask(store, 'there').current, ask(store.child()).current, ask(store).current]).toEqual([1, 1, 2]);
});

it('forgets those it has not heard of for longest', () => {
  const store = new RateStore();
  for (let count = 0; count <= 5000; count += 1) ask(store, `address ${count}`);
  expect([ask(store, 'address 0').current, ask(store, 'address 5000').current]).toEqual([1, 2]);
});

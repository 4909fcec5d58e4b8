import { describe, expect, it } from 'vitest';
import { createArrivals } from '../../../../src/server/ws/arrivals.js';

describe('arrivals', () => {
  it('hold each address to a rate of its own', () => {
    const arrivals = createArrivals({ perSecond: 10, burst: 3 });
    expect([1, 2, 3, 4].map(() => arrivals.admit('a', 0))).toEqual([true, true, true, false]);
    expect(arrivals.admit('b', 0)).toBe(true);
    expect([1, 2].map(() => arrivals.admit('a', 100))).toEqual([true, false]);
  });

  it('forget addresses that have not come for a while, and no others', () => {
    const arrivals = createArrivals({ perSecond: 10, burst: 3 });
    for (let n = 0; n < 1000; n += 1) arrivals.admit(`old ${n}`, 0);
    for (let n = 0; n < 3; n += 1) arrivals.admit('busy', 1000);
    expect(arrivals.known).toBe(1);
    expect(arrivals.admit('busy', 1000)).toBe(false);
    for (let n = 0; n < 1500; n += 1) arrivals.admit(`new ${n}`, 1001);
    expect(arrivals.known).toBe(1501);
    expect(arrivals.admit('busy', 1002)).toBe(false);
  });
});

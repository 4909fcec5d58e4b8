import { describe, expect, it } from 'vitest';
import { type HealthInput, scoreHealth } from '../../../src/metrics/record/health.js';

const FINE: HealthInput = {
  counts: { active: 2, busy: 1, idle: 1, error: 0, waiting: 0, stale: 0, offline: 0, unknown: 3 },
  ended: { completed: 0, failed: 0 },
  watcherAlive: true,
  collectionOnTime: true,
  backup: { age: 60, limit: 3600, scheduled: true },
};

describe('the health score', () => {
  it('is 1 when everything is fine, and unknown agents do not count', () => {
    expect(scoreHealth(FINE).score).toBe(1);
  });

  it.each([
    ['a quarter of the known agents in error', { counts: { ...FINE.counts, idle: 0, error: 1 } }, 0.9],
    ['half of them in error or stale', { counts: { ...FINE.counts, active: 1, idle: 0, error: 1, stale: 1 } }, 0.8],
    ['agents that wait for a person, which are no trouble', { counts: { ...FINE.counts, waiting: 4 } }, 1],
    ['offline agents, which are known and no trouble', { counts: { ...FINE.counts, offline: 4 } }, 1],
    ['no known agent', { counts: { ...FINE.counts, active: 0, busy: 0, idle: 0 } }, 1],
    ['a third of the ended tasks failed', { ended: { completed: 2, failed: 1 } }, 0.9],
    ['all of them failed', { ended: { completed: 0, failed: 5 } }, 0.7],
    ['a watcher that does not live', { watcherAlive: false }, 0.9],
    ['a late collection', { collectionOnTime: false }, 0.9],
    ['both', { watcherAlive: false, collectionOnTime: false }, 0.8],
    ['a backup older than its limit', { backup: { age: 3601, limit: 3600, scheduled: true } }, 0.9],
    ['no backup though the schedule is on', { backup: { age: null, limit: 3600, scheduled: true } }, 0.9],
    ['no backup and the schedule off', { backup: { age: null, limit: 3600, scheduled: false } }, 1],
    ['an old backup and the schedule off', { backup: { age: 9999, limit: 3600, scheduled: false } }, 0.9],
  ])('with %s is as the formula says', (_, change, score) => {
    expect(scoreHealth({ ...FINE, ...change }).score).toBeCloseTo(score, 6);
  });

  it('explains itself: the parts add up to it and say why', () => {
    const { score, parts } = scoreHealth({ ...FINE, ended: { completed: 2, failed: 1 }, watcherAlive: false });
    expect(parts.map(({ name, weight }) => [name, weight])).toEqual([
      ['agents', 0.4],
      ['tasks', 0.3],
      ['freshness', 0.2],
      ['backup', 0.1],
    ]);
    expect(parts.reduce((sum, { weight, value }) => sum + weight * value, 0)).toBeCloseTo(score, 6);
    expect(parts[1]?.because).toBe('3 tasks ended in the last hour, 1 of them failed');
    expect(parts[2]?.because).toContain('watcher not alive');
  });
});

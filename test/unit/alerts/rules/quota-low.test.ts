import { expect, it } from 'vitest';
import { quotaLow } from '../../../../src/alerts/rules/quota-low.js';
import type { Quota } from '../../../../src/protocol/index.js';
import { iso, judge, MINUTE, NOW } from '../world.js';
import { worldWith } from './runtimes.js';

const quotaOf = (used_percent: number, parts: Partial<Quota> = {}): Quota => ({
  runtime: 'codex',
  name: 'primary',
  used_percent,
  window_minutes: 300,
  resets_at: iso(NOW + 60 * MINUTE),
  at: iso(NOW - MINUTE),
  ...parts,
});
const low = (...quotas: Quota[]) => judge(quotaLow, worldWith({ quotas })).found;

it('tells of the fullest quota and when it is reset', () => {
  expect(low(quotaOf(91), quotaOf(97.6, { name: 'secondary', window_minutes: 10_080 }))).toEqual([
    {
      agent: null,
      value: 97.6,
      summary: 'codex: 97 % of the quota secondary (7d) is used, it is reset at 2026-03-01T13:00:00.000Z, and 1 more',
      evidence: 'stated by codex at 2026-03-01T11:59:00.000Z, and 1 more',
    },
  ]);
});

it('is silent up to the limit, and of quotas that were reset since', () => {
  expect(low(quotaOf(90), quotaOf(99, { resets_at: iso(NOW - 1) }))).toEqual([]);
  expect(low(quotaOf(99, { resets_at: null, at: iso(NOW - 301 * MINUTE) }))).toEqual([]);
  expect(low(quotaOf(99, { resets_at: null, window_minutes: null }))).toHaveLength(1);
  expect(judge(quotaLow, worldWith(null)).unknown).toEqual([null]);
});

import { describe, expect, it } from 'vitest';
import { loopDelay } from '../../../src/metrics/record/probes.js';

describe('loopDelay', () => {
  it('is what an idle loop adds to the time between two looks, not that time itself', () => {
    expect(loopDelay(50_600_000)).toBeCloseTo(0.6);
    expect(loopDelay(49_400_000)).toBe(0);
    expect(loopDelay(130_000_000)).toBeCloseTo(80);
  });
});

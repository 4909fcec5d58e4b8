import { describe, expect, it } from 'vitest';
import { formatDuration } from '../../../src/protocol/index.js';

describe('formatDuration', () => {
  it.each([
    [4000, '4s'],
    [120_000, '2m'],
    [11_100_000, '3h 5m'],
    [7_200_000, '2h'],
    [200_000_000, '2d'],
    [-5, '0s'],
  ])('writes %d ms as %s', (ms, text) => expect(formatDuration(ms)).toBe(text));
});

import * as fc from '../../../support/property.js';
import { expect, it } from 'vitest';
import { mergeRanges, type Range } from '../../../../src/server/stream/ranges.js';

it('joins what touches or overlaps, and sorts', () => {
  expect(mergeRanges([])).toEqual([]);
  expect(
    mergeRanges([
      [5, 5],
      [1, 2],
      [3, 3],
      [9, 12],
      [10, 11],
    ]),
  ).toEqual([
    [1, 3],
    [5, 5],
    [9, 12],
  ]); // prettier-ignore
});

it('for any numbers: the same ones, with a hole between any two ranges', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 60 })), (numbers) => {
      const ranges = mergeRanges(numbers.map((n): Range => [n, n]));
      const all = ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
      expect(all).toEqual([...new Set(numbers)].sort((a, b) => a - b));
      for (const [index, [first]] of ranges.entries()) {
        expect(first).toBeGreaterThan((ranges[index - 1]?.[1] ?? -1) + 1);
      }
    }),
  );
});

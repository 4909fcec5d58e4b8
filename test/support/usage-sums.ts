import type { Response } from '../../src/runtimes/facts.js';

/** Counts of `expected.json` that are not of prices. */
const COUNTS = [
  'responses',
  'input',
  'output',
  'cache_read',
  'cache_write',
  'cache_write_1h',
  'reasoning',
  'total',
  'web_searches',
];

export type Counted = Record<string, Record<string, number>>;

/** Sums of `expected.json` without what prices make of them, of the keys that are meant. */
export function expectedSums(sums: Counted, meant: (key: string) => boolean): Counted {
  const entries = Object.entries(sums).filter(([key]) => meant(key));
  return Object.fromEntries(
    entries.map(([key, sum]) => [key, Object.fromEntries(COUNTS.map((name) => [name, sum[name] ?? 0]))]),
  );
}

/** Responses added up in groups, as `expected.json` has them. */
export function sumsOf(responses: Response[], groupOf: (response: Response) => string): Counted {
  const sums: Counted = {};
  for (const response of responses) {
    const { input, output, cache_read, cache_write_5m, cache_write_1h, reasoning, web_searches } = response;
    const cache_write = cache_write_5m + cache_write_1h;
    const total = input + output + cache_read + cache_write;
    const counts = {
      responses: 1,
      input,
      output,
      cache_read,
      cache_write,
      cache_write_1h,
      reasoning,
      total,
      web_searches,
    };
    const sum = (sums[groupOf(response)] ??= Object.fromEntries(COUNTS.map((name) => [name, 0])));
    for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + count;
  }
  return sums;
}

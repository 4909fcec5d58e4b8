import type { Response } from '../../src/runtimes/facts.js';
import type { Priced, PriceTable } from '../../src/runtimes/prices/rates.js';

/** What a price is asked for, nothing but what a test says. */
export function priced(of: Partial<Priced>): Priced {
  return {
    at: Date.parse('2026-11-20T12:00:00Z'),
    model: 'claude-opus-4-6',
    provider: null,
    input: 0,
    output: 0,
    cache_read: 0,
    cache_write_5m: 0,
    cache_write_1h: 0,
    reasoning: 0,
    web_searches: 0,
    tier: 'standard',
    region: null,
    reported_pico: null,
    ...of,
  };
}

/** A response, nothing but what a test says. */
export function response(of: Partial<Response>): Response {
  return { key: 'k', alias: null, replica: false, session: 's', ...priced({}), ...of };
}

/** One price for every token of every model but those named `free…`, which have none. */
export function flatPrices(pico = 1n, version = `flat ${pico}`): PriceTable {
  return {
    version,
    costOf({ model, input, output, cache_read, cache_write_5m, cache_write_1h, reported_pico: reported }) {
      if (reported !== null) return { pico: reported, basis: 'reported' };
      if (model?.startsWith('free')) return null;
      return { pico: pico * BigInt(input + output + cache_read + cache_write_5m + cache_write_1h), basis: 'file' };
    },
  };
}

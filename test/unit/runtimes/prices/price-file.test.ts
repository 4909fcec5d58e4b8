import { describe, expect, it } from 'vitest';
import { parsePriceFile, type PriceEntry, pricesBy } from '../../../../src/runtimes/prices/price-file.js';
import type { Priced } from '../../../../src/runtimes/prices/rates.js';
import { priced } from '../../../support/responses.js';

const costByFile = (entries: PriceEntry[], response: Priced) => pricesBy(entries)(response);
const parse = (...models: object[]) => parsePriceFile(JSON.stringify({ version: 1, models }), 'prices.json');
const MILLION = 1_000_000;
/** One USD. */
const USD = 10n ** 12n;

describe('prices of the user’s file', () => {
  it('prices every kind of token, searches, and writes of one hour and of five minutes', () => {
    const [entry] = [
      { match: 'm', input: 1, output: 2, cache_read: 3, cache_write_5m: 4, cache_write_1h: 5, web_search_per_1k: 6 },
    ];
    const one = (counts: object) => costByFile(parse(entry), priced({ model: 'm', ...counts }));
    expect(one({ input: MILLION })).toBe(1n * USD);
    expect(one({ output: MILLION, reasoning: 5 })).toBe(2n * USD);
    expect(one({ cache_read: MILLION })).toBe(3n * USD);
    expect(one({ cache_write_5m: MILLION })).toBe(4n * USD);
    expect(one({ cache_write_1h: MILLION })).toBe(5n * USD);
    expect(one({ web_searches: 1000 })).toBe(6n * USD);
    expect(one({ input: 1, output: 1 })).toBe(3_000_000n);
  });

  it('takes writes for input where they have no price, but never those of an hour', () => {
    const entries = parse({ match: 'm', input: 2, output: 2 });
    expect(costByFile(entries, priced({ model: 'm', cache_write_5m: MILLION }))).toBe(2n * USD);
    expect(costByFile(entries, priced({ model: 'm', cache_write_1h: 1 }))).toBeNull();
    const write = parse({ match: 'm', input: 2, cache_write: 3 });
    expect(costByFile(write, priced({ model: 'm', cache_write_5m: MILLION }))).toBe(3n * USD);
  });

  it('has no price for a response of which some tokens have none', () => {
    const entries = parse({ match: 'm', input: 2 });
    expect(costByFile(entries, priced({ model: 'm', input: 1, output: 1 }))).toBeNull();
    expect(costByFile(entries, priced({ model: 'm', input: 1, web_searches: 1 }))).toBeNull();
    expect(costByFile(entries, priced({ model: 'other', input: 1 }))).toBeUndefined();
    expect(costByFile(entries, priced({ model: null, input: 1 }))).toBeUndefined();
  });

  it('prices a whole response by the step when its input and caches exceed it', () => {
    const entries = parse({ match: 'm', input: 1, cache_read: 1, above: { input_tokens: 100, input: 10 } });
    expect(costByFile(entries, priced({ model: 'm', input: 60, cache_read: 40 }))).toBe(100n * MILLION_N);
    expect(costByFile(entries, priced({ model: 'm', input: 61, cache_read: 40 }))).toBe(650n * MILLION_N);
  });

  it('multiplies what is fast or computed in the US, exactly, and has no price where it does not know by how much', () => {
    const entries = parse({
      match: 'm',
      input: 1,
      web_search_per_1k: 10,
      fast_multiplier: 6,
      us_multiplier: 1.1,
    });
    const of = (how: object) => costByFile(entries, priced({ model: 'm', input: 3, web_searches: 1, ...how }));
    const search = 10_000_000_000n;
    expect(of({})).toBe(3_000_000n + search);
    expect(of({ tier: 'fast' })).toBe(18_000_000n + search);
    expect(of({ region: 'us' })).toBe(3_300_000n + search);
    expect(of({ tier: 'fast', region: 'us' })).toBe(19_800_000n + search);
    expect(of({ tier: 'batch' })).toBeNull();
    expect(of({ region: 'eu' })).toBeNull();
    expect(costByFile(parse({ match: 'm', input: 1 }), priced({ model: 'm', input: 1, tier: 'fast' }))).toBeNull();
  });

  it('finds an exact name before the longest beginning, whatever stands first', () => {
    const entries = parse(
      { match: '*', input: 1 },
      { match: 'claude-*', input: 2 },
      { match: 'claude-haiku-4-5*', input: 3 },
      { match: 'claude-haiku-4-5-20251001', input: 4 },
    );
    const of = (model: string) => costByFile(entries, priced({ model, input: MILLION }));
    expect(of('gpt-9')).toBe(1n * USD);
    expect(of('claude-x')).toBe(2n * USD);
    expect(of('claude-haiku-4-5-2')).toBe(3n * USD);
    expect(of('claude-haiku-4-5-20251001')).toBe(4n * USD);
    expect(of('anthropic/claude-haiku-4-5-20251001')).toBe(4n * USD);
    expect(of('us.anthropic.claude-haiku-4-5-20251001-v1:0')).toBe(4n * USD);
    expect(of('claude-haiku-4-5-20251001[1m]')).toBe(4n * USD);
  });

  it('tells providers apart where both sides name one', () => {
    const entries = parse({ match: 'm', input: 1 }, { match: 'm', provider: 'openai', input: 2 });
    const of = (provider: string | null) => costByFile(entries, priced({ model: 'm', provider, input: MILLION }));
    expect(of('openai')).toBe(2n * USD);
    expect(of('openai-codex')).toBe(2n * USD);
    expect(of('azure')).toBe(1n * USD);
  });

  it('goes by the time of the response', () => {
    const entries = parse(
      { match: 'm', input: 1, until: '2026-01-01' },
      { match: 'm', input: 2, from: '2026-01-01' },
      { match: 'm', input: 3, from: '2026-06-01', until: null },
    );
    const of = (time: string) => costByFile(entries, priced({ model: 'm', input: MILLION, at: Date.parse(time) }));
    expect(of('2025-12-31T23:59:59.999Z')).toBe(1n * USD);
    expect(of('2026-01-01T00:00:00Z')).toBe(2n * USD);
    expect(of('2026-06-01T00:00:00Z')).toBe(3n * USD);
  });

  it.each([
    ['{', 'prices.json: not JSON'],
    ['[]', 'prices.json: [] is not an object'],
    ['{"version":2}', 'version: 2, and this mc knows 1'],
    ['{"version":1,"currency":"EUR","models":[]}', 'currency: "EUR" is not "USD"'],
    ['{"version":1,"unit":"per_token","models":[]}', 'unit: "per_token" is not "per_million_tokens"'],
    ['{"version":1,"models":{}}', 'models: {} is not a list'],
  ])('refuses %s', (text, words) => {
    expect(() => parsePriceFile(text, 'prices.json')).toThrow(words);
  });

  it.each([
    [{ match: 'a*b' }, 'models[1]: match: "a*b" is not a model’s name'],
    [{}, 'models[1]: match: nothing is not'],
    [{ match: 'm', input: -1 }, 'models[1] (m): input: -1 is not a number from 0 to 1000000'],
    [{ match: 'm', output: '3' }, 'models[1] (m): output: "3" is not a number'],
    [{ match: 'm', cache_read: 0.00000001 }, 'models[1] (m): cache_read: 1e-8 has more than six decimals'],
    [{ match: 'm', above: { input: 1 } }, 'models[1] (m): above: input_tokens: nothing is not a whole number'],
    [{ match: 'm', above: { input_tokens: 1, input: 'x' } }, 'models[1] (m): above: input: "x" is not a number'],
    [{ match: 'm', from: '2026-02-31' }, 'models[1] (m): from: "2026-02-31" is not a day'],
    [{ match: 'm', until: 3 }, 'models[1] (m): until: 3 is not a text'],
    ['m', 'models[1]: "m" is not an object'],
  ])('names the entry that it refuses: %j', (entry, words) => {
    expect(() => parse({ match: 'fine', input: 1 }, entry as object)).toThrow(words);
  });
});

const MILLION_N = 1_000_000n;

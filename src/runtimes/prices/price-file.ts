import { McError } from '../../base/index.js';
import {
  otherCost,
  perThousand,
  perToken,
  plainModel,
  plainProvider,
  type Priced,
  type Rates,
  tokenCost,
  wholeInput,
} from './rates.js';

/** One entry of a price file, ready to be used. */
export interface PriceEntry {
  /** Without its `*`. */
  name: string;
  glob: boolean;
  provider: string | null;
  rates: Rates;
  /** For a whole response that takes in more tokens than these. */
  above: { tokens: number; rates: Rates } | null;
  /** In millionths. */
  fast: bigint | null;
  us: bigint | null;
  /** Milliseconds since the epoch: from then on, until before then. */
  from: number;
  until: number;
}

const HINT = 'mend the entry; docs/prices.md says what it may hold';
const PRICES = ['input', 'output', 'cache_read', 'cache_write', 'cache_write_5m', 'cache_write_1h'] as const;
type Fields = Record<string, unknown>;

/**
 * Reads what a price file says.
 * @throws McError `config.invalid` naming the file, the entry, the field, what was found and what is accepted
 */
export function parsePriceFile(text: string, path: string): PriceEntry[] {
  let file: unknown;
  try {
    file = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw fault(path, `not JSON (${(error as Error).message})`);
  }
  const { version, currency, unit, models } = fieldsOf(file, path);
  if (version !== 1) throw fault(path, `version: ${shown(version)}, and this mc knows 1`);
  if (currency !== undefined && currency !== 'USD') throw fault(path, `currency: ${shown(currency)} is not "USD"`);
  if (unit !== undefined && unit !== 'per_million_tokens') {
    throw fault(path, `unit: ${shown(unit)} is not "per_million_tokens"`);
  }
  if (!Array.isArray(models)) throw fault(path, `models: ${shown(models)} is not a list`);
  return models.map((entry: unknown, index) => entryOf(entry, `${path}: models[${index}]`));
}

/**
 * Prices by these entries: what a response costs; null: the entry for it has no price for all of it; undefined: there is no
 * entry.
 */
export function pricesBy(entries: readonly PriceEntry[]): (response: Priced) => bigint | null | undefined {
  const known = new Map<string, PriceEntry[]>();
  return (response) => {
    const { model, provider, at } = response;
    if (model === null) return undefined;
    const name = `${model}\n${provider}`;
    let fitting = known.get(name);
    if (fitting === undefined) {
      if (known.size >= KNOWN_LIMIT) known.clear();
      known.set(name, (fitting = entriesFor(entries, model, provider)));
    }
    const entry = fitting.find(({ from, until }) => at >= from && at < until);
    return entry && costBy(entry, response);
  };
}

function costBy(entry: PriceEntry, response: Priced): bigint | null {
  const factor = factorOf(entry, response);
  if (factor === null) return null;
  const { above } = entry;
  const rates = above && wholeInput(response) > above.tokens ? above.rates : entry.rates;
  const tokens = tokenCost(rates, response);
  const other = otherCost(rates, response);
  if (tokens === null || other === null) return null;
  // Half of the smallest unit and more is one: only multipliers lead to parts of it.
  return (tokens * factor + DENOMINATOR / 2n) / DENOMINATOR + other;
}

const KNOWN_LIMIT = 1000;
const MILLION = 1_000_000n;
const DENOMINATOR = MILLION * MILLION;

/** In 10⁻¹², null where the entry has no multiplier for how or where it was computed. */
function factorOf({ fast, us }: PriceEntry, { tier, region }: Priced): bigint | null {
  const byTier = tier === 'standard' ? MILLION : tier === 'fast' ? fast : null;
  const byRegion = region === null ? MILLION : region === 'us' ? us : null;
  return byTier === null || byRegion === null ? null : byTier * byRegion;
}

/** Those for a model, the best first: an exact name before the longest beginning; then one for this provider; then the newest. */
function entriesFor(entries: readonly PriceEntry[], model: string, provider: string | null): PriceEntry[] {
  const names = [model, plainModel(model)];
  const by = provider === null ? null : plainProvider(provider);
  return entries
    .filter((entry) => by === null || entry.provider === null || entry.provider === by)
    .filter(({ glob, name }) => names.some((each) => (glob ? each.startsWith(name) : each === name)))
    .toSorted(byCloseness);
}

function byCloseness(one: PriceEntry, other: PriceEntry): number {
  if (one.glob !== other.glob) return one.glob ? 1 : -1;
  if (one.name.length !== other.name.length) return other.name.length - one.name.length;
  if ((one.provider === null) !== (other.provider === null)) return one.provider === null ? 1 : -1;
  return one.from === other.from ? 0 : other.from - one.from;
}

function entryOf(value: unknown, where: string): PriceEntry {
  const fields = fieldsOf(value, where);
  const { match } = fields;
  if (typeof match !== 'string' || match === '' || match.slice(0, -1).includes('*')) {
    throw fault(where, `match: ${shown(match)} is not a model’s name, or the beginning of one and "*"`);
  }
  const place = `${where} (${match})`;
  const glob = match.endsWith('*');
  const provider = optional(fields, 'provider', place);
  return {
    name: glob ? match.slice(0, -1) : match,
    glob,
    provider: provider === null ? null : plainProvider(provider),
    rates: ratesOf(fields, place),
    above: aboveOf(fields, place),
    fast: multiplierOf(fields, 'fast_multiplier', place),
    us: multiplierOf(fields, 'us_multiplier', place),
    from: dayOf(fields, 'from', place) ?? Number.NEGATIVE_INFINITY,
    until: dayOf(fields, 'until', place) ?? Number.POSITIVE_INFINITY,
  };
}

/** Providers without fees for writing take what they take for input; an hour is never free. */
function ratesOf(fields: Fields, where: string): Rates {
  const price = Object.fromEntries(PRICES.map((name) => [name, priceOf(fields, name, where)]));
  const write = price.cache_write ?? price.input ?? null;
  const search = numberOf(fields, 'web_search_per_1k', where);
  return {
    input: price.input ?? null,
    output: price.output ?? null,
    cache_read: price.cache_read ?? null,
    cache_write_5m: price.cache_write_5m ?? write,
    cache_write_1h: price.cache_write_1h ?? null,
    web_search: search === null ? null : perThousand(search),
    request: 0n,
  };
}

/** What it does not say stays as below the step. */
function aboveOf(fields: Fields, where: string): PriceEntry['above'] {
  const { above } = fields;
  if (above === undefined || above === null) return null;
  const place = `${where}: above`;
  const step = fieldsOf(above, place);
  const { input_tokens: tokens } = step;
  if (typeof tokens !== 'number' || !Number.isSafeInteger(tokens) || tokens < 0) {
    throw fault(place, `input_tokens: ${shown(tokens)} is not a whole number of tokens`);
  }
  return { tokens, rates: ratesOf({ ...fields, ...step }, place) };
}

function priceOf(fields: Fields, name: string, where: string): bigint | null {
  const value = numberOf(fields, name, where);
  if (value === null) return null;
  const pico = value * 1e6;
  if (Math.abs(pico - Math.round(pico)) > 1e-3) throw fault(where, `${name}: ${value} has more than six decimals`);
  return perToken(value);
}

function multiplierOf(fields: Fields, name: string, where: string): bigint | null {
  const value = numberOf(fields, name, where);
  return value === null ? null : BigInt(Math.round(value * 1e6));
}

/** Not negative, and small enough to be a price. */
function numberOf(fields: Fields, name: string, where: string): number | null {
  const value = fields[name];
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' && value >= 0 && value <= 1e6) return value;
  throw fault(where, `${name}: ${shown(value)} is not a number from 0 to 1000000`);
}

function dayOf(fields: Fields, name: string, where: string): number | null {
  const text = optional(fields, name, where);
  if (text === null) return null;
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // 31 February is taken for 3 March by some.
  if (Number.isNaN(at) || !new Date(at).toISOString().startsWith(text)) {
    throw fault(where, `${name}: ${shown(text)} is not a day like "2026-01-31"`);
  }
  return at;
}

function optional(fields: Fields, name: string, where: string): string | null {
  const value = fields[name];
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' && value !== '') return value;
  throw fault(where, `${name}: ${shown(value)} is not a text`);
}

function fieldsOf(value: unknown, where: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw fault(where, `${shown(value)} is not an object`);
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function fault(where: string, what: string): McError {
  return new McError('config.invalid', `${where}: ${what}`, { hint: HINT });
}

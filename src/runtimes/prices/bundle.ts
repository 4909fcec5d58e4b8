import { createHash } from 'node:crypto';
import type { MatchLogic, ModelInfo, ModelPrice } from '@pydantic/genai-prices';
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

/** List prices that come with the program. */
export interface BundledPrices {
  /** Of their content. */
  version: string;
  /** null: no price that is certain. */
  costOf(response: Priced): bigint | null;
}

type Library = typeof import('@pydantic/genai-prices');
/** A price that steps: `base`, and another for everything when the input exceeds `start`. */
type Steps = { base: number; tiers: { start: number; price: number }[] };

/** Loads them: some 30 ms, so only who counts does. */
export async function loadBundledPrices(): Promise<BundledPrices> {
  const library = await import('@pydantic/genai-prices');
  const known = new Map<string, ModelPrice | null>();
  return {
    version: versionOf(library),
    costOf(response) {
      const { model, provider, tier, region } = response;
      // What is faster, slower or nearer has another price, and this table does not have it.
      if (model === null || tier !== 'standard' || region !== null) return null;
      const by = providerOf(model, provider);
      if (by === null) return null;
      const day = Math.floor(response.at / DAY_MS);
      const key = `${by}\n${model}\n${day}`;
      let price = known.get(key);
      if (price === undefined) {
        const found = look(library, by, plainModel(model), response.at);
        price = found?.price ?? null;
        if (found?.byTime !== true) {
          if (known.size >= KNOWN_LIMIT) known.clear();
          known.set(key, price);
        }
      }
      return price === null ? null : costBy(price, response);
    },
  };
}

const DAY_MS = 86_400_000;
const KNOWN_LIMIT = 5000;
/** The providers whose models the runtimes use most: their prices change when those of any do. */
const SAMPLED = ['anthropic', 'openai', 'google', 'openrouter', 'aws', 'x-ai', 'deepseek'];

function versionOf({ findProvider }: Library): string {
  const hash = createHash('sha256');
  for (const providerId of SAMPLED) hash.update(JSON.stringify(findProvider({ providerId })?.models ?? null));
  return hash.digest('hex').slice(0, 16);
}

/** Without a provider's name, whose models are called so. */
function providerOf(model: string, provider: string | null): string | null {
  if (provider !== null) return plainProvider(provider);
  if (/^(?:us\.anthropic\.|anthropic\/)?claude-/.test(model)) return 'anthropic';
  if (/^(?:openai\/)?(?:gpt-|o\d|codex-)/.test(model)) return 'openai';
  return model.startsWith('gemini-') ? 'google' : null;
}

/** The prices of a model at a time; null: there is none of exactly that name. */
function look(
  { calcPrice }: Library,
  providerId: string,
  model: string,
  at: number,
): { price: ModelPrice; byTime: boolean } | null {
  try {
    const found = calcPrice({ input_tokens: 0, output_tokens: 0 }, model, { providerId, timestamp: new Date(at) });
    // Another provider's model is an answer of the kind "or perhaps".
    if (!found || found.provider.id !== providerId || !isNamed(found.model, model)) return null;
    const { prices } = found.model;
    return {
      price: found.model_price,
      byTime: Array.isArray(prices) && prices.some(({ constraint }) => constraint?.type === 'time_of_date'),
    };
  } catch {
    // A table with a mistake in it gives no price; it must not keep responses from being counted.
    return null;
  }
}

/** True when the model has exactly this name, apart from a date or `-latest`: the table matches by beginnings too. */
function isNamed({ id, match }: ModelInfo, model: string): boolean {
  const wanted = model.toLowerCase().trim();
  const short = wanted.replace(/(?:[-@]\d{8}|[-@]\d{4}-\d\d-\d\d|@.*|-latest)$/, '');
  const names = namesIn(match);
  names.add(id.toLowerCase());
  return names.has(wanted) || names.has(short);
}

/** The names that a rule spells out, whole. */
function namesIn(match: MatchLogic): Set<string> {
  if ('or' in match) return new Set(match.or.flatMap((one) => [...namesIn(one)]));
  return new Set('equals' in match ? [match.equals.toLowerCase()] : []);
}

function costBy(price: ModelPrice, response: Priced): bigint | null {
  const whole = wholeInput(response);
  const rate = (name: string): bigint | null => {
    const value = price[name];
    if (value === undefined) return null;
    return perToken(typeof value === 'number' ? value : stepOf(value, whole));
  };
  const [searches, requests] = [price.web_searches_kcount, price.requests_kcount];
  const input = rate('input_mtok');
  const rates: Rates = {
    input,
    output: rate('output_mtok'),
    cache_read: rate('cache_read_mtok'),
    cache_write_5m: rate('cache_write_mtok') ?? input,
    cache_write_1h: rate('cache_write_1h_mtok'),
    web_search: typeof searches === 'number' ? perThousand(searches) : null,
    request: typeof requests === 'number' ? perThousand(requests) : 0n,
  };
  const tokens = tokenCost(rates, response);
  const other = otherCost(rates, response);
  return tokens === null || other === null ? null : tokens + other;
}

function stepOf({ base, tiers }: Steps, whole: number): number {
  let price = base;
  // They come sorted in the table as it is loaded, but nothing says so.
  for (const tier of [...tiers].sort((a, b) => a.start - b.start)) if (whole > tier.start) price = tier.price;
  return price;
}

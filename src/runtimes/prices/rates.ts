import type { Response } from '../facts.js';

/** What a response is priced by. */
export type Priced = Pick<
  Response,
  | 'at'
  | 'model'
  | 'provider'
  | 'input'
  | 'output'
  | 'cache_read'
  | 'cache_write_5m'
  | 'cache_write_1h'
  | 'reasoning'
  | 'web_searches'
  | 'tier'
  | 'region'
  | 'reported_pico'
>;

/** What a response costs, and who says so. */
export interface Cost {
  /** 10⁻¹² USD. */
  pico: bigint;
  basis: 'reported' | 'file' | 'bundle';
}

/** Prices. Costs are worked out when a response is put, and all over again when `version` changes. */
export interface PriceTable {
  /** Changes when any price may. */
  version: string;
  /** null: it has no price. Never a guess. */
  costOf(response: Priced): Cost | null;
}

/** 10⁻¹² USD for one token (or search, or request) of a kind; null: it has no price. */
export interface Rates {
  input: bigint | null;
  output: bigint | null;
  cache_read: bigint | null;
  cache_write_5m: bigint | null;
  cache_write_1h: bigint | null;
  web_search: bigint | null;
  request: bigint;
}

/** What tokens cost: everything but searches and the request itself. null: some of them have no price. */
export function tokenCost(rates: Rates, response: Priced): bigint | null {
  let cost = 0n;
  for (const kind of TOKEN_KINDS) {
    const count = response[kind];
    if (count === 0) continue;
    const rate = rates[kind];
    if (rate === null) return null;
    cost += BigInt(count) * rate;
  }
  return cost;
}

/** What does not depend on tokens. null: its searches have no price. */
export function otherCost(rates: Rates, { web_searches: searches }: Priced): bigint | null {
  if (searches === 0) return rates.request;
  return rates.web_search === null ? null : rates.request + BigInt(searches) * rates.web_search;
}

/** Everything a model took in: what steps of prices go by. */
export function wholeInput(response: Priced): number {
  return response.input + response.cache_read + response.cache_write_5m + response.cache_write_1h;
}

const TOKEN_KINDS = ['input', 'output', 'cache_read', 'cache_write_5m', 'cache_write_1h'] as const;

/** USD for a million tokens as 10⁻¹² USD for one; whole, because nobody sells in smaller steps. */
export function perToken(usdPerMillion: number): bigint {
  return BigInt(Math.round(usdPerMillion * 1e6));
}

/** USD for a thousand as 10⁻¹² USD for one. */
export function perThousand(usd: number): bigint {
  return BigInt(Math.round(usd * 1e9));
}

/** A model's name without what gateways put around it: `anthropic/`, `openai/`, `us.anthropic.…-v1:0`, `[1m]`. */
export function plainModel(model: string): string {
  const name = model.replace(/\[1m\]$/i, '');
  const [, bedrock] = /^us\.anthropic\.(.+?)(?:-v\d+(?::\d+)?)?$/.exec(name) ?? [];
  return bedrock ?? name.replace(/^(?:anthropic|openai)\//, '');
}

/** Who is meant by a provider's name: OpenClaw names ways to log in (`openai-codex`), which have the same prices. */
export function plainProvider(provider: string): string {
  const name = provider.toLowerCase();
  return ALIASES.get(name) ?? name;
}

const ALIASES = new Map([
  ['openai-codex', 'openai'],
  ['claude-cli', 'anthropic'],
  ['codex-cli', 'openai'],
]);

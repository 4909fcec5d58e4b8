import type { Response } from '../facts.js';
import type { Cost, Priced } from '../prices/rates.js';

/** No model takes or gives as much at once: such a count is a mistake or a trap, and sums must stay exact. */
const MOST_TOKENS = 1e10;
/** Four million USD for one response; twice as much still fits into the database. */
const MOST_PICO = 2n ** 62n;
const MOST_TIME = 8.64e15;
const MOST_TEXT = 200;

/** A response whose every part can be kept: what cannot be true counts as nothing. */
export function cleaned(response: Response): Response {
  const { reported_pico: reported } = response;
  return {
    key: response.key,
    alias: response.alias,
    replica: response.replica,
    session: textOf(response.session),
    at: Math.abs(response.at) <= MOST_TIME ? Math.trunc(response.at) : 0,
    model: response.model === null ? null : textOf(response.model),
    provider: response.provider === null ? null : textOf(response.provider),
    input: countOf(response.input),
    output: countOf(response.output),
    cache_read: countOf(response.cache_read),
    cache_write_5m: countOf(response.cache_write_5m),
    cache_write_1h: countOf(response.cache_write_1h),
    reasoning: countOf(response.reasoning),
    web_searches: countOf(response.web_searches),
    tier: textOf(response.tier),
    region: response.region === null ? null : textOf(response.region),
    reported_pico: reported !== null && reported > 0n && reported < MOST_PICO ? reported : null,
  };
}

/** One that the database can hold; null else. */
export function costThatFits(cost: Cost | null): Cost | null {
  return cost !== null && cost.pico < MOST_PICO ? cost : null;
}

/** A text without control characters and halves of characters, not longer than a name is. */
export function textOf(text: string): string {
  return text.search(UNCLEAN) >= 0 || text.length > MOST_TEXT
    ? text.slice(0, MOST_TEXT).replaceAll(UNCLEAN, '\uFFFD')
    : text;
}

/**
 * Which of two lines of one response counts: the one with the most output, for earlier ones hold placeholders; then the
 * earlier one, so that a copy changes nothing. Whatever else differs decides in some way, but always in the same.
 */
export function isBetter(one: Priced, other: Priced): boolean {
  if (one.output !== other.output) return one.output > other.output;
  if (one.at !== other.at) return one.at < other.at;
  const [a, b] = [REST.map((name) => String(one[name])), REST.map((name) => String(other[name]))];
  for (const [index, text] of a.entries()) if (text !== b[index]) return text > (b[index] ?? '');
  return false;
}

const UNCLEAN = /[\p{Cc}\p{Cs}]/gu;
const REST = [
  'input',
  'cache_read',
  'cache_write_5m',
  'cache_write_1h',
  'reasoning',
  'web_searches',
  'model',
  'provider',
  'tier',
  'region',
  'reported_pico',
] as const;

function countOf(count: number): number {
  return Number.isSafeInteger(count) && count > 0 && count <= MOST_TOKENS ? count : 0;
}

import type { UsageSum } from '../../protocol/index.js';
import type { Cost, Priced } from '../prices/rates.js';
import type { ExactSum } from './contract.js';

/** No responses. */
export function emptySum(): ExactSum {
  return {
    responses: 0,
    input: 0,
    output: 0,
    cache_read: 0,
    cache_write: 0,
    cache_write_1h: 0,
    reasoning: 0,
    total: 0,
    web_searches: 0,
    cost_pico: 0n,
    reported_pico: 0n,
    unpriced_responses: 0,
    unpriced_tokens: 0,
  };
}

/** Adds one sum to another, in place. */
export function addSum(to: ExactSum, sum: ExactSum): void {
  for (const name of NUMBERS) to[name] += sum[name];
  to.cost_pico += sum.cost_pico;
  to.reported_pico += sum.reported_pico;
}

/** Adds one response to a sum, in place; `sign` -1 takes it away. */
export function addResponse(to: ExactSum, response: Priced, cost: Cost | null, sign: 1 | -1): void {
  const written = response.cache_write_5m + response.cache_write_1h;
  const total = response.input + response.output + response.cache_read + written;
  to.responses += sign;
  to.input += sign * response.input;
  to.output += sign * response.output;
  to.cache_read += sign * response.cache_read;
  to.cache_write += sign * written;
  to.cache_write_1h += sign * response.cache_write_1h;
  to.reasoning += sign * response.reasoning;
  to.total += sign * total;
  to.web_searches += sign * response.web_searches;
  if (cost === null) {
    to.unpriced_responses += sign;
    to.unpriced_tokens += sign * total;
    return;
  }
  const pico = sign === 1 ? cost.pico : -cost.pico;
  to.cost_pico += pico;
  if (cost.basis === 'reported') to.reported_pico += pico;
}

/** True for two sums that are equal to the last token and the last 10⁻¹² USD. */
export function isSameSum(one: ExactSum, other: ExactSum): boolean {
  if (one.cost_pico !== other.cost_pico || one.reported_pico !== other.reported_pico) return false;
  return NUMBERS.every((name) => one[name] === other[name]);
}

export function isEmptySum(sum: ExactSum): boolean {
  return isSameSum(sum, EMPTY);
}

/** As everyone sees it: the cost as a decimal with twelve digits. */
export function usageSumOf(sum: ExactSum): UsageSum {
  const { cost_pico: pico, reported_pico: _, ...numbers } = sum;
  return { ...numbers, cost_usd: usd(pico) };
}

const EMPTY = emptySum();
const NUMBERS = (Object.keys(EMPTY) as (keyof ExactSum)[]).filter(
  (name): name is Exclude<keyof ExactSum, 'cost_pico' | 'reported_pico'> => typeof EMPTY[name] === 'number',
);

function usd(pico: bigint): string {
  const digits = String(pico < 0n ? -pico : pico).padStart(13, '0');
  return `${pico < 0n ? '-' : ''}${digits.slice(0, -12)}.${digits.slice(-12)}`;
}

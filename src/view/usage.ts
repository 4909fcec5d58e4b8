import type { UsageSum } from '../protocol/index.js';
import { UNKNOWN } from './words.js';

type Cost = Pick<UsageSum, 'cost_usd' | 'responses' | 'unpriced_responses'>;

/** What use costs by its prices: `$8.30`, `≥ $8.30` where a part has no price, `–` where nothing has one. */
export function costText({ cost_usd, responses, unpriced_responses }: Cost): string {
  if (responses > 0 && unpriced_responses >= responses) return UNKNOWN;
  const dollars = Number(cost_usd);
  const text = `$${dollars > 0 && dollars < 0.01 ? dollars.toPrecision(2) : dollars.toFixed(2)}`;
  return unpriced_responses > 0 ? `≥ ${text}` : text;
}

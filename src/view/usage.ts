import type { Backfill, CostBasis, Quota, UsageSum } from '../protocol/index.js';
import { ago, longSpan } from './ages.js';
import { COLUMNS } from './columns.js';
import { bytes, figure, percent } from './figures.js';
import { UNKNOWN } from './words.js';

type Cost = Pick<UsageSum, 'cost_usd' | 'responses' | 'unpriced_responses'>;

/** What use costs by its prices: `$8.30`, `≥ $8.30` where a part has no price, `–` where nothing has one. */
export function costText({ cost_usd, responses, unpriced_responses }: Cost): string {
  if (responses > 0 && unpriced_responses >= responses) return UNKNOWN;
  const dollars = Number(cost_usd);
  const text = `$${dollars > 0 && dollars < 0.01 ? dollars.toPrecision(2) : dollars.toFixed(2)}`;
  return unpriced_responses > 0 ? `≥ ${text}` : text;
}

/** The figures of a sum of use that every table of it has, in their order. */
export const USAGE_FIGURES: readonly { title: string; text: (sum: Figures) => string }[] = [
  { title: COLUMNS.usage.responses, text: ({ responses }) => figure(responses) },
  { title: COLUMNS.usage.input, text: ({ input }) => figure(input) },
  { title: COLUMNS.usage.output, text: ({ output }) => figure(output) },
  { title: COLUMNS.usage.cacheRead, text: ({ cache_read }) => figure(cache_read) },
  { title: COLUMNS.usage.cacheWrite, text: ({ cache_write }) => figure(cache_write) },
  { title: COLUMNS.usage.total, text: ({ total }) => figure(total) },
  { title: COLUMNS.usage.cost, text: (sum) => costText(sum) },
];

type Figures = Cost & Pick<UsageSum, 'input' | 'output' | 'cache_read' | 'cache_write' | 'total'>;

/** What the costs are, where they are not what the runtimes themselves say; null where there is nothing to say. */
export function costNote(basis: CostBasis | null): string | null {
  if (basis === 'list') return 'costs are list prices, not a bill';
  return basis === 'mixed' ? 'costs are in part list prices, not a bill' : null;
}

/** Which models have no price; null where all have one. */
export function unpricedNote(models: readonly string[]): string | null {
  return models.length === 0 ? null : `without a price: ${models.join(', ')}`;
}

/** How far older records are read; null when they all are. */
export function backfillNote({ done_bytes: done, total_bytes: total }: Backfill): string | null {
  if (done >= total) return null;
  // It is not all read as long as it is not all read.
  const read = percent(Math.min(0.99, done / total));
  return `older records are still being read (${read} of ${bytes(total)}): the sums grow`;
}

/** How full a quota is. */
export interface QuotaFigure {
  /** 0 to 1; null once its window is over: nobody said anything of the next one. */
  share: number | null;
  /** `42% of 5h · anew in 2h 04m · as of 3m`. */
  text: string;
}

/** A quota as far as it is known now, in milliseconds since the epoch. */
export function quotaFigure(
  { used_percent: used, window_minutes: minutes, resets_at, at }: LooseQuota,
  now: number,
): QuotaFigure {
  const resets = resets_at === null ? null : Date.parse(resets_at);
  if (resets !== null && resets <= now)
    return { share: null, text: `${UNKNOWN} · began anew ${ago(resets_at, now)} ago` };
  const share = Math.max(0, Math.min(1, used / 100));
  const parts = [
    `${Math.round(used)}%${minutes === null ? '' : ` of ${windowText(minutes)}`}`,
    ...(resets === null ? [] : [`anew in ${longSpan(resets - now)}`]),
    `as of ${ago(at, now)}`,
  ];
  return { share, text: parts.join(' · ') };
}

type LooseQuota = Pick<Quota, 'used_percent' | 'window_minutes' | 'resets_at'> & { at: string | null };

/** `5h`, `7d`, `90m`. */
function windowText(minutes: number): string {
  if (minutes % 1440 === 0) return `${minutes / 1440}d`;
  return minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`;
}

import type { Database } from '../store/database.js';
import { importedUntil, metaNumber } from '../store/meta.js';
import { GOOD_POINTS, invalid, type Query, type Step } from './params.js';
import { floorTo, type Tier, TIER_MS } from '../store/tiers.js';

/** Which rows answer a query, and what its points stand for. */
export interface Plan {
  step: Exclude<Step, 'auto'>;
  /** 0 for raw: each sample is a point. */
  stepMs: number;
  tier: Tier;
  /** Beginning of the first bucket (raw: the range's). */
  start: number;
  /** End of the last bucket (raw: the range's). */
  end: number;
  /** Number of buckets; for raw an estimate. */
  points: number;
}

const STEP_MS = { '1m': 60_000, ...TIER_MS };
const STEP_TIERS: Record<Plan['step'], Tier> = { raw: 'raw', '1m': 'raw', '5m': '5m', '1h': '1h', '1d': '1d' };
const FINEST_FIRST = ['raw', '1m', '5m', '1h', '1d'] as const;
/** More than this in one series is refused: nobody can look at so much. */
export const MAX_POINTS = 50_000;

/**
 * Plans a query: the step that was asked for, or the finest that gives at most about 1,000 points and whose rows are still
 * kept. Percentiles need the raw rows.
 * @throws McError `input.invalid` for too many points, or percentiles of a time whose raw rows are retired
 */
export function planQuery(
  db: Database,
  query: Pick<Query, 'since' | 'until' | 'step'> & Partial<Pick<Query, 'agg' | 'points'>>,
): Plan {
  const { agg, points: good = GOOD_POINTS } = query;
  const percentile = agg?.startsWith('p') === true;
  if (percentile && !isKept(db, 'raw', query)) throw rawRetired(db, agg);
  const plans = FINEST_FIRST.map((step) => planOf(db, query, step, percentile));
  if (query.step === 'auto') {
    const fitting = plans.find((plan) => plan.points <= good && (percentile || isKept(db, plan.tier, query)));
    return bounded(fitting ?? (plans.at(-1) as Plan));
  }
  return bounded(plans.find((plan) => plan.step === query.step) as Plan);
}

function planOf(
  db: Database,
  { since, until }: Pick<Query, 'since' | 'until'>,
  step: Plan['step'],
  percentile: boolean,
): Plan {
  if (step === 'raw') {
    const interval = metaNumber(db, 'collect_interval') ?? 60_000;
    return { step, stepMs: 0, tier: 'raw', start: since, end: until, points: Math.ceil((until - since) / interval) };
  }
  const stepMs = STEP_MS[step];
  const start = floorTo(since, stepMs);
  const points = Math.ceil((until - start) / stepMs);
  return { step, stepMs, tier: percentile ? 'raw' : STEP_TIERS[step], start, end: start + points * stepMs, points };
}

function isKept(db: Database, tier: Tier, { since, until }: Pick<Query, 'since' | 'until'>): boolean {
  const retired = metaNumber(db, `retired_${tier}`);
  const imported = importedUntil(db);
  return retired === null || since >= retired || (imported !== null && until <= imported);
}

/** How many raw samples there are shows only when they are read. */
function bounded(plan: Plan): Plan {
  if (plan.step === 'raw' || plan.points <= MAX_POINTS) return plan;
  throw invalid(
    `step ${plan.step} over this range makes ${plan.points} points, the limit is ${MAX_POINTS}`,
    'use a longer step, a shorter range, or step auto',
  );
}

function rawRetired(db: Database, agg: string): Error {
  const retired = metaNumber(db, 'retired_raw') ?? 0;
  return invalid(
    `${agg} needs raw samples, which are kept since ${new Date(retired).toISOString()}`,
    'use a later since, or avg, min, max, which rollups answer',
  );
}

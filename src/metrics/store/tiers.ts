/** Where figures lie: raw samples, and rollups of them, finest first. */
export const TIERS = ['raw', '5m', '1h', '1d'] as const;
export type Tier = (typeof TIERS)[number];
export type RollupTier = Exclude<Tier, 'raw'>;
export const ROLLUP_TIERS = ['5m', '1h', '1d'] as const satisfies readonly RollupTier[];

/** Length of a rollup's buckets in milliseconds; they begin at whole multiples since the epoch (UTC). */
export const TIER_MS: Record<RollupTier, number> = { '5m': 300_000, '1h': 3_600_000, '1d': 86_400_000 };

/** The tier that a rollup is made from. */
export const FINER: Record<RollupTier, Tier> = { '5m': 'raw', '1h': '5m', '1d': '1h' };

/** The beginning of the bucket that holds a moment. */
export function floorTo(t: number, ms: number): number {
  return Math.floor(t / ms) * ms;
}

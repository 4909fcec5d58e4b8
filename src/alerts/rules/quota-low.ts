import { ageOf, cutText, formatDuration, type Quota } from '../../protocol/index.js';
import { IN_LINE, MINUTE, type Rule } from './rule.js';

/** An account may soon not be used any more. */
export const quotaLow: Rule = {
  name: 'quota_low',
  severity: 'warning',
  title: 'Quota nearly used',
  looksAt: 'how much of the quotas that runtimes state is used, until they are reset: more than the limit',
  forMs: 0,
  keepFiringMs: 0,
  cooldownMs: 0,
  limit: 90,
  unit: 'percent',
  judge({ facts: { runtimes }, now }, { found, unknown }, limit) {
    if (runtimes === null) return unknown();
    if (!runtimes.whole) unknown();
    const low = runtimes.quotas
      .filter((quota) => quota.used_percent > limit && !isOver(quota, now))
      .toSorted((one, other) => other.used_percent - one.used_percent);
    const [worst] = low;
    if (!worst) return;
    const more = low.length === 1 ? '' : `, and ${low.length - 1} more`;
    found({
      agent: null,
      value: worst.used_percent,
      say: () => ({
        summary: `${summaryOf(worst)}${more}`,
        evidence: `stated by ${worst.runtime} at ${worst.at}${more}`,
      }),
    });
  },
};

/** `codex: 93 % of the quota primary (5h) is used, it is reset at 2026-03-01T15:00:00.000Z`. */
function summaryOf({ runtime, name, used_percent: used, window_minutes: window, resets_at: resets }: Quota): string {
  const length = window === null ? '' : ` (${formatDuration(window * MINUTE)})`;
  const end = resets === null ? '' : `, it is reset at ${resets}`;
  return `${runtime}: ${Math.floor(used)} % of the quota ${cutText(name, IN_LINE)}${length} is used${end}`;
}

/** It was reset since its runtime last spoke of it. */
function isOver({ resets_at: resets, window_minutes: window, at }: Quota, now: number): boolean {
  if (resets !== null) return Date.parse(resets) <= now;
  const age = ageOf(Date.parse(at), now);
  return window !== null && age !== null && age >= window * MINUTE;
}

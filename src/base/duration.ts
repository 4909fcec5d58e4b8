const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const FORM = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/;

/** Reads `250ms 90s 15m 24h 7d 2w` as milliseconds; null for anything else. */
export function parseDuration(text: string): number | null {
  const match = FORM.exec(text.trim());
  if (!match?.[1] || !match[2]) return null;
  return Number(match[1]) * (UNITS[match[2]] ?? 0);
}

/** Milliseconds in the largest unit that keeps them exactly, as `parseDuration` reads them: `90s`, `6h`. */
export function exactDuration(ms: number): string {
  const units: [string, number][] = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ];
  const [unit, size] = units.find(([, length]) => ms >= length && ms % length === 0) ?? ['ms', 1];
  return `${ms / size}${unit}`;
}

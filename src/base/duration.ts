const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const FORM = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/;

/** Reads `250ms 90s 15m 24h 7d 2w` as milliseconds; null for anything else. */
export function parseDuration(text: string): number | null {
  const match = FORM.exec(text.trim());
  if (!match?.[1] || !match[2]) return null;
  return Number(match[1]) * (UNITS[match[2]] ?? 0);
}

/** Writes milliseconds the short way people read: `4s`, `2m`, `3h 5m`, `2d`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours}h` : `${hours}h ${minutes % 60}m`;
  return `${Math.floor(hours / 24)}d`;
}

import { formatDuration } from '../../base/index.js';

/** What stands for a value that nobody knows. */
export const UNKNOWN = '–';

/** How long ago a moment was: `now`, `4s`, `2m`, `3h`, `2d`. `iso`: ISO 8601; `now`: milliseconds since the epoch. */
export function ago(iso: string | null | undefined, now: number): string {
  const then = iso ? Date.parse(iso) : Number.NaN;
  if (Number.isNaN(then)) return UNKNOWN;
  return now - then < 2000 ? 'now' : shortSpan(now - then);
}

/** A length of time in at most four characters: `45s`, `12m`, `3h`, `21d`. Milliseconds. */
export function shortSpan(ms: number): string {
  return formatDuration(ms).split(' ')[0] ?? UNKNOWN;
}

/** A length of time with two units: `2h 04m`, `31m 12s`, `3d 4h`. Milliseconds. */
export function longSpan(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h ${two(Math.floor((seconds % 3600) / 60))}m`;
  return `${Math.floor(seconds / 86_400)}d ${Math.floor((seconds % 86_400) / 3600)}h`;
}

/** The local time of day of a moment: `14:08:31`. */
export function clockTime(moment: string | number): string {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return '??:??:??';
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

/** The local day and time of a moment: `02-17 14:08`. */
export function dayTime(moment: string | number): string {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return UNKNOWN;
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** A number in at most six characters. */
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return UNKNOWN;
  const size = Math.abs(value);
  if (size >= 1e9) return `${(value / 1e9).toFixed(1)}G`;
  if (size >= 1e6) return `${(value / 1e6).toFixed(1)}M`;
  if (size >= 1e4) return `${(value / 1e3).toFixed(1)}k`;
  return String(Math.round(value * (size >= 100 ? 1 : 100)) / (size >= 100 ? 1 : 100));
}

/** A share with two places: `0.92`. */
export function share(value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value) ? UNKNOWN : value.toFixed(2);
}

/** A size in bytes for people: `38.2 MB`. */
export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return UNKNOWN;
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = Math.min(units.length - 1, value < 1 ? 0 : Math.floor(Math.log10(value) / 3));
  return `${step === 0 ? value : (value / 1000 ** step).toFixed(1)} ${units[step]}`;
}

/** A value of a metric where its unit stands beside: only what has units of its own size brings one. */
export function withoutUnit(value: number, unit: string): string {
  return unit === 'bytes' || unit === 'seconds' || unit === 'ratio' ? withUnit(value, unit) : figure(value);
}

/** A value of a metric with its unit. */
export function withUnit(value: number | null, unit: string): string {
  if (value === null) return UNKNOWN;
  if (unit === 'bytes') return bytes(value);
  if (unit === 'seconds') return longSpan(value * 1000);
  if (unit === 'ratio') return share(value);
  return unit === '' ? figure(value) : `${figure(value)} ${unit}`;
}

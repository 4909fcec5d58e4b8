import { sizeText } from '../protocol/index.js';
import { longSpan } from './ages.js';
import { UNKNOWN } from './words.js';

type Value = number | null | undefined;

/** A number in at most six characters: `12.35`, `123`, `12.3k`. */
export function figure(value: Value): string {
  if (!isKnown(value)) return UNKNOWN;
  const size = Math.abs(value);
  if (size >= 1e9) return `${(value / 1e9).toFixed(1)}G`;
  if (size >= 1e6) return `${(value / 1e6).toFixed(1)}M`;
  if (size >= 1e4) return `${(value / 1e3).toFixed(1)}k`;
  return String(Math.round(value * (size >= 100 ? 1 : 100)) / (size >= 100 ? 1 : 100));
}

/** A number in full, with two places at most: `12345.68`. */
export function fullFigure(value: Value): string {
  return isKnown(value) ? String(Math.round(value * 100) / 100) : UNKNOWN;
}

/** A measured number: whole ones in full, others with six digits. */
export function measuredFigure(value: Value): string {
  if (!isKnown(value)) return UNKNOWN;
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
}

/** A share (0 to 1) with two places: `0.92`. */
export function share(value: Value): string {
  return isKnown(value) ? value.toFixed(2) : UNKNOWN;
}

/** A share (0 to 1) in per cent: `92%`. */
export function percent(value: Value): string {
  return isKnown(value) ? `${Math.round(value * 100)}%` : UNKNOWN;
}

/** A size in bytes for people: `38.2 MB`. */
export function bytes(value: Value): string {
  return isKnown(value) ? sizeText(value) : UNKNOWN;
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

function isKnown(value: Value): value is number {
  return value !== null && value !== undefined && Number.isFinite(value);
}

/** A row of an old database: columns in lower case, whole numbers as SQLite holds them (64 bits). */
export type OldRow = Record<string, unknown>;

/** A figure as our layout holds it. `exact` false: what the old row says does not fit, or is not a figure. */
export interface OldFigure {
  stored: number | bigint | null;
  exact: boolean;
}

const INT64 = 2n ** 63n;

/** Unlike `encodeValue` it rounds nothing that the old system had written more precisely. */
export function encodeExactly(scale: number, value: unknown): OldFigure {
  if (value === null || value === undefined) return { stored: null, exact: true };
  if (typeof value === 'bigint') return encodeWhole(BigInt(scale), value);
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return { stored: null, exact: false };
  const scaled = number * scale;
  if (!Number.isFinite(scaled)) return { stored: null, exact: false };
  const rounded = Math.round(scaled);
  return { stored: rounded / scale === number ? rounded : scaled, exact: true };
}

function encodeWhole(scale: bigint, value: bigint): OldFigure {
  const scaled = value * scale;
  if (scaled >= INT64 || scaled < -INT64) return { stored: null, exact: false };
  // A whole number stays one for SQLite only as a BigInt; below 2^53 a double is the same.
  const safe = scaled <= BigInt(Number.MAX_SAFE_INTEGER) && scaled >= BigInt(Number.MIN_SAFE_INTEGER);
  return { stored: safe ? Number(scaled) : scaled, exact: true };
}

/** Naive local ISO time (with a `T` or a space), or one with a zone, in milliseconds; null when it is neither. */
export function timeOf(value: unknown): number | null {
  const parts = typeof value === 'string' ? /^(\d{4})-(\d{2})-(\d{2})[T ]\d{2}:\d{2}/.exec(value) : null;
  if (!parts) return null;
  const [year = 0, month = 0, day = 0] = parts.slice(1).map(Number);
  // `Date.parse` takes 30 February for 2 March.
  if (day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return null;
  const at = Date.parse((value as string).replace(' ', 'T'));
  return Number.isNaN(at) ? null : at;
}

export function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? value : textOfRow(value);
}

/** JSON that keeps what JSON cannot say: large whole numbers and infinities as text, bytes as hexadecimal. */
export function textOfRow(row: unknown): string {
  return JSON.stringify(row, (_key, value: unknown) => {
    if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
    const bytes = bytesOf(value);
    return bytes ?? value;
  });
}

/** `JSON.stringify` has already asked a Buffer for its own form. */
function bytesOf(value: unknown): string | null {
  const held = value as { type?: unknown; data?: unknown } | null;
  if (typeof held !== 'object' || held?.type !== 'Buffer' || !Array.isArray(held.data)) return null;
  return Buffer.from(held.data as number[]).toString('hex');
}

/** Two rows of one agent at one time are kept 1 ms apart: finds the next free millisecond, however many there are. */
export function createPlaces(): {
  /** From `t` on, the first that is not known to be taken. */
  free(key: number, t: number): number;
  take(key: number, t: number): void;
} {
  const taken = new Map<number, Map<number, number>>();
  return {
    free(key, t) {
      const next = taken.get(key);
      let at = t;
      for (let after = next?.get(at); after !== undefined; after = next?.get(at)) at = after;
      // The way is kept short for those who come after.
      if (next && at !== t) next.set(t, at);
      return at;
    },
    take(key, t) {
      const next = taken.get(key) ?? new Map<number, number>();
      taken.set(key, next);
      next.set(t, t + 1);
    },
  };
}

import type { ExactSum, UsageGroup, UsageKey, UsageQuery } from './contract.js';
import type { Database } from './database.js';
import { DAY_MS, dayName, offsetsOf } from './days.js';
import { addSum, emptySum } from './exact.js';
import type { KeptSession, Names } from './names.js';
import { PART, picoOf } from './rows.js';

/** Adds up what counts, by what is asked for. See `Ledger.sums`. */
export function sumsOf(db: Database, names: Names, query: UsageQuery): UsageGroup[] {
  const { by } = query;
  const groups = new Map<string, UsageGroup>();
  for (const piece of piecesOf(db, query)) {
    const session = piece.session === undefined ? null : names.sessionOf(piece.session);
    const model = piece.kind === undefined ? null : names.kindOf(piece.kind).model;
    if (!isWanted(query, session, model)) continue;
    const { slot: at } = piece;
    const keys: UsageGroup['keys'] = {};
    for (const key of by) {
      if (key === 'day') keys.day = dayName(piece.day ?? 0);
      else if (key === 'model') keys.model = model;
      else keys[key] = session?.[key] ?? null;
    }
    const name = JSON.stringify([at, ...by.map((key) => keys[key] ?? null)]);
    let group = groups.get(name);
    if (group === undefined) groups.set(name, (group = { keys, ...(at === undefined ? {} : { at }), sum: emptySum() }));
    addSum(group.sum, sumOf(piece));
  }
  return [...groups.values()].sort((one, other) => compare(one, other, by));
}

/** All of it as one. */
export function totalOf(db: Database, names: Names, query: Omit<UsageQuery, 'by' | 'step' | 'tz'>): ExactSum {
  return sumsOf(db, names, { ...query, by: [] })[0]?.sum ?? emptySum();
}

/** A sum of those responses that have session, kind and time in common, as far as that matters. */
interface Piece {
  session?: number;
  kind?: number;
  /** Of its time zone, counted from the epoch. */
  day?: number;
  /** Milliseconds since the epoch: the beginning of its piece of time. */
  slot?: number;
  responses: number;
  input: number;
  output: number;
  cache_read: number;
  cache_write_5m: number;
  cache_write_1h: number;
  reasoning: number;
  web_searches: number;
  cost_high: number;
  cost_low: number;
  reported_high: number;
  reported_low: number;
  unpriced_responses: number;
  unpriced_tokens: number;
}

const TOTAL = 'input + output + cache_read + cache_write_5m + cache_write_1h';
const COUNTS = ['input', 'output', 'cache_read', 'cache_write_5m', 'cache_write_1h', 'reasoning', 'web_searches'];
// Each part by itself: the sum of costs may be more than 64 bits hold, the sum of its parts is not.
const SUMS = [
  'count(*) AS responses',
  ...COUNTS.map((name) => `sum(${name}) AS ${name}`),
  `ifnull(sum(cost_pico / ${PART}), 0) AS cost_high, ifnull(sum(cost_pico % ${PART}), 0) AS cost_low`,
  `ifnull(sum(cost_pico / ${PART}) FILTER (WHERE basis = 'reported'), 0) AS reported_high`,
  `ifnull(sum(cost_pico % ${PART}) FILTER (WHERE basis = 'reported'), 0) AS reported_low`,
  'count(*) FILTER (WHERE cost_pico IS NULL) AS unpriced_responses',
  `ifnull(sum(${TOTAL}) FILTER (WHERE cost_pico IS NULL), 0) AS unpriced_tokens`,
].join(', ');

const OF_SESSION = ['runtime', 'agent', 'project', 'session'] as const;

/** Few names and many responses: the database adds up by the numbers that stand for names, the rest is done with names. */
function piecesOf(db: Database, query: UsageQuery): Iterable<Piece> {
  const { by, step } = query;
  const columns: string[] = [];
  if (OF_SESSION.some((key) => by.includes(key)) || query.runtime || query.agent || query.session)
    columns.push('session');
  if (by.includes('model') || query.model !== undefined) columns.push('kind');
  if (by.includes('day')) columns.push(`${floored(localTime(db, query.tz ?? 'UTC'), DAY_MS)} / ${DAY_MS} AS day`);
  if (step !== undefined) columns.push(`${floored('at', step)} AS slot`);
  const conditions = ['counted = 1'];
  if (query.since !== undefined) conditions.push('at >= @since');
  if (query.until !== undefined) conditions.push('at < @until');
  const groups = columns.map((_, index) => index + 1);
  const grouped = groups.length === 0 ? '' : `GROUP BY ${groups.join(', ')}`;
  const sql = `SELECT ${[...columns, SUMS].join(', ')} FROM usage_responses WHERE ${conditions.join(' AND ')} ${grouped}`;
  const pieces = db.prepare(sql).all({ since: query.since, until: query.until }) as Piece[];
  // Without groups there is always one row, also of nothing.
  return pieces.filter(({ responses }) => responses > 0);
}

/** SQLite rounds towards zero. */
function floored(at: string, step: number): string {
  return `(${at} - (${at} % ${step} + ${step}) % ${step})`;
}

/** What clocks show, as if that were UTC. */
function localTime(db: Database, tz: string): string {
  const range = db.prepare('SELECT min(at) AS since, max(at) AS until FROM usage_responses').get() as Range;
  const offsets = offsetsOf(tz, range.since ?? 0, range.until ?? 0);
  const [first = { offset: 0 }, ...changes] = offsets;
  const cases = changes.toReversed().map(({ from, offset }) => `WHEN at >= ${from} THEN ${offset}`);
  return cases.length === 0 ? `(at + ${first.offset})` : `(at + CASE ${cases.join(' ')} ELSE ${first.offset} END)`;
}

interface Range {
  since: number | null;
  until: number | null;
}

function isWanted(query: UsageQuery, session: KeptSession | null, model: string | null): boolean {
  if (query.model !== undefined && query.model !== model) return false;
  return (['runtime', 'agent', 'session'] as const).every(
    (key) => query[key] === undefined || query[key] === session?.[key],
  );
}

function sumOf(piece: Piece): ExactSum {
  const written = piece.cache_write_5m + piece.cache_write_1h;
  return {
    responses: piece.responses,
    input: piece.input,
    output: piece.output,
    cache_read: piece.cache_read,
    cache_write: written,
    cache_write_1h: piece.cache_write_1h,
    reasoning: piece.reasoning,
    total: piece.input + piece.output + piece.cache_read + written,
    web_searches: piece.web_searches,
    cost_pico: picoOf(piece.cost_high, piece.cost_low),
    reported_pico: picoOf(piece.reported_high, piece.reported_low),
    unpriced_responses: piece.unpriced_responses,
    unpriced_tokens: piece.unpriced_tokens,
  };
}

function compare(one: UsageGroup, other: UsageGroup, by: readonly UsageKey[]): number {
  if (one.at !== other.at) return (one.at ?? 0) - (other.at ?? 0);
  for (const key of by) {
    const [a, b] = [one.keys[key] ?? '', other.keys[key] ?? ''];
    if (a !== b) return a < b ? -1 : 1;
  }
  return 0;
}

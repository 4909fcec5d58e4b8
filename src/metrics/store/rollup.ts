import type { MetricScope } from '../../protocol/index.js';
import { type Breaks, createBreakReader, isBroken } from './breaks.js';
import type { Database } from './database.js';
import { metaNumber, setMeta } from './meta.js';
import { type Metric, metricsOf } from './registry.js';
import { breathe, type Pause, workInSlices } from './slices.js';
import { insertInto, rollupColumns, rollupExpression, tableOf } from './schema.js';
import { FINER, floorTo, ROLLUP_TIERS, type RollupTier, TIER_MS } from './tiers.js';

/** One metric inside one bucket, in stored units. `n` 0: nothing was measured and the rest means nothing. */
interface Bucket {
  sum: number;
  n: number;
  min: number;
  max: number;
  last: number;
  /** Counters: how much was added, over resets, the step from the value before the bucket included. */
  inc: number;
}

const ROWS_A_STEP = 200;
const SLICE_MS = 8;
/** How far back the value before a bucket is looked for: an hour of samples that were not measured. */
const LOOK_BACK = 60;

/** What a counter has grown by: a smaller value than before was counted from 0 again. */
export function increase(before: number | null, now: number): number {
  if (before === null) return 0;
  return now >= before ? now - before : now;
}

/**
 * Rolls up whatever is complete before `until`, tier after tier, in slices of at most about 8 ms of this thread. Work
 * that was cut short is taken up again from the marks in `meta`.
 */
export async function rollUp(db: Database, until: number, pause: Pause = breathe): Promise<void> {
  await workInSlices(db, rollupSteps(db, until), SLICE_MS, pause);
}

/** The same in one go, for a thread that serves nobody. */
export function rollUpAtOnce(db: Database, until: number): void {
  db.transaction(() => {
    for (const _ of rollupSteps(db, until));
  }).immediate();
}

function* rollupSteps(db: Database, until: number): Generator<void> {
  let complete = until;
  for (const tier of ROLLUP_TIERS) {
    const from = metaNumber(db, `rolled_${tier}`);
    if (from === null) return;
    const to = floorTo(complete, TIER_MS[tier]);
    complete = Math.min(complete, Math.max(from, to));
    if (to <= from) continue;
    for (const scope of ['agent', 'system'] as const) {
      const roller = createRoller(db, scope, tier);
      for (const key of scope === 'agent' ? agentKeys(db) : [0]) yield* rollOne(roller, key, from, to);
    }
    setMeta(db, `rolled_${tier}`, to);
    yield;
  }
}

function* rollOne(roller: Roller, key: number, from: number, to: number): Generator<void> {
  for (let cursor: number | null = from; cursor !== null; ) {
    cursor = roller(key, cursor, to);
    yield;
  }
}

/** Rolls the next rows of one agent; returns where to go on, or null when there is nothing left before `to`. */
type Roller = (key: number, from: number, to: number) => number | null;

function createRoller(db: Database, scope: MetricScope, tier: RollupTier): Roller {
  const metrics = metricsOf(scope);
  const width = TIER_MS[tier];
  const read = createReader(db, scope, tier);
  const insert = db.prepare(insertBucket(tableOf(scope, tier), ['agent', 't', 'n', ...metrics.flatMap(rollupColumns)]));
  const ofRaw = FINER[tier] === 'raw';
  const breaksOf = createBreakReader(db, scope, metrics);
  const valuesBefore = createBeforeReader(db, scope);
  return (key, from, to) => {
    const { rows, next } = read(key, from, to);
    const breaks = ofRaw ? breaksOf(key) : null;
    const before = ofRaw && rows.length > 0 ? valuesBefore(key, from, breaks) : [];
    for (let index = 0; index < rows.length; ) {
      const start = index;
      const bucket = floorTo(timeOf(rows[start]), width);
      while (index < rows.length && timeOf(rows[index]) < bucket + width) index += 1;
      const some = rows.slice(start, index);
      const last = start === 0 ? from - 1 : timeOf(rows[start - 1]);
      const { n, buckets } = ofRaw ? foldRaw(some, metrics, { before, breaks, last }) : foldRolled(some, metrics);
      insert.run(key, bucket, n, ...metrics.flatMap((metric, at) => encodeBucket(metric, buckets[at], n)));
    }
    return next;
  };
}

/** A bucket that is made again, when some of its rows are retired already, never replaces one made of more. */
function insertBucket(table: string, columns: string[]): string {
  const values = columns.map((column) => `${column} = excluded.${column}`).join(', ');
  const insert = insertInto(table, columns, 'INSERT');
  return `${insert} ON CONFLICT (agent, t) DO UPDATE SET ${values} WHERE excluded.n >= ${table}.n`;
}

type Row = (number | null)[];

/** Reads rows of whole buckets from the finer tier, about a step's worth; `next`: where the rest begins. */
function createReader(db: Database, scope: MetricScope, tier: RollupTier) {
  const finer = FINER[tier];
  const width = TIER_MS[tier];
  const columns = finer === 'raw' ? rawFigures(metricsOf(scope)) : rolledFigures(metricsOf(scope));
  const page = db
    .prepare(
      `SELECT t, ${columns.join(', ')} FROM ${tableOf(scope, finer)} WHERE agent = ? AND t >= ? AND t < ? ORDER BY t LIMIT ?`,
    )
    .raw();
  return (key: number, from: number, to: number): { rows: Row[]; next: number | null } => {
    const rows = page.all(key, from, to, ROWS_A_STEP) as Row[];
    if (rows.length < ROWS_A_STEP) return { rows, next: null };
    const open = floorTo(timeOf(rows.at(-1)), width);
    const whole = rows.filter((row) => timeOf(row) < open);
    if (whole.length > 0) return { rows: whole, next: open };
    // Samples so dense that one bucket fills the page: it is read whole.
    const end = Math.min(to, open + width);
    return { rows: page.all(key, from, end, -1) as Row[], next: end < to ? end : null };
  };
}

function timeOf(row: Row | undefined): number {
  return row?.[0] ?? 0;
}

type Folded = { n: number; buckets: Bucket[] };

/** What is known of the time before some rows; `before` goes on from row to row. */
interface Past {
  before: Row;
  breaks: Breaks | null;
  /** Time of the row before. */
  last: number;
}

function foldRaw(rows: Row[], metrics: readonly Metric[], { before, breaks, last }: Past): Folded {
  const buckets = metrics.map((metric, at) => {
    const bucket = emptyBucket();
    let then = last;
    for (const row of rows) {
      if (breaks !== null && isBroken(breaks, at, then, timeOf(row))) before[at] = null;
      then = timeOf(row);
      const value = row[at + 1];
      if (value === null || value === undefined) continue;
      addValue(bucket, value, metric.kind === 'counter' ? increase(before[at] ?? null, value) : 0);
      before[at] = value;
    }
    return bucket;
  });
  return { n: rows.length, buckets };
}

function foldRolled(rows: Row[], metrics: readonly Metric[]): Folded {
  const buckets = metrics.map(emptyBucket);
  let n = 0;
  for (const row of rows) {
    n += row[1] ?? 0;
    for (const [at, bucket] of buckets.entries()) {
      const [sum, count, min, max, last, inc] = row.slice(2 + at * 6, 8 + at * 6) as number[];
      if (count)
        mergeBucket(bucket, { sum: sum ?? 0, n: count, min: min ?? 0, max: max ?? 0, last: last ?? 0, inc: inc ?? 0 });
    }
  }
  return { n, buckets };
}

/** A bucket in which nothing was measured. */
function emptyBucket(): Bucket {
  return { sum: 0, n: 0, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY, last: 0, inc: 0 };
}

/** Adds one measured value. */
function addValue(bucket: Bucket, value: number, inc: number): void {
  mergeBucket(bucket, { sum: value, n: 1, min: value, max: value, last: value, inc });
}

/** Adds a bucket that is not older than what is already in. */
function mergeBucket(bucket: Bucket, later: Bucket): void {
  bucket.sum += later.sum;
  bucket.n += later.n;
  if (later.min < bucket.min) bucket.min = later.min;
  if (later.max > bucket.max) bucket.max = later.max;
  bucket.last = later.last;
  bucket.inc += later.inc;
}

/** The columns of a bucket; what follows from another column is null (see `rollupExpression`). */
function encodeBucket(metric: Metric, bucket: Bucket | undefined, rows: number): (number | null)[] {
  const counter = metric.kind === 'counter';
  if (!bucket || bucket.n === 0) return counter ? Array(6).fill(null) : Array(5).fill(null);
  const { sum, n, min, max, last, inc } = bucket;
  const columns = [
    sum,
    n === rows ? null : n,
    min === max && sum / n === min ? null : min,
    max === min ? null : max,
    last === max ? null : last,
  ];
  return counter ? [...columns, inc] : columns;
}

function rawFigures(metrics: readonly Metric[]): string[] {
  return metrics.map(({ name }) => name);
}

function rolledFigures(metrics: readonly Metric[]): string[] {
  const figures = ['sum', 'n', 'min', 'max', 'last'] as const;
  return [
    'n',
    ...metrics.flatMap((metric) => [
      ...figures.map((figure) => rollupExpression(metric, figure)),
      metric.kind === 'counter' ? rollupExpression(metric, 'inc') : '0',
    ]),
  ];
}

/**
 * Reads the last known value of each metric before a moment, from raw samples of its present source; null where the last hour
 * of them has none. `breaks`: of all metrics of the scope.
 */
export function createBeforeReader(
  db: Database,
  scope: MetricScope,
): (key: number, t: number, breaks: Breaks | null) => (number | null)[] {
  const metrics = metricsOf(scope);
  const rows = db
    .prepare(
      `SELECT t, ${rawFigures(metrics).join(', ')} FROM ${tableOf(scope, 'raw')} WHERE agent = ? AND t < ? ORDER BY t DESC LIMIT ?`,
    )
    .raw();
  return (key, t, breaks) => {
    const values: (number | null)[] = metrics.map(() => null);
    // Most often the row before says everything.
    for (const limit of [1, LOOK_BACK]) {
      for (const row of rows.all(key, t, limit) as (number | null)[][]) {
        for (const [at, value] of row.slice(1).entries()) {
          if (breaks === null || !isBroken(breaks, at, timeOf(row), t - 1)) values[at] ??= value;
        }
      }
      if (metrics.every((metric, at) => metric.kind !== 'counter' || values[at] !== null)) break;
    }
    return values;
  };
}

function agentKeys(db: Database): number[] {
  return db.prepare('SELECT id FROM agents ORDER BY id').pluck().all() as number[];
}

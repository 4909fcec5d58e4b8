import type { MetricScope } from '../../protocol/index.js';
import { type Breaks, createBreakReader, isBroken } from '../store/breaks.js';
import type { Database } from '../store/database.js';
import { metaNumber } from '../store/meta.js';
import { type Metric, metricsOf } from '../store/registry.js';
import { createBeforeReader, increase } from '../store/rollup.js';
import { type Figure, rollupExpression, tableOf } from '../store/schema.js';
import { FINER, type RollupTier, type Tier, TIER_MS } from '../store/tiers.js';

/** How many values become one. `inc`: what a counter has grown by. */
export type Folding = 'avg' | 'min' | 'max' | 'sum' | 'last' | 'count' | 'inc';

/** Buckets of one metric, in stored units. Where `n` is 0 nothing was measured. */
export interface Cells {
  value: Float64Array;
  n: Float64Array;
  /** Until when the rows of a bucket reach: an open bucket is not yet full. */
  reach: Float64Array;
}

/** The range to fold, cut into equal buckets. */
export interface Span {
  tier: Tier;
  start: number;
  end: number;
  /** Infinity: one bucket takes all. */
  stepMs: number;
  buckets: number;
}

/** What is folded, and how. */
export interface FoldTask {
  db: Database;
  scope: MetricScope;
  metrics: readonly Metric[];
  folding: Folding;
}

export function emptyCells(buckets: number): Cells {
  const array = () => new Float64Array(buckets);
  return { value: array(), n: array(), reach: array() };
}

/**
 * Folds the rows of one agent (0: the system) into cells, one per metric. What a tier does not hold yet is taken from the
 * finer ones, down to raw, so that the newest buckets are complete as well.
 */
export function createFolder(task: FoldTask & { span: Span }) {
  const { db, metrics, folding, span } = task;
  const parts = partsOf(db, span).map(({ tier, from, to }) => {
    const read = tier === 'raw' ? rawReader(task) : rollupReader(task, tier);
    const width = tier === 'raw' ? (metaNumber(db, 'collect_interval') ?? 60_000) : TIER_MS[tier];
    return { from, to, read, width };
  });
  const add = ADD[folding];
  const many = metrics.length;
  return (key: number, cells: readonly Cells[]): void => {
    for (const { from, to, read, width } of parts) {
      for (const row of read(key, from, to)) {
        const t = row[0] as number;
        const bucket = span.stepMs === Number.POSITIVE_INFINITY ? 0 : Math.floor((t - span.start) / span.stepMs);
        for (let at = 0; at < many; at += 1) {
          const value = row[2 + at];
          if (value === null || value === undefined) continue;
          add(cells[at] as Cells, bucket, value, row[2 + many + at] ?? row[1] ?? 1, t + width);
        }
      }
    }
  };
}

/**
 * t, the number of samples in the row, the figure of each metric (null: not measured), and where numbers matter that of
 * each metric (null: as many as the row has).
 */
type Row = (number | null)[];
type Reader = (key: number, from: number, to: number) => Row[];

/** The tier as far as it is complete, then the finer ones, each from where the coarser ends. */
export function partsOf(
  db: Database,
  { tier, start, end }: Pick<Span, 'tier' | 'start' | 'end'>,
): { tier: Tier; from: number; to: number }[] {
  const parts: { tier: Tier; from: number; to: number }[] = [];
  let from = start;
  for (let next: Tier = tier; ; next = FINER[next]) {
    const to = next === 'raw' ? end : Math.min(end, metaNumber(db, `rolled_${next}`) ?? start);
    if (to > from) {
      parts.push({ tier: next, from, to });
      from = to;
    }
    if (next === 'raw') return parts;
  }
}

const FIGURES: Record<Folding, Figure> = {
  avg: 'sum',
  sum: 'sum',
  count: 'sum',
  min: 'min',
  max: 'max',
  last: 'last',
  inc: 'inc',
};

function rollupReader({ db, scope, metrics, folding }: FoldTask, tier: RollupTier): Reader {
  const figures = metrics.map((metric) =>
    folding === 'inc' && metric.kind !== 'counter' ? 'NULL' : rollupExpression(metric, FIGURES[folding]),
  );
  const numbers = folding === 'avg' || folding === 'count' ? metrics.map(({ name }) => `${name}_n`) : [];
  const rows = rowsOf(db, scope, tier, ['t', 'n', ...figures, ...numbers]);
  return (key, from, to) => rows.all(key, from, to) as Row[];
}

function rawReader({ db, scope, metrics, folding }: FoldTask): Reader {
  const rows = rowsOf(db, scope, 'raw', ['t', '1', ...metrics.map(({ name }) => name)]);
  if (folding !== 'inc') return (key, from, to) => rows.all(key, from, to) as Row[];
  const places = metrics.map((metric) => metricsOf(scope).indexOf(metric));
  const breaksOf = createBreakReader(db, scope, metricsOf(scope));
  const valuesBefore = createBeforeReader(db, scope);
  return (key, from, to) => {
    const breaks = breaksOf(key);
    const known = valuesBefore(key, from, breaks);
    const before = places.map((place) => known[place] ?? null);
    const some = breaks && places.map((place) => breaks[place] ?? []);
    return increases(rows.all(key, from, to) as Row[], before, some, from - 1);
  };
}

function rowsOf(db: Database, scope: MetricScope, tier: Tier, columns: string[]) {
  const table = tableOf(scope, tier);
  return db.prepare(`SELECT ${columns.join(', ')} FROM ${table} WHERE agent = ? AND t >= ? AND t < ? ORDER BY t`).raw();
}

/** Replaces each value by what it has grown since the one before. */
function increases(rows: Row[], before: Row, breaks: Breaks | null, from: number): Row[] {
  let last = from;
  for (const row of rows) {
    const t = row[0] ?? 0;
    for (let at = 0; at < before.length; at += 1) {
      if (breaks !== null && isBroken(breaks, at, last, t)) before[at] = null;
      const value = row[2 + at];
      if (value === null || value === undefined) continue;
      row[2 + at] = increase(before[at] ?? null, value);
      before[at] = value;
    }
    last = t;
  }
  return rows;
}

/** Called for every value of every row: nothing is made for a call. */
type Add = (cells: Cells, bucket: number, value: number, n: number, reach: number) => void;

const addUp: Add = (cells, bucket, value, n, reach) => {
  cells.value[bucket] = (cells.value[bucket] ?? 0) + value;
  count(cells, bucket, n, reach);
};

const keepIf =
  (better: (value: number, held: number) => boolean): Add =>
  (cells, bucket, value, n, reach) => {
    if (!cells.n[bucket] || better(value, cells.value[bucket] ?? 0)) cells.value[bucket] = value;
    count(cells, bucket, n, reach);
  };

const ADD: Record<Folding, Add> = {
  avg: addUp,
  sum: addUp,
  inc: addUp,
  count: (cells, bucket, _, n, reach) => addUp(cells, bucket, n, n, reach),
  min: keepIf((value, held) => value < held),
  max: keepIf((value, held) => value > held),
  last: (cells, bucket, value, n, reach) => {
    if (reach >= (cells.reach[bucket] ?? 0)) cells.value[bucket] = value;
    count(cells, bucket, n, reach);
  },
};

function count(cells: Cells, bucket: number, n: number, reach: number): void {
  cells.n[bucket] = (cells.n[bucket] ?? 0) + n;
  if (reach > (cells.reach[bucket] ?? 0)) cells.reach[bucket] = reach;
}

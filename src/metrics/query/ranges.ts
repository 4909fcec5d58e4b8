import { type Cells, createFolder, emptyCells, type FoldTask, type Folding } from './fold.js';
import { planQuery } from './plan.js';
import type { Metric } from '../store/registry.js';

/**
 * One figure per metric over a whole range, for each agent: its average, last value, growth … null: nothing was measured.
 */
export function createRangeReader(
  task: FoldTask,
  range: { since: number; until: number },
): (key: number) => (number | null)[] {
  const { db, metrics, folding } = task;
  const plan = planQuery(db, { ...range, step: 'auto' });
  // One bucket of the whole range; raw samples are taken exactly, rollups by whole buckets.
  const span = { ...plan, stepMs: Number.POSITIVE_INFINITY, buckets: 1 };
  const fold = createFolder({ ...task, span });
  return (key) => {
    const cells = metrics.map(() => emptyCells(1));
    fold(key, cells);
    return metrics.map((metric, at) => figureOf(metric, folding, cells[at]));
  };
}

function figureOf({ scale }: Metric, folding: Folding, cells: Cells | undefined): number | null {
  const n = cells?.n[0] ?? 0;
  const value = cells?.value[0] ?? 0;
  if (n === 0) return null;
  if (folding === 'count') return value;
  return (folding === 'avg' ? value / n : value) / scale;
}

import { type AlertTarget, isoOf } from '../../protocol/index.js';
import type { Outbox, TargetRecord } from './outbox.js';
import { shownTarget, type Target } from './target.js';

/** A message that waits for longer makes its target a problem, in milliseconds. */
const LATE_MS = 10 * 60_000;

interface Queue {
  oldest: number;
  count: number;
}

/** What waits, by the name of its target. */
export function queuesByTarget(outbox: Outbox | null): Map<string, Queue> {
  return new Map(outbox?.queues().map(({ target, oldest, count }) => [target, { oldest, count }]));
}

/** A target with what is known of its deliveries. `waiting`: messages; null: not known, because there is no database. */
export function rowOf(target: Target, record: TargetRecord | null, waiting: number | null): AlertTarget {
  return {
    ...shownTarget(target),
    off: record?.off ?? null,
    waiting,
    last_success_at: timeOf(record?.last_success_at),
    last_error_at: timeOf(record?.last_error_at),
    last_error: record?.last_error ?? null,
  };
}

/** What is wrong with a target, in words; null: nothing, or not for long. */
export function problemOf(
  { name }: Target,
  record: TargetRecord | null,
  queue: Queue | undefined,
  now: number,
): string | null {
  if (record?.off) return `target ${name} is off: ${record.off}`;
  const isLate = queue !== undefined && now - queue.oldest > LATE_MS;
  return isLate && record?.last_error ? `target ${name} is not reached: ${record.last_error}` : null;
}

function timeOf(time: number | null | undefined): string | null {
  return time === null || time === undefined ? null : isoOf(time);
}

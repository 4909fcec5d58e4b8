import type { Agent, AgentStatus } from '../protocol/index.js';

/** Loudest trouble first: the order in which agents are listed. */
export const TROUBLE_FIRST: readonly AgentStatus[] = [
  'error',
  'waiting',
  'stale',
  'busy',
  'active',
  'idle',
  'offline',
  'unknown',
];

/** Where a status stands in the order of trouble, 0 the loudest. A status that nobody knows comes last. */
export function troubleRank(status: AgentStatus): number {
  const rank = TROUBLE_FIRST.indexOf(status);
  return rank === -1 ? TROUBLE_FIRST.length : rank;
}

/** Compares agents: trouble first, equals by id. */
export function byTrouble(
  a: Pick<Agent, 'id' | 'normalized_status'>,
  b: Pick<Agent, 'id' | 'normalized_status'>,
): number {
  return troubleRank(a.normalized_status) - troubleRank(b.normalized_status) || (a.id < b.id ? -1 : 1);
}

/** What a row is sorted by; null where it is not known. */
export type SortValue = number | string | null;

/** Compares values of one column, texts without regard to case. `turn` -1 turns the order around; null is last in both. */
function compareValues(a: SortValue, b: SortValue, turn: 1 | -1): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  if (typeof a === 'number' && typeof b === 'number') return (a - b) * turn;
  const [x, y] = [String(a).toLowerCase(), String(b).toLowerCase()];
  return x === y ? 0 : (x < y ? -1 : 1) * turn;
}

/** Rows sorted by one column; equals by id, upwards in both directions. */
export function sortRows<T extends { id: string }>(
  rows: readonly T[],
  valueOf: (row: T) => SortValue,
  descending: boolean,
): T[] {
  const turn = descending ? -1 : 1;
  return rows
    .map((row) => ({ row, value: valueOf(row) }))
    .sort((a, b) => compareValues(a.value, b.value, turn) || (a.row.id < b.row.id ? -1 : 1))
    .map(({ row }) => row);
}

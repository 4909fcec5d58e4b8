import type { ListState, Model, Tab } from './model.js';

/** What of a list is shown. */
export interface Window {
  /** Index of the item under the cursor; -1 in an empty list. */
  index: number;
  /** First shown item. */
  top: number;
}

/** The item under the cursor and the part that is shown, for the items as they are now. */
export function windowOf(list: ListState, keys: readonly string[], height: number): Window {
  if (keys.length === 0) return { index: -1, top: 0 };
  const found = list.cursor === null ? -1 : keys.indexOf(list.cursor);
  // An item that is gone leaves the cursor where it was.
  const index = found === -1 ? Math.min(list.index, keys.length - 1) : found;
  const rows = Math.max(1, height);
  const near = Math.max(index - rows + 1, Math.min(list.top, index));
  return { index, top: Math.max(0, Math.min(near, keys.length - rows)) };
}

/** The list after its cursor went `by` items down (negative: up). */
export function moveCursor(list: ListState, keys: readonly string[], height: number, by: number): ListState {
  const { index, top } = windowOf(list, keys, height);
  const next = Math.max(0, Math.min(keys.length - 1, index + by));
  return setCursor({ ...list, top }, keys, height, next);
}

/** The list with its cursor on the item of that index. */
export function setCursor(list: ListState, keys: readonly string[], height: number, index: number): ListState {
  const cursor = keys[index] ?? null;
  const placed = { ...list, cursor, index: Math.max(0, index) };
  return { ...placed, top: windowOf(placed, keys, height).top };
}

/** A list that the dashboard shows: which rows, and where its cursor is. */
export interface Listed<Row> {
  /** The tab under which its cursor and filter are kept. */
  name: Tab;
  /** The rows that pass filter and choice, in their order. */
  rows(model: Model): readonly Row[];
  /** What a row is known by while rows come, go and change places. */
  key(row: Row): string;
  /** The cursor, where it is not simply the one that is kept. */
  state?(model: Model): ListState;
}

/** Keys of the rows, in their order. */
export function keysOf<Row>(list: Listed<Row>, model: Model): string[] {
  return list.rows(model).map((row) => list.key(row));
}

/** Cursor and filter of a list. */
export function stateOf<Row>(list: Listed<Row>, model: Model): ListState {
  return list.state?.(model) ?? model.lists[list.name];
}

/** The row under the cursor. */
export function atCursor<Row>(list: Listed<Row>, model: Model): Row | null {
  return list.rows(model)[windowOf(stateOf(list, model), keysOf(list, model), 1).index] ?? null;
}

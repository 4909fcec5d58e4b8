import type { ListState } from './model.js';

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

import { type Line, line } from '../draw/lines.js';
import { windowOf } from '../list.js';
import type { ListState, Size } from '../model.js';

/** The part of a text that is shown: its cursor is its first shown line. Says when there is more below. */
export function scrolled(lines: readonly Line[], state: ListState, size: Size): Line[] {
  const { index } = windowOf(state, keysOf(lines), size.rows);
  const top = Math.max(0, Math.min(index, lines.length - size.rows));
  const shown = lines.slice(top, top + size.rows);
  const hidden = lines.length - top - shown.length;
  if (hidden > 0) shown[shown.length - 1] = line(['dim', ` ▼ ${hidden + 1} more lines (↓)`]);
  return shown;
}

/** Keys of the lines of a text, for its cursor. */
export function keysOf(lines: readonly unknown[]): string[] {
  return lines.map((_, index) => String(index));
}

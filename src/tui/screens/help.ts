import { bindingsOf, keySign } from '../keys.js';
import { BLANK, cell, type Line, line } from '../lines.js';
import type { Model, ScreenName, Size } from '../model.js';
import { PALETTE_HELP } from '../palette.js';
import type { Screen } from './screen.js';
import { windowOf } from '../list.js';

/** The keys of the screen that it was opened from, printed from the key table. */
export const help: Screen = {
  title: () => 'keys',
  body(model, size) {
    const lines = helpLines(model);
    const { top } = scrolled(model, lines.length, size);
    return lines.slice(top, top + size.rows);
  },
  list: {
    keys: (model) => helpLines(model).map((_, index) => String(index)),
    height: (_, size) => size.rows,
    top: () => 0,
  },
};

/** The cursor of a text is its first shown line. */
function scrolled(model: Model, count: number, size: Size): { top: number } {
  const keys = Array.from({ length: count }, (_, index) => String(index));
  const { index } = windowOf(model.lists.detail, keys, size.rows);
  return { top: Math.max(0, Math.min(index, count - size.rows)) };
}

function helpLines(model: Model): Line[] {
  const from: ScreenName = model.trail.at(-1) ?? 'overview';
  const here = bindingsOf(model, from);
  const own = here.filter(({ screens }) => screens !== undefined);
  const global = here.filter(({ screens }) => screens === undefined);
  const rows = (bindings: typeof here) =>
    bindings.map(
      ({ keys, help: text }): Line => ({
        spans: ['  ', ...cell(keys.slice(0, 3).map(keySign).join(' '), 14, 'key'), text],
      }),
    );
  return [
    line(['strong', ` ${from}`]),
    ...rows(own),
    BLANK,
    line(['strong', ' everywhere']),
    ...rows(global),
    BLANK,
    line(['strong', ' commands after :']),
    ...PALETTE_HELP.map(([usage, text]): Line => ({ spans: ['  ', ...cell(usage, 26, 'key'), text] })),
    BLANK,
    line(['strong', ' glyphs']),
    line('  ● active  ◐ busy  ○ idle  ✕ error  ◌ stale  ⏻ offline  · unknown'),
    line('  tasks: ○ pending  ◐ in progress  ✓ completed  ✕ failed  ⊘ blocked  → delegated'),
  ];
}

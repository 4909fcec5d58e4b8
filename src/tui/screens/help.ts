import { keySign } from '../draw/key-signs.js';
import { bindingsOf } from '../keys.js';
import { AGENT_LEGEND } from '../draw/legend.js';
import { BLANK, cell, type Line, line } from '../draw/lines.js';
import type { Model, ScreenName } from '../model.js';
import { PALETTE_HELP } from '../palette.js';
import type { Screen } from './screen.js';
import { keysOf, scrolled } from './text.js';

/** The keys of the screen that it was opened from, printed from the key table. */
export const help: Screen = {
  title: () => 'keys',
  ofItself: true,
  body: (model, size) => scrolled(helpLines(model), model.lists.detail, size),
  list: { keys: (model) => keysOf(helpLines(model)), height: (_, size) => size.rows, top: () => 0, text: true },
};

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
    line(`  ${AGENT_LEGEND}`),
    line('  tasks: ○ pending  ◐ in progress  ✓ completed  ✕ failed  ⊘ blocked  → delegated'),
  ];
}

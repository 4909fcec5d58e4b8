import { cleanText, widthOf } from '../../base/text.js';
import { type Need, needsOf } from '../../view/index.js';
import { signSpan } from '../draw/glyphs.js';
import { cell, type Line, line } from '../draw/lines.js';
import type { Model } from '../model.js';

/** More than these are for the screens of agents and alerts. */
const MOST = 12;

/** Alerts and agents that a person has to see to. */
export function needsIn({ data }: Model): Need[] {
  return needsOf(data.view.agents.values(), data.view.alerts.values(), data.now);
}

/** Each with why and since when, in so many lines below the head; of more the head says where they are. */
export function troubleLines(needs: readonly Need[], width: number, room: number): Line[] {
  if (needs.length === 0) return [line(['strong', ' NEEDS A PERSON'], '  0'), line(['good', ' ✓ '], 'nobody')];
  const shown = needs.slice(0, Math.max(1, Math.min(MOST, room)));
  // Names of runtimes' agents are long; between name and reason stands a blank.
  const name = Math.min(24, Math.max(13, ...shown.map(({ who }) => widthOf(cleanText(who)))));
  const rest = needs.length - shown.length;
  const more = rest === 0 ? '' : `   ${rest} more on screens 2 and 8`;
  return [
    line(['strong', ' NEEDS A PERSON'], `  ${needs.length}`, ['dim', more]),
    ...shown.map(({ sign, who, mark, why }): Line => {
      const text = mark === null ? why : `${mark.glyph} ${why}`;
      const reason = cell(text, Math.max(1, width - name - 6));
      return { spans: [' ', signSpan(sign), ' ', ...cell(who, name, 'strong'), ' ', ...reason] };
    }),
  ];
}

import { cleanText, widthOf } from '../../base/text.js';
import { needsOf } from '../../view/index.js';
import { signSpan } from '../draw/glyphs.js';
import { cell, type Line, line } from '../draw/lines.js';
import type { Model } from '../model.js';

/** Alerts and agents that somebody has to see to, each with why and since when. */
export function troubleLines({ data }: Model, width: number, rows: number): Line[] {
  const { agents, alerts } = data.view;
  const needs = needsOf(agents.values(), alerts.values(), data.now);
  const head = line(['strong', ' NEEDS A PERSON'], `  ${needs.filter(({ counts }) => counts).length}`);
  if (needs.length === 0) return [head, line(['good', ' ✓ '], 'nobody')];
  const room = Math.max(1, Math.min(12, rows - 24));
  const listed = needs.slice(0, room);
  // Names of runtimes' agents are long; between name and reason stands a blank.
  const name = Math.min(24, Math.max(13, ...listed.map(({ who }) => widthOf(cleanText(who)))));
  const shown = listed.map(({ sign, who, mark, why }): Line => {
    const text = mark === null ? why : `${mark.glyph} ${why}`;
    return {
      spans: [
        ' ',
        signSpan(sign),
        ' ',
        ...cell(who, name, 'strong'),
        ' ',
        ...cell(text, Math.max(1, width - name - 6)),
      ],
    };
  });
  const more =
    needs.length > room ? [line(['dim', `   and ${needs.length - room} more (2 and 8 list them first)`])] : [];
  return [head, ...shown, ...more];
}

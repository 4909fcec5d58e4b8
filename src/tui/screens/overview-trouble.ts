import { agentsInNeed, needOf } from '../../view/index.js';
import { agentGlyph } from '../draw/glyphs.js';
import { cell, type Line, line } from '../draw/lines.js';
import type { Model } from '../model.js';

/** Agents in trouble, each with why and since when: who needs somebody. */
export function troubleLines({ data }: Model, width: number, rows: number): Line[] {
  const needs = agentsInNeed(data.view.agents.values());
  const head = line(['strong', ' NEEDS SOMEBODY'], `  ${needs.length}`);
  if (needs.length === 0) return [head, line(['good', ' ✓ '], 'nobody')];
  const room = Math.max(1, Math.min(12, rows - 24));
  const shown = needs.slice(0, room).map((agent): Line => {
    const { sign, why } = needOf(agent, data.now);
    const text = sign === null ? why : `${sign.glyph} ${why}`;
    return {
      spans: [
        ' ',
        agentGlyph(agent.normalized_status),
        ' ',
        ...cell(agent.id, 14, 'strong'),
        ...cell(text, Math.max(1, width - 19)),
      ],
    };
  });
  const more = needs.length > room ? [line(['dim', `   and ${needs.length - room} more (2 lists them first)`])] : [];
  return [head, ...shown, ...more];
}

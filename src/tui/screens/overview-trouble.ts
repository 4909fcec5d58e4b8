import { agentGlyph } from '../draw/glyphs.js';
import { cell, type Line, line } from '../draw/lines.js';
import type { Model } from '../model.js';
import { arrangeAgents, evidenceText } from '../rows/agents.js';

/** Agents in trouble, each with why and since when: who needs somebody. */
export function troubleLines({ data }: Model, width: number, rows: number): Line[] {
  const sorted = arrangeAgents(data.view.agents.values(), '', { column: 'status', descending: false });
  const inTrouble = sorted.filter(
    ({ normalized_status: status, warnings }) => status === 'error' || status === 'stale' || warnings.length > 0,
  );
  const head = line(['strong', ' NEEDS SOMEBODY'], `  ${inTrouble.length}`);
  if (inTrouble.length === 0) return [head, line(['good', ' ✓ '], 'nobody')];
  const room = Math.max(1, Math.min(12, rows - 24));
  const shown = inTrouble.slice(0, room).map((agent): Line => {
    const [warning] = agent.warnings;
    const why = warning ? `⚠ ${warning.file}: ${warning.reason} · ` : '';
    const text = why + evidenceText(agent, data.now);
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
  const more =
    inTrouble.length > room ? [line(['dim', `   and ${inTrouble.length - room} more (2 lists them first)`])] : [];
  return [head, ...shown, ...more];
}

import type { Agent } from '../../protocol/index.js';
import { ago, applyFilter, sortRows } from '../../view/index.js';
import { agentGlyph } from '../draw/glyphs.js';
import { cell, type Line, type Span } from '../draw/lines.js';
import type { Sort } from '../model.js';
import type { Tone } from '../draw/theme.js';
import { AGENT_COLUMNS, type PlacedColumn } from './agent-columns.js';

/** The head of the table, an arrow at the column that sorts. */
export function agentHead(columns: readonly PlacedColumn[], sort: Sort): Line {
  const spans = columns.flatMap(({ name, title, placed, align }): Span[] => {
    const arrow = name === sort.column ? (sort.descending ? '▼' : '▲') : '';
    // The arrow takes the blank that is left of a full column.
    const label = align === 'right' ? title + arrow : arrow === '' ? title : `${title} ${arrow}`;
    const wide =
      align === 'right' && label.length > placed
        ? [...cell(label, placed + 1, arrow ? 'accent' : 'dim', align)]
        : [' ', ...cell(label, placed, arrow ? 'accent' : 'dim', align)];
    return wide;
  });
  return { spans: ['  ', ...spans] };
}

/** How an agent is drawn: at which time, whether under the cursor, and beside what it was before (null: it was not there). */
export interface Look {
  now: number;
  cursor: boolean;
  before: Agent | null;
}

/** One agent as a row; what differs from `before` is shown as changed. The same line until something in it differs. */
export function agentLine(agent: Agent, columns: readonly PlacedColumn[], look: Look): Line {
  const { now, cursor, before } = look;
  const age = ago(agent.last_active, now);
  const known = drawn.get(agent);
  if (known && known.age === age && known.cursor === cursor && known.before === before && known.columns === columns) {
    return known.line;
  }
  const line = drawLine(agent, columns, look);
  drawn.set(agent, { age, cursor, before, columns, line });
  return line;
}

/** An agent is never edited, so that its line can stand as long as it does: one that changes is another object. */
const drawn = new WeakMap<
  Agent,
  { age: string; cursor: boolean; before: Agent | null; columns: readonly PlacedColumn[]; line: Line }
>();

function drawLine(agent: Agent, columns: readonly PlacedColumn[], { now, cursor, before }: Look): Line {
  const [tone, glyph] = agentGlyph(agent.normalized_status) as [Tone, string];
  const quiet = agent.normalized_status === 'unknown' || agent.normalized_status === 'offline';
  const spans = columns.flatMap((column): Span[] => {
    const text = column.text(agent, now);
    const plain = column.tone?.(agent) ?? 'plain';
    const changed = before !== null && before !== agent && column.name !== 'last' && column.text(before, now) !== text;
    const look: Tone = changed
      ? 'changed'
      : quiet && plain === 'plain'
        ? 'dim'
        : cursor && plain === 'plain'
          ? 'strong'
          : plain;
    return [' ', ...cell(text, column.placed, look, column.align)];
  });
  return { spans: [cursor ? ['accent', '▌'] : ' ', [tone, glyph], ...spans], cursor, kept: true };
}

/** Agents as the table shows them: filtered, then sorted; equals by id. */
export function arrangeAgents(agents: Iterable<Agent>, filter: string, sort: Sort): readonly Agent[] {
  const column = AGENT_COLUMNS.find(({ name }) => name === sort.column);
  const kept = applyFilter([...agents], filter, (agent) => [
    agent.id,
    agent.name,
    agent.display_name ?? '',
    agent.role ?? '',
    agent.normalized_status,
  ]);
  return sortRows(kept, (agent) => column?.value(agent) ?? null, sort.descending);
}

/** The sort after a column was asked for: turned around when it sorts already. */
export function sortBy(sort: Sort, name: string): Sort {
  if (sort.column === name) return { column: name, descending: !sort.descending };
  return { column: name, descending: AGENT_COLUMNS.find((column) => column.name === name)?.descending ?? false };
}

import { clockTime, words } from '../../view/index.js';
import { absence, pollOf } from '../link/answers.js';
import { agentGlyph, agentTone } from '../draw/glyphs.js';
import { AGENT_LEGEND } from '../draw/legend.js';
import { beside, BLANK, cell, type Line, line, type Span } from '../draw/lines.js';
import { windowOf } from '../list.js';
import type { Model, Size } from '../model.js';
import { SYSTEM } from '../polls.js';
import { everybody, mapFits, type Room, roomsOf, withoutPlace } from '../lists/office.js';
import { openAgent } from '../go.js';
import { become, say } from '../say.js';
import type { Screen } from './screen.js';

/** Who is where: zones as rooms, or a list where the map does not fit. */
export const office: Screen = {
  title: (model) => (model.office.list ? 'office ▸ list' : 'office ▸ map'),
  tab: { label: 'Office' },
  body(model, size) {
    const rooms = roomsOf(model);
    if (model.office.list || !mapFits(rooms, size)) return listBody(model, size);
    const map = mapLines(model, rooms, size);
    const fill = Array.from({ length: Math.max(0, size.rows - map.length - 2) }, () => BLANK);
    return [...map, ...fill, ...footLines(model)];
  },
  open(model) {
    const { selected } = model.office;
    if (selected === null) return say(model, 'select an agent with the arrow keys', 'plain');
    if (!model.data.view.agents.has(selected))
      return say(model, `${selected} is on the map, but has no agent directory`, 'warn');
    return become(openAgent(model, selected));
  },
  copy: (model) => model.office.selected,
  agent: (model) => model.office.selected,
};

/** How long a move is shown as one. */
const MOVE_MS = 2500;

function mapLines(model: Model, rooms: readonly Room[], size: Size): Line[] {
  const width = Math.floor((size.columns - 2) / 3);
  const height = size.rows - 3;
  const columns = [0, 1, 2].map((column) =>
    columnLines(
      model,
      rooms.filter((room) => room.column === column),
      width - 1,
      height,
    ),
  );
  return beside({ lines: columns.map(() => BLANK), width: 1 }, ...columns.map((lines) => ({ lines, width })));
}

/** The rooms of one column below each other; room that is left goes to all of them. */
function columnLines(model: Model, rooms: readonly Room[], width: number, height: number): Line[] {
  const needed = rooms.reduce((sum, { who }) => sum + 2 + Math.max(1, who.length), 0);
  const spare = Math.min(8, Math.max(0, Math.floor((height - needed) / Math.max(1, rooms.length))));
  return rooms.flatMap((room) => roomLines(model, room, width, spare));
}

function roomLines(model: Model, { zone, who }: Room, width: number, spare: number): Line[] {
  const inner = width - 2;
  const title = ` ${words(zone)} `.slice(0, inner - 1);
  const edge = who.length > 0 ? 'plain' : 'dim';
  const top = line(['rule', '╭'], [edge, title], ['rule', `${'─'.repeat(Math.max(0, inner - title.length))}╮`]);
  const inside = who.map((id) => personSpans(model, id, inner));
  const blank = Array.from({ length: Math.max(who.length === 0 ? 1 : 0, spare) }, (): Span[] => cell('', inner));
  const walls = [...inside, ...blank].map((spans): Line => ({ spans: [['rule', '│'], ...spans, ['rule', '│']] }));
  return [top, ...walls, line(['rule', `╰${'─'.repeat(inner)}╯`])];
}

/** Glyph, initials or emoji, and id; somebody who has just come is marked. */
function personSpans(model: Model, id: string, width: number): Span[] {
  const agent = model.data.view.agents.get(id);
  const selected = model.office.selected === id;
  const move = model.data.moves.findLast((each) => each.id === id && model.data.now - each.at < MOVE_MS);
  const initials = agent?.emoji ?? id.slice(0, 1).toUpperCase() + id.slice(1, 2);
  const glyph: Span = agent ? agentGlyph(agent.normalized_status) : ['dim', '·'];
  const tone = agent ? agentTone(agent.normalized_status) : 'dim';
  const came = move ? ` ← ${words(move.from ?? 'nowhere')}` : '';
  return [
    selected ? ['accent', '▌'] : ' ',
    glyph,
    ...cell(initials, 3, tone),
    ...cell(id + came, Math.max(1, width - 5), selected ? 'strong' : move ? 'changed' : agent ? 'plain' : 'dim'),
  ];
}

function listBody(model: Model, size: Size): Line[] {
  const ids = everybody(model);
  if (ids.length === 0) return [line(['dim', '   no agent has a place: the office file is missing or empty'])];
  const height = Math.max(1, size.rows - 2);
  const { top } = windowOf({ cursor: model.office.selected, index: 0, top: 0, filter: '' }, ids, height);
  const rows = ids.slice(top, top + height).map((id): Line => {
    const zone = model.data.view.office?.positions[id]?.zone;
    return {
      spans: [
        ...personSpans(model, id, Math.min(40, size.columns - 2)),
        ' ',
        ['dim', zone === undefined ? 'no place' : words(zone)],
      ],
    };
  });
  const small = !model.office.list ? [line(['dim', ' ▼ the map needs a larger window'])] : [];
  return [...small, ...rows, ...footLines(model).slice(0, 1)].slice(0, size.rows);
}

/** What the office is doing, who has no place, and the last move. */
function footLines(model: Model): Line[] {
  const { office: file } = model.data.view;
  const word = (key: string) => (typeof file?.[key] === 'string' ? words(file[key]) : null);
  const hour = typeof file?.['hour'] === 'number' ? `${String(file['hour']).padStart(2, '0')}:00` : word('hour');
  const description = word('description')?.slice(0, 36) ?? null;
  const parts = [word('state'), hour, description === null ? null : `"${description}"`].filter((part) => part !== null);
  const missing = withoutPlace(model).length;
  const said = file === null ? (absence(pollOf(model.data, SYSTEM)) ?? 'there is no office file') : parts.join(' · ');
  const homeless: Span = missing > 0 ? ['dim', `   ${missing} without a place`] : '';
  const last = model.data.moves.at(-1);
  const moved = last
    ? line(['dim', ` ${clockTime(last.at)} `], last.id, [
        'dim',
        `  ${words(last.from ?? 'nowhere')} → ${words(last.to)}`,
      ])
    : line(['dim', ` ${AGENT_LEGEND}`]);
  return [line(' ', said, homeless), moved];
}

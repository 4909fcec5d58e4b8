import type { Agent } from '../../protocol/index.js';
import type { Model, Size } from '../model.js';

/** A zone as it is drawn: one of three columns, below those with a smaller `y`. */
export interface Room {
  zone: string;
  column: 0 | 1 | 2;
  y: number;
  /** Ids of those in it, agents or not. */
  who: readonly string[];
}

/** Where somebody stands on the drawn map; `row` counts those above in the same column. */
interface Spot {
  id: string;
  column: 0 | 1 | 2;
  row: number;
}

/** Zones that are there although nobody is in them; percent of the map. */
const KNOWN: Record<string, [x: number, y: number]> = {
  content_corner: [15, 15],
  command_center: [15, 50],
  marketing_bay: [85, 15],
  ops_center: [85, 50],
  conference: [50, 50],
  break_area: [50, 85],
};

/** Zones whose place is known, shown when somebody is in them. */
const PLACED: Record<string, [x: number, y: number]> = {
  qa_station: [85, 85],
  content_desk: [30, 20],
  marketing_desk: [70, 20],
};

/** The rooms of the office as its file and the places of its people tell them. */
export function roomsOf(model: Model): Room[] {
  const positions = model.data.view.office?.positions ?? {};
  const zones = new Map<string, { x: number; y: number; who: string[] }>();
  for (const [zone, [x, y]] of Object.entries(KNOWN)) zones.set(zone, { x, y, who: [] });
  for (const [id, place] of Object.entries(positions)) {
    const zone = zones.get(place.zone);
    const [x, y] = PLACED[place.zone] ?? [place.x, place.y];
    if (zone) zone.who.push(id);
    else zones.set(place.zone, { x, y, who: [id] });
  }
  return [...zones]
    .map(([zone, { x, y, who }]): Room => ({ zone, column: x < 37 ? 0 : x <= 63 ? 1 : 2, y, who: who.toSorted() }))
    .toSorted((a, b) => a.column - b.column || a.y - b.y || (a.zone < b.zone ? -1 : 1));
}

/** Those on the map, column by column. */
function spotsOf(rooms: readonly Room[]): Spot[] {
  return [0, 1, 2].flatMap((column) =>
    rooms
      .filter((room) => room.column === column)
      .flatMap(({ who }) => who)
      .map((id, row): Spot => ({ id, column: column as Room['column'], row })),
  );
}

/** Who is next in a direction from the selected one; the first when nobody is selected. */
export function step(rooms: readonly Room[], selected: string | null, direction: string): string | null {
  const spots = spotsOf(rooms);
  const here = spots.find(({ id }) => id === selected);
  if (!here) return spots[0]?.id ?? null;
  if (direction === 'up' || direction === 'down') {
    const all = spots.filter(({ column }) => column === here.column);
    const index = all.indexOf(here) + (direction === 'up' ? -1 : 1);
    return all[(index + all.length) % all.length]?.id ?? here.id;
  }
  const by = direction === 'left' ? -1 : 1;
  for (let column = here.column + by; column >= 0 && column <= 2; column += by) {
    const all = spots.filter((spot) => spot.column === column);
    const near = all[Math.min(here.row, all.length - 1)];
    if (near) return near.id;
  }
  return here.id;
}

/** True when the map fits: three columns of rooms with everybody in them. */
export function mapFits(rooms: readonly Room[], size: Size): boolean {
  if (size.columns < 60) return false;
  return [0, 1, 2].every((column) => {
    const inColumn = rooms.filter((room) => room.column === column);
    const needed = inColumn.reduce((sum, { who }) => sum + 2 + Math.max(1, who.length), 0);
    return needed <= size.rows - 3;
  });
}

/** Agents that the office file gives no place. */
export function withoutPlace(model: Model): Agent[] {
  const positions = model.data.view.office?.positions ?? {};
  return [...model.data.view.agents.values()].filter(({ id }) => !Object.hasOwn(positions, id));
}

/** Everybody, for the list: those with a place by zone, then those without. */
export function everybody(model: Model): string[] {
  return [...spotsOf(roomsOf(model)).map(({ id }) => id), ...withoutPlace(model).map(({ id }) => id)];
}

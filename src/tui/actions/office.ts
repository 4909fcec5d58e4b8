import type { Model } from '../model.js';
import { become } from '../say.js';
import { everybody, mapFits, roomsOf, step } from '../lists/office.js';
import { bodySize } from '../view.js';
import { question } from './agents.js';

export const OFFICE_ACTIONS = {
  'office.step': (model: Model, key: string) =>
    become({ ...model, office: { ...model.office, selected: next(model, key) } }),
  'office.list': (model: Model) => become({ ...model, office: { ...model.office, list: !model.office.list } }),
  'agent.move': (model: Model) => {
    const zones = roomsOf(model).map(({ zone }) => zone);
    return question(model, 'agent.move', (id) => `zone for ${id}`, zones);
  },
};

const DIRECTIONS: Record<string, string> = { h: 'left', j: 'down', k: 'up' };

/** On the map the neighbour in that direction, in the list the one above or below. */
function next(model: Model, key: string): string | null {
  const rooms = roomsOf(model);
  const direction = DIRECTIONS[key] ?? key;
  if (!model.office.list && mapFits(rooms, bodySize(model))) return step(rooms, model.office.selected, direction);
  const all = everybody(model);
  const at = model.office.selected === null ? -1 : all.indexOf(model.office.selected);
  const by = direction === 'up' || direction === 'left' ? -1 : 1;
  return all[Math.max(0, Math.min(all.length - 1, at + by))] ?? null;
}

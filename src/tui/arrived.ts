import { isUnread } from '../view/index.js';
import type { Data } from './link/data.js';
import type { Effect, Step } from './effects.js';
import { setCursor, windowOf } from './list.js';
import { type ListState, listName, type Model } from './model.js';
import { laterPast } from './past.js';
import { screenOf } from './screens/index.js';
import { bodySize } from './view.js';

/** New data: cursors are held on their items, and what is critical is reported. */
export function arrived(model: Model, data: Data): Step {
  const effects = model.options.bell ? alarms(model.data, data) : [];
  const next = held({ ...model, data });
  const screen = screenOf(next.screen);
  if (!screen.marks) return { model: next, effects };
  const past = laterPast(next.past, () => screen.marks?.(next, bodySize(next)) ?? [], data.now);
  return { model: past === next.past ? next : { ...next, past }, effects };
}

/** A cursor that was never moved is put on its item too, so that nothing moves away under it. */
function held(model: Model): Model {
  const { list, follows } = screenOf(model.screen);
  if (!list || list.text || follows) return model;
  const name = listName(model);
  const before = model.lists[name];
  const keys = list.keys(model);
  const after = placed(before, keys, list.height(model, bodySize(model)));
  return after === before ? model : { ...model, lists: { ...model.lists, [name]: after } };
}

function placed(state: ListState, keys: readonly string[], height: number): ListState {
  const { index, top } = windowOf(state, keys, height);
  if (index === -1) return state;
  if (keys[index] === state.cursor && index === state.index && top === state.top) return state;
  return setCursor({ ...state, top }, keys, height, index);
}

/** Critical notifications that were not there before; those of the first snapshot are history. */
function alarms(before: Data, after: Data): Effect[] {
  if (before.view.hello === null || before.view.notifications === after.view.notifications) return [];
  const known = new Set(before.view.notifications.map(({ id }) => id));
  return after.view.notifications
    .filter(
      (notification) => notification.level === 'critical' && isUnread(notification) && !known.has(notification.id),
    )
    .map(({ title, message }) => ({ type: 'alarm', text: [title, message].filter(Boolean).join(': ') }));
}

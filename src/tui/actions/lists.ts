import type { Step } from '../effects.js';
import { moveCursor } from '../list.js';
import { listName, type Model } from '../model.js';
import { become, stay } from '../say.js';
import { screenOf } from '../screens/index.js';
import { eventAtCursor, shownEvents } from '../screens/events.js';
import { bodySize } from '../view.js';

export const LIST_ACTIONS = {
  'list.down': (model: Model) => move(model, () => 1),
  'list.up': (model: Model) => move(model, () => -1),
  'list.pageDown': (model: Model) => move(model, (height) => Math.max(1, height - 1)),
  'list.pageUp': (model: Model) => move(model, (height) => -Math.max(1, height - 1)),
  'list.first': (model: Model) => move(model, () => Number.NEGATIVE_INFINITY),
  'list.last': (model: Model) => move(model, () => Number.POSITIVE_INFINITY),
};

function move(model: Model, by: (height: number) => number): Step {
  const { list } = screenOf(model.screen);
  if (!list) return stay(model);
  const keys = list.keys(model);
  const height = list.height(model, bodySize(model));
  // The cursor of a text is its first shown line: beyond the last page there is nothing.
  const stops = isText(model) ? keys.slice(0, Math.max(1, keys.length - height + 1)) : keys;
  const started = model.screen === 'events' && model.events.follow ? atNewest(model) : model;
  const name = listName(started);
  const lists = { ...started.lists, [name]: moveCursor(started.lists[name], stops, height, by(height)) };
  if (model.screen !== 'events') return become({ ...started, lists });
  const follow = lists.events.cursor === keys.at(-1) && by(height) > 0;
  return become({ ...started, lists, events: { ...started.events, follow } });
}

function isText({ screen }: Model): boolean {
  return screen === 'agent' || screen === 'help' || screen === 'record';
}

/** The newest event becomes the one that the cursor stands on. */
function atNewest(model: Model): Model {
  const row = eventAtCursor(model);
  const index = Math.max(0, shownEvents(model).length - 1);
  const list = { ...model.lists.events, cursor: row?.key ?? null, index, top: index };
  return { ...model, lists: { ...model.lists, events: list } };
}

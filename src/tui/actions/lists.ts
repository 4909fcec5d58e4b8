import type { Step } from '../effects.js';
import { moveCursor } from '../list.js';
import { listName, type Model } from '../model.js';
import { become, stay } from '../say.js';
import { screenOf } from '../screens/index.js';
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
  const { list, follows } = screenOf(model.screen);
  if (!list) return stay(model);
  const keys = list.keys(model);
  const height = list.height(model, bodySize(model));
  // The cursor of a text is its first shown line: beyond the last page there is nothing.
  const stops = list.text ? keys.slice(0, Math.max(1, keys.length - height + 1)) : keys;
  const before = follows ? follows.before(model) : model;
  const name = listName(before);
  const moved = moveCursor(before.lists[name], stops, height, by(height));
  const after = { ...before, lists: { ...before.lists, [name]: moved } };
  return become(follows ? follows.after(after, by(height)) : after);
}

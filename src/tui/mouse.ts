import type { Step } from './effects.js';
import type { MouseEvent } from './terminal/input.js';
import { setCursor, windowOf } from './list.js';
import { listName, listOf, type Model, SCREENS } from './model.js';
import { become, stay } from './say.js';
import { screenOf } from './screens/index.js';
import { bodySize, hasTabs, headRows } from './view.js';
import { tabAt } from './chrome/header.js';

/** Wheel and click mean keys, so that a mouse can do nothing that the keyboard cannot. */
export function press(model: Model, event: MouseEvent, key: (model: Model, name: string) => Step): Step {
  if (model.prompt) return stay(model);
  if (event.kind !== 'click') return repeat(model, event.kind, key);
  if (event.y === 1 && hasTabs(model)) {
    const tab = tabAt(model, event.x);
    return tab === null ? stay(model) : key(model, String(SCREENS.indexOf(tab) + 1));
  }
  return pick(model, event.y - headRows(model), key);
}

const WHEEL_STEP = 3;

function repeat(model: Model, name: string, key: (model: Model, name: string) => Step): Step {
  let step = stay(model);
  for (let count = 0; count < WHEEL_STEP; count++) step = key(step.model, name);
  return step;
}

/** A click puts the cursor on an item; a second one opens it. */
function pick(model: Model, y: number, key: (model: Model, name: string) => Step): Step {
  const screen = screenOf(model.screen);
  const { list, follows } = screen;
  if (!list || list.text) return stay(model);
  const size = bodySize(model);
  const keys = list.keys(model);
  const height = list.height(model, size);
  const state = listOf(model);
  const { index, top } = windowOf(state, keys, height);
  const row = y - list.top(model, size);
  const chosen = top + row;
  if (row < 0 || row >= height || chosen >= keys.length) return stay(model);
  if (chosen === index && screen.open) return key(model, 'enter');
  const lists = { ...model.lists, [listName(model)]: setCursor(state, keys, height, chosen) };
  const placed = { ...model, lists };
  return become(follows ? follows.after(placed, 0) : placed);
}

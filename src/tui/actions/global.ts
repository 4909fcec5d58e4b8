import type { Step } from '../effects.js';
import { newEditor } from '../editor.js';
import { filterable, goTo, openScreen } from '../go.js';
import { filterPrompt, listName, listOf, type Model, SCREENS, type Tab, tabOf } from '../model.js';
import { become, say, stay } from '../say.js';
import { screenOf } from '../screens/index.js';

export const GLOBAL_ACTIONS = {
  screen: (model: Model, key: string) => become(goTo(model, SCREENS[Number(key) - 1] ?? 'overview')),
  'screen.next': (model: Model) => become(goTo(model, neighbour(model, 1))),
  'screen.previous': (model: Model) => become(goTo(model, neighbour(model, -1))),
  back: (model: Model) => become(back(model)),
  open: (model: Model) => screenOf(model.screen).open?.(model) ?? stay(model),
  filter: (model: Model) => {
    const shown = filterable(model);
    return become({ ...shown, prompt: filterPrompt(listOf(shown).filter) });
  },
  command: (model: Model) => become({ ...model, prompt: { name: 'command', editor: newEditor(), recall: 0 } }),
  help: (model: Model) => become(model.screen === 'help' ? back(model) : openScreen(model, 'help')),
  refresh: (model: Model) => say(model, 'refreshed', 'plain', [{ type: 'refresh' }]),
  copy: (model: Model) => copy(model),
  suspend: (model: Model): Step => ({ model, effects: [{ type: 'suspend' }] }),
  quit: (model: Model): Step => ({ model, effects: [{ type: 'quit' }] }),
};

function back(model: Model): Model {
  const before = model.trail.at(-1);
  if (before !== undefined) return { ...model, screen: before, trail: model.trail.slice(0, -1) };
  const list = listOf(model);
  if (list.filter !== '') return { ...model, lists: { ...model.lists, [listName(model)]: { ...list, filter: '' } } };
  return screenOf(model.screen).back?.(model) ?? goTo(model, 'overview');
}

function copy(model: Model): Step {
  const text = screenOf(model.screen).copy?.(model) ?? null;
  if (text === null) return say(model, 'there is nothing to copy here', 'plain');
  const shown = text.length > 40 ? `${text.length} characters` : text;
  return say(model, `copied ${shown} (if the terminal allows it)`, 'good', [{ type: 'copy', text }]);
}

function neighbour(model: Model, by: 1 | -1): Tab {
  const index = SCREENS.indexOf(tabOf(model)) + by;
  return SCREENS[(index + SCREENS.length) % SCREENS.length] ?? 'overview';
}

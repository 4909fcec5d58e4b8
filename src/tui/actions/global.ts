import type { Step } from '../effects.js';
import { newEditor } from '../editor.js';
import { filterPrompt, isTab, listOf, type Model, SCREENS, type ScreenName, type Tab, tabOf } from '../model.js';
import { become, say, stay } from '../say.js';
import { screenOf } from '../screens/index.js';
import { agentAtCursor } from '../screens/agents.js';
import { eventAtCursor } from '../screens/events.js';
import { notificationAtCursor } from '../screens/notifications.js';
import { taskAtCursor } from '../screens/tasks.js';

export const GLOBAL_ACTIONS = {
  screen: (model: Model, key: string) => become(goTo(model, SCREENS[Number(key) - 1] ?? 'overview')),
  'screen.next': (model: Model) => become(goTo(model, neighbour(model, 1))),
  'screen.previous': (model: Model) => become(goTo(model, neighbour(model, -1))),
  back: (model: Model) => become(back(model)),
  open: (model: Model) => open(model),
  filter: (model: Model) => {
    const shown = model.screen === 'overview' ? goTo(model, 'agents') : model;
    return become({ ...shown, prompt: filterPrompt(listOf(shown).filter) });
  },
  command: (model: Model) => become({ ...model, prompt: { name: 'command', editor: newEditor(), recall: 0 } }),
  help: (model: Model) => become(model.screen === 'help' ? back(model) : openScreen(model, 'help')),
  refresh: (model: Model) => say(model, 'asked anew', 'plain', [{ type: 'refresh' }]),
  copy: (model: Model) => copy(model),
  suspend: (model: Model): Step => ({ model, effects: [{ type: 'suspend' }] }),
  quit: (model: Model): Step => ({ model, effects: [{ type: 'quit' }] }),
};

/** A tab, as it was left. */
export function goTo(model: Model, screen: Tab): Model {
  return { ...model, screen, trail: [], prompt: null };
}

/** A screen that Esc leads back from. */
export function openScreen(model: Model, screen: ScreenName): Model {
  const top = { ...model.lists.detail, cursor: null, index: 0, top: 0 };
  return { ...model, screen, trail: [...model.trail, model.screen], lists: { ...model.lists, detail: top } };
}

/** The detail of an agent. */
export function openAgent(model: Model, id: string): Model {
  if (model.screen === 'agent') return { ...model, agent: id };
  return openScreen({ ...model, agent: id }, 'agent');
}

/** A record, whole. */
export function openRecord(model: Model, title: string, value: unknown): Model {
  const lines = JSON.stringify(value, null, 2).split('\n');
  return openScreen({ ...model, record: { title, lines } }, 'record');
}

function back(model: Model): Model {
  const before = model.trail.at(-1);
  if (before !== undefined) return { ...model, screen: before, trail: model.trail.slice(0, -1) };
  const { filter } = listOf(model);
  if (filter !== '' && isTab(model.screen)) {
    return { ...model, lists: { ...model.lists, [model.screen]: { ...listOf(model), filter: '' } } };
  }
  if (model.screen === 'tasks' && model.taskStatus !== null) return { ...model, taskStatus: null };
  const { type, agent, level } = model.events;
  if (model.screen === 'events' && (type ?? agent ?? level) !== null) {
    return { ...model, events: { ...model.events, type: null, agent: null, level: null } };
  }
  return model.screen === 'overview' ? model : goTo(model, 'overview');
}

function open(model: Model): Step {
  switch (model.screen) {
    case 'overview':
      return become(goTo(model, 'agents'));
    case 'agents': {
      const agent = agentAtCursor(model);
      return agent ? become(openAgent(model, agent.id)) : stay(model);
    }
    case 'office': {
      const { selected } = model.office;
      if (selected === null) return say(model, 'the arrows choose somebody', 'plain');
      if (!model.data.view.agents.has(selected)) return say(model, `${selected} is on the map, but no agent`, 'warn');
      return become(openAgent(model, selected));
    }
    case 'tasks': {
      const task = taskAtCursor(model);
      return task ? become(openRecord(model, task.id ?? 'task', task)) : stay(model);
    }
    case 'events': {
      const row = eventAtCursor(model);
      return row ? become(openRecord(model, row.type, row.record)) : stay(model);
    }
    case 'notifications': {
      const row = notificationAtCursor(model);
      return row ? become(openRecord(model, row.title || row.level, row)) : stay(model);
    }
    default:
      return stay(model);
  }
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

import { filteredTab, isTab, type Model, type ScreenName, type Tab } from './model.js';

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

/** The screen whose list a filter is meant for: that of the overview would filter nothing. */
export function filterable(model: Model): Model {
  if (!isTab(model.screen) || filteredTab(model.screen) === model.screen) return model;
  return goTo(model, filteredTab(model.screen));
}

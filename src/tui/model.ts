import type { Data } from './link/data.js';
import { newEditor, type Editor } from './editor.js';
import { NO_PAST, type Past } from './past.js';
import type { Request, TaskBefore } from './requests.js';
import { SCREENS, type Tab, type ThemeName } from './names.js';

export { SCREENS, type Tab } from './names.js';

/** `agent`, `record` and `help` are opened from a tab, and Esc goes back to it. */
export type ScreenName = Tab | 'agent' | 'record' | 'help';

/** What the use of models can be summed up by on its screen, in the order of its keys. */
export const USED_BY = ['agent', 'model', 'project', 'runtime'] as const;
type UsedBy = (typeof USED_BY)[number];

/** From when on, shortest first. `today`: since midnight here. */
export const USED_SINCE = ['today', '7d', '30d'] as const;
type UsedSince = (typeof USED_SINCE)[number];

/** A list with a cursor that stays on its item while items come, go and change places. */
export interface ListState {
  /** Key of the item under the cursor; null: the first. */
  cursor: string | null;
  /** Where the cursor was, for when its item is gone. */
  index: number;
  /** First shown item. */
  top: number;
  filter: string;
}

/** Column and direction of a sorted table. */
export interface Sort {
  column: string;
  descending: boolean;
}

/** A question that takes keys until Enter or Esc. */
export type Prompt =
  | { name: 'filter'; editor: Editor; before: string }
  | { name: 'command'; editor: Editor; recall: number }
  | { name: 'ask'; question: string; purpose: Purpose; editor: Editor; choices: readonly string[] }
  /** Something that cannot be undone: only the exact word sends the request. */
  | { name: 'confirm'; lines: readonly string[]; word: string; request: Request; editor: Editor };

/** What the answer to a question is for. */
export type Purpose =
  | { name: 'agent.status' | 'agent.note' | 'agent.move'; agent: string }
  | { name: 'alert.silence'; rule: string; agent: string | null }
  | { name: 'task.add' | 'events.time' };

/** A line that comes and goes at the bottom. */
export interface Toast {
  text: string;
  tone: 'good' | 'warn' | 'bad' | 'plain';
  /** Milliseconds since the epoch. */
  until: number;
}

/** Everything the dashboard is. Changed by `update` alone, never edited. */
export interface Model {
  data: Data;
  size: Size;
  screen: ScreenName;
  /** Screens that Esc goes back to, oldest first. */
  trail: readonly ScreenName[];
  prompt: Prompt | null;
  toast: Toast | null;
  lists: Readonly<Record<Tab | 'detail', ListState>>;
  sort: Sort;
  /** The agent that the detail shows. */
  agent: string | null;
  office: { selected: string | null; list: boolean };
  taskStatus: string | null;
  /** What can be taken back, until when. */
  undo: (TaskBefore & { until: number }) | null;
  chart: { metric: string; agent: string | null; since: string };
  usage: { by: UsedBy; since: UsedSince };
  events: { paused: number | null; follow: boolean; type: string | null; agent: string | null; level: string | null };
  /** The record that is shown whole, as lines of JSON. */
  record: { title: string; lines: readonly string[] } | null;
  /** Backup work that runs: what it is, and the last `backup_update` of it. */
  working: { label: string; since: number } | null;
  history: readonly string[];
  past: Past;
  options: Options;
}

export interface Size {
  columns: number;
  rows: number;
}

/** Switches of the session. */
export interface Options {
  readonly: boolean;
  mouse: boolean;
  /** Bell and desktop notice for critical notifications. */
  bell: boolean;
  theme: ThemeName;
  unicode: boolean;
  /** The command that starts a server for this workspace. */
  startCommand: string;
}

const EMPTY_LIST: ListState = { cursor: null, index: 0, top: 0, filter: '' };

/** A dashboard before its first frame. */
export function newModel(data: Data, size: Size, options: Options, start: { screen: Tab; filter: string }): Model {
  const lists = Object.fromEntries([...SCREENS, 'detail'].map((name) => [name, EMPTY_LIST])) as Model['lists'];
  return {
    data,
    size,
    screen: start.screen,
    trail: [],
    prompt: null,
    toast: null,
    lists:
      start.filter === '' ? lists : { ...lists, [filteredTab(start.screen)]: { ...EMPTY_LIST, filter: start.filter } },
    sort: { column: 'status', descending: false },
    agent: null,
    office: { selected: null, list: false },
    taskStatus: null,
    undo: null,
    chart: { metric: 'system_health_score', agent: null, since: '24h' },
    usage: { by: 'agent', since: 'today' },
    events: { paused: null, follow: true, type: null, agent: null, level: null },
    record: null,
    working: null,
    history: [],
    past: NO_PAST,
    options,
  };
}

/** The tab that a screen belongs to: the one it was opened from. */
export function tabOf(model: Model): Tab {
  const tabs = [...model.trail, model.screen].filter((name): name is Tab => isTab(name));
  return tabs.at(-1) ?? 'overview';
}

/** True when the word names a tab. */
export function isTab(word: string): word is Tab {
  return (SCREENS as readonly string[]).includes(word);
}

/** The list of the shown screen. */
export function listOf(model: Model): ListState {
  return model.lists[listName(model)];
}

/** The name under which the list of the shown screen is kept. */
export function listName(model: Model): Tab | 'detail' {
  return isTab(model.screen) ? model.screen : 'detail';
}

/** The tab whose list a filter on this one is meant for: the overview has none, and means agents. */
export function filteredTab(screen: Tab): Tab {
  return screen === 'overview' ? 'agents' : screen;
}

/** An empty prompt for a filter that was this before. */
export function filterPrompt(before: string): Prompt {
  return { name: 'filter', editor: newEditor(before), before };
}

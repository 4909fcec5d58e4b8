import { parseMoment } from '../base/index.js';
import { SETTABLE_STATUSES } from '../protocol/index.js';
import { CHARTED, RANGES } from './metric-list.js';
import { type Model, SCREENS } from './model.js';
import { AGENT_COLUMNS } from './rows/agent-columns.js';
import { THEME_NAMES } from './draw/theme.js';

/** What can be written after `:`; usage and meaning, for the help. */
export const PALETTE_HELP: readonly (readonly [usage: string, text: string])[] = [
  [':agent ID', 'open an agent'],
  [':overview :tasks …', 'go to a screen'],
  [':filter TEXT', 'filter the list of this screen'],
  [':sort COLUMN', 'sort the agents'],
  [':metric NAME', 'chart a metric'],
  [':since 7d', 'range of the chart'],
  [':at 14:02', 'events of that time'],
  [':add TEXT', 'add a task'],
  [':note ID TEXT', 'write a note about an agent'],
  [':status ID WORD', 'set an agent’s status'],
  [':move ID ZONE', 'move an agent'],
  [':notify TEXT', 'send everyone a notification'],
  [':backup [ID]', 'back up everything or one agent'],
  [':theme NAME', `colours: ${THEME_NAMES.join(', ')}`],
  [':mouse on|off', 'mouse wheel and clicks; off lets the terminal select text'],
  [':bell on|off', 'bell and desktop notice for critical notifications'],
  [':help, :quit', 'these keys; leave'],
];

/** What a command line asks for. */
export type Command =
  | { name: 'screen'; screen: (typeof SCREENS)[number] }
  | { name: 'agent' | 'filter' | 'sort' | 'metric' | 'since' | 'add' | 'notify' | 'theme'; text: string }
  | { name: 'note' | 'status' | 'move'; agent: string; text: string }
  | { name: 'backup'; agent: string | null }
  | { name: 'at'; time: number }
  | { name: 'mouse' | 'bell'; on: boolean }
  | { name: 'help' | 'quit' | 'refresh' }
  | { name: 'wrong'; reason: string };

const WORDS = [
  'agent',
  'filter',
  'sort',
  'metric',
  'since',
  'at',
  'add',
  'note',
  'status',
  'move',
  'notify',
  'backup',
  'theme',
  'mouse',
  'bell',
  'help',
  'quit',
  'refresh',
];

/** Reads a command line. `now`: milliseconds since the epoch. */
export function parseCommand(text: string, now: number): Command {
  const [word = '', ...rest] = text.trim().split(/\s+/);
  const argument = text.trim().slice(word.length).trim();
  const screen = SCREENS.find((name) => name === word);
  if (screen) return { name: 'screen', screen };
  switch (word) {
    case 'filter':
      return { name: word, text: argument };
    case 'agent':
    case 'sort':
    case 'metric':
    case 'since':
    case 'add':
    case 'notify':
    case 'theme':
      return argument === '' ? wrong(`:${word} what?`) : { name: word, text: argument };
    case 'note':
    case 'status':
    case 'move': {
      const [agent = ''] = rest;
      const about = argument.slice(agent.length).trim();
      return about === '' ? wrong(`:${word} needs an agent and a word`) : { name: word, agent, text: about };
    }
    case 'backup':
      return { name: word, agent: rest[0] ?? null };
    case 'at':
      return parseTime(argument, now);
    case 'mouse':
    case 'bell':
      return argument === 'on' || argument === 'off'
        ? { name: word, on: argument === 'on' }
        : wrong(`:${word} on or off?`);
    case 'help':
    case 'quit':
    case 'refresh':
      return { name: word };
    case 'q':
      return { name: 'quit' };
    default:
      return wrong(`there is no command "${word}": Tab shows those there are`);
  }
}

/** A time of today (`14:02`, yesterday's when it is still to come), a duration ago, or an ISO time. */
export function parseTime(text: string, now: number): Extract<Command, { name: 'at' | 'wrong' }> {
  const clock = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text);
  if (clock) {
    const date = new Date(now);
    date.setHours(Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0), 0);
    const time = date.getTime();
    return { name: 'at', time: time > now ? time - 86_400_000 : time };
  }
  try {
    return { name: 'at', time: parseMoment(text, now, 'local') };
  } catch {
    return wrong(`"${text}" is not a time: 14:02, 15m, 2026-02-17 or 2026-02-17T06:00`);
  }
}

/** Words that can stand where the last one is being written. */
export function completions(text: string, model: Model): string[] {
  const words = text.trimStart().split(/\s+/);
  const typed = words.at(-1) ?? '';
  const candidates = words.length <= 1 ? [...WORDS, ...SCREENS] : argumentsOf(words, model);
  return candidates.filter((word) => word.startsWith(typed)).slice(0, 50);
}

/** The text with its last word completed as far as all candidates agree; a blank after the only one. */
export function complete(text: string, model: Model): string {
  const found = completions(text, model);
  const [first] = found;
  if (first === undefined) return text;
  const start = text.slice(0, text.length - (text.split(/\s+/).at(-1) ?? '').length);
  if (found.length === 1) return `${start}${first} `;
  let shared = first;
  for (const word of found) while (!word.startsWith(shared)) shared = shared.slice(0, -1);
  return start + shared;
}

function argumentsOf([word, ...rest]: readonly string[], model: Model): readonly string[] {
  const agents = [...model.data.view.agents.keys()].toSorted();
  const zones = [...new Set(Object.values(model.data.view.office?.positions ?? {}).map(({ zone }) => zone))];
  if (rest.length === 1) {
    const lists: Record<string, readonly string[]> = {
      agent: agents,
      note: agents,
      status: agents,
      move: agents,
      backup: agents,
      sort: AGENT_COLUMNS.map(({ name }) => name),
      metric: CHARTED,
      since: RANGES,
      theme: THEME_NAMES,
      mouse: ['on', 'off'],
      bell: ['on', 'off'],
    };
    return Object.hasOwn(lists, word ?? '') ? (lists[word ?? ''] ?? []) : [];
  }
  if (word === 'status' && rest.length === 2) return SETTABLE_STATUSES;
  return word === 'move' && rest.length === 2 ? zones : [];
}

function wrong(reason: string): { name: 'wrong'; reason: string } {
  return { name: 'wrong', reason };
}

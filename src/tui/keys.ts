import type { Model, ScreenName } from './model.js';

/** A line of the key table. */
interface KeyLine {
  /** As `keyOf` names them: `a`, `A`, `ctrl+c`, `up`, `pagedown`, `enter`. The first is the one that help shows. */
  keys: readonly string[];
  action: string;
  help: string;
  /** A short word for the line at the bottom; without it the key stands only in the help. */
  hint?: string;
  /** Where it works; everywhere without it. */
  screens?: readonly ScreenName[];
  /** Changes something: not offered with --readonly. */
  writes?: true;
}

const LISTS: ScreenName[] = ['agents', 'tasks', 'events', 'backups', 'notifications', 'usage', 'record', 'help'];
const AGENTS: ScreenName[] = ['agents', 'agent', 'office'];

const TABLE = [
  {
    keys: ['enter'],
    action: 'open',
    help: 'open what is under the cursor',
    hint: 'open',
    screens: ['overview', 'agents', 'office', 'events', 'notifications', 'tasks', 'usage'],
  },
  {
    keys: ['enter'],
    action: 'backup.restore',
    help: 'restore this backup: the differences first',
    hint: 'restore',
    screens: ['backups'],
    writes: true,
  },
  {
    keys: ['/'],
    action: 'filter',
    help: 'filter (! inverts it)',
    hint: 'filter',
    screens: ['agents', 'tasks', 'events', 'backups', 'notifications', 'overview', 'usage'],
  },

  {
    keys: ['s'],
    action: 'agent.status',
    help: 'set the status of this agent',
    hint: 'set status',
    screens: AGENTS,
    writes: true,
  },
  {
    keys: ['n'],
    action: 'agent.note',
    help: 'write a note about this agent into its activity',
    hint: 'note',
    screens: ['agents', 'agent'],
    writes: true,
  },
  { keys: ['b'], action: 'agent.backup', help: 'back up this agent', hint: 'back up', screens: AGENTS, writes: true },
  {
    keys: ['m'],
    action: 'agent.move',
    help: 'move this agent to a zone',
    hint: 'move',
    screens: ['office'],
    writes: true,
  },
  {
    keys: ['u'],
    action: 'agent.restore',
    help: 'restore this agent from its newest backup',
    hint: 'restore',
    screens: ['agent'],
    writes: true,
  },
  { keys: ['v'], action: 'agent.events', help: 'the events of this agent', hint: 'events', screens: ['agent'] },
  {
    keys: ['S'],
    action: 'sort.status',
    help: 'sort by status, again: the other way',
    hint: 'status',
    screens: ['agents'],
  },
  { keys: ['L'], action: 'sort.last', help: 'sort by last sign of life', hint: 'last', screens: ['agents'] },
  { keys: ['D'], action: 'sort.done', help: 'sort by tasks done', hint: 'done', screens: ['agents'] },
  { keys: ['A'], action: 'sort.agent', help: 'sort by id', screens: ['agents'] },
  { keys: ['N'], action: 'sort.name', help: 'sort by name', screens: ['agents'] },
  { keys: ['R'], action: 'sort.role', help: 'sort by role', screens: ['agents'] },
  { keys: ['T'], action: 'sort.task', help: 'sort by task', screens: ['agents'] },
  { keys: ['F'], action: 'sort.fail', help: 'sort by tasks failed', screens: ['agents'] },
  { keys: ['O'], action: 'sort.ok', help: 'sort by success', screens: ['agents'] },
  { keys: ['W'], action: 'sort.work', help: 'sort by time worked', screens: ['agents'] },
  { keys: ['I'], action: 'sort.idle', help: 'sort by time idle', screens: ['agents'] },
  { keys: ['E'], action: 'sort.warnings', help: 'sort by warnings', screens: ['agents'] },
  { keys: ['>', '.'], action: 'sort.next', help: 'sort by the next column', screens: ['agents'] },
  { keys: ['<', ','], action: 'sort.previous', help: 'sort by the column before', screens: ['agents'] },

  {
    keys: ['left', 'right', 'up', 'down', 'h', 'j', 'k'],
    action: 'office.step',
    help: 'the next agent in that direction',
    screens: ['office'],
  },
  { keys: ['l'], action: 'office.list', help: 'list instead of map, and back', hint: 'list', screens: ['office'] },

  {
    keys: ['n', 'a'],
    action: 'task.add',
    help: 'add a task',
    hint: 'new task',
    screens: ['tasks', 'overview'],
    writes: true,
  },
  {
    keys: ['d', 'space'],
    action: 'task.done',
    help: 'mark done; u takes it back for 10 s',
    hint: 'done',
    screens: ['tasks'],
    writes: true,
  },
  {
    keys: ['u'],
    action: 'task.undo',
    help: 'take the last change back',
    hint: 'undo',
    screens: ['tasks'],
    writes: true,
  },
  { keys: ['s', 'right'], action: 'task.next', help: 'show the next status only', hint: 'status', screens: ['tasks'] },
  { keys: ['S', 'left'], action: 'task.previous', help: 'show the status before only', screens: ['tasks'] },

  { keys: ['m', 'down', 'j'], action: 'metric.next', help: 'the next metric', hint: 'metric', screens: ['metrics'] },
  { keys: ['M', 'up', 'k'], action: 'metric.previous', help: 'the metric before', screens: ['metrics'] },
  {
    keys: ['a'],
    action: 'metric.agent',
    help: 'the next agent; after the last: all',
    hint: 'agent',
    screens: ['metrics'],
  },
  { keys: ['A'], action: 'metric.agentBack', help: 'the agent before', screens: ['metrics'] },
  { keys: ['right', 'l', '+'], action: 'metric.longer', help: 'a longer range', hint: 'longer', screens: ['metrics'] },
  {
    keys: ['left', 'h', '-'],
    action: 'metric.shorter',
    help: 'a shorter range',
    hint: 'shorter',
    screens: ['metrics'],
  },

  { keys: ['p', 'space'], action: 'events.pause', help: 'pause, and go on', hint: 'pause', screens: ['events'] },
  {
    keys: ['f'],
    action: 'events.follow',
    help: 'follow: the cursor stays on the newest',
    hint: 'follow',
    screens: ['events'],
  },
  { keys: ['t'], action: 'events.type', help: 'the next type of event only', hint: 'type', screens: ['events'] },
  {
    keys: ['a'],
    action: 'events.agent',
    help: 'only events of the agent under the cursor, and back',
    hint: 'agent',
    screens: ['events'],
  },
  {
    keys: ['l'],
    action: 'events.level',
    help: 'only notifications of a level or worse',
    hint: 'level',
    screens: ['events'],
  },
  { keys: ['@'], action: 'events.time', help: 'go to a time', hint: 'time', screens: ['events'] },

  {
    keys: ['c', 'b'],
    action: 'backup.create',
    help: 'back up everything now',
    hint: 'back up',
    screens: ['backups', 'overview'],
    writes: true,
  },
  {
    keys: ['v'],
    action: 'backup.verify',
    help: 'verify this backup',
    hint: 'verify',
    screens: ['backups'],
    writes: true,
  },

  {
    keys: ['a', 'space'],
    action: 'notification.ack',
    help: 'acknowledge, for everyone',
    hint: 'acknowledge',
    screens: ['notifications'],
    writes: true,
  },
  {
    keys: ['A'],
    action: 'notification.ackAll',
    help: 'acknowledge all that are shown',
    hint: 'all',
    screens: ['notifications'],
    writes: true,
  },
  {
    keys: ['s'],
    action: 'alert.silence',
    help: 'silence this alert for a while',
    hint: 'silence',
    screens: ['notifications'],
    writes: true,
  },

  {
    keys: ['b', 's'],
    action: 'usage.by',
    help: 'sum up by agent, model, project, runtime in turn',
    hint: 'by',
    screens: ['usage'],
  },
  { keys: ['B', 'S'], action: 'usage.byBack', help: 'sum up by what came before', screens: ['usage'] },
  {
    keys: ['right', 'l', '+'],
    action: 'usage.longer',
    help: 'a longer time: 7 days, 30 days',
    hint: 'longer',
    screens: ['usage'],
  },
  {
    keys: ['left', 'h', '-'],
    action: 'usage.shorter',
    help: 'a shorter time: down to today',
    hint: 'shorter',
    screens: ['usage'],
  },

  { keys: ['down', 'j'], action: 'list.down', help: 'one down', screens: LISTS },
  { keys: ['up', 'k'], action: 'list.up', help: 'one up', screens: LISTS },
  { keys: ['pagedown', 'ctrl+f'], action: 'list.pageDown', help: 'one page down', screens: LISTS },
  { keys: ['pageup', 'ctrl+b'], action: 'list.pageUp', help: 'one page up', screens: LISTS },
  { keys: ['home', 'g'], action: 'list.first', help: 'to the first', screens: LISTS },
  { keys: ['end', 'G'], action: 'list.last', help: 'to the last', screens: LISTS },

  { keys: [':'], action: 'command', help: 'a command: :agent api  :since 7d  :theme light', hint: 'command' },
  {
    keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
    action: 'screen',
    help: 'the screens, in the order of the tabs',
  },
  { keys: ['tab'], action: 'screen.next', help: 'the next screen' },
  { keys: ['shift+tab'], action: 'screen.previous', help: 'the screen before' },
  { keys: ['escape'], action: 'back', help: 'back; clears a filter' },
  { keys: ['r', 'ctrl+l'], action: 'refresh', help: 'ask for everything anew, and draw it' },
  { keys: ['y'], action: 'copy', help: 'copy the id or the record under the cursor' },
  { keys: ['?'], action: 'help', help: 'these keys', hint: 'help' },
  { keys: ['ctrl+z'], action: 'suspend', help: 'suspend: the shell’s fg comes back' },
  { keys: ['q', 'ctrl+c'], action: 'quit', help: 'leave', hint: 'quit' },
] as const satisfies readonly KeyLine[];

/** What a key can do: one that nobody knows how to do does not compile (`ACTIONS`). */
export type ActionName = (typeof TABLE)[number]['action'];

/** What a key does. */
export interface Binding extends KeyLine {
  action: ActionName;
}

/** Every key there is. Help, hints and dispatch are made from this table; the first that fits wins. */
export const BINDINGS: readonly Binding[] = TABLE;

/** The keys that work on the shown screen, in the order of the table. */
export function bindingsOf(model: Pick<Model, 'options'>, screen: ScreenName): Binding[] {
  return BINDINGS.filter(
    ({ screens, writes }) => (screens?.includes(screen) ?? true) && !(writes && model.options.readonly),
  );
}

/** What a key does on the shown screen, or null. */
export function bindingFor(model: Model, key: string): Binding | null {
  return bindingsOf(model, model.screen).find((binding) => binding.keys.includes(key)) ?? null;
}

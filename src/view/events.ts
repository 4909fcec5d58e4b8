import {
  type AgentStatus,
  describeBackupUpdate,
  type EventType,
  fieldOf,
  isEventType,
  listFrom,
  NOTIFICATION_LEVELS,
} from '../protocol/index.js';
import { measuredFigure } from './figures.js';
import { agentSign, levelSign, type Sign, SIGNS } from './signs.js';
import { UNKNOWN, words } from './words.js';

/** What an event says to a person. */
export interface EventWords {
  sign: Sign;
  /** The agent it is about, else what it is about: `office`, `tasks`, `backup`. */
  who: string;
  /** What happened, for a line that shows `who` beside it. */
  text: string;
  /** The same for a line that shows only agents beside it. */
  alone: string;
}

/**
 * An event in words. `type` and `data` as they came, live or from the log, which keeps less of an event: of a type that
 * nobody here knows, and of data of any other shape, as much as there is.
 */
export function eventWords(type: string, data: unknown): EventWords {
  const { sign, who, text, lead = '' } = isEventType(type) ? SAYS[type](data) : other(type, data);
  return { sign, who, text, alone: lead + text };
}

interface Said {
  sign: Sign;
  who: string;
  text: string;
  /** What `text` needs before it where `who` is not shown. */
  lead?: string;
}

/** More changed tasks than this are counted, not named. */
const TASKS_NAMED = 3;

const SAYS: Record<EventType, (data: unknown) => Said> = {
  agent_status: (data) => {
    const status = text(data, 'status') ?? 'unknown';
    const previous = text(data, 'previous');
    const evidence = [text(data, 'evidence', 'file'), text(data, 'evidence', 'field')].filter(isText).join(' ');
    const task = text(list(data, 'details', 'tasks')[0], 'title');
    const now = previous === null ? status : `${previous} → ${status}`;
    const more = previous === null && task !== null ? ` · ${task}` : evidence === '' ? '' : `  ${evidence}`;
    return { sign: agentSign(status as AgentStatus), who: agentOf(data), text: now + more };
  },
  agent_removed: (data) => ({ sign: SIGNS.quiet, who: agentOf(data), text: 'its directory is gone' }),
  agent_activity: (data) => {
    const action = text(data, 'activity', 'action') ?? text(data, 'action') ?? 'activity';
    const task = text(data, 'activity', 'task') ?? text(data, 'activity', 'file') ?? text(data, 'task');
    return { sign: SIGNS.happened, who: agentOf(data), text: [words(action), task].filter(isText).join('  ') };
  },
  agent_position: (data) => {
    const places = field(data, 'positions');
    const count = typeof places === 'object' && places !== null ? Object.keys(places).length : 0;
    const said = `${count} ${count === 1 ? 'has' : 'have'} a place`;
    return { sign: SIGNS.quiet, who: 'office', text: said, lead: 'office: ' };
  },
  task_update: (data) => ({ sign: tasksSign(data), who: 'tasks', text: tasksText(data) }),
  notification: (data) => {
    const level = text(data, 'level') ?? 'info';
    const known = NOTIFICATION_LEVELS.find((each) => each === level) ?? 'info';
    const said = [text(data, 'title'), text(data, 'message')].filter(isText).join(': ');
    return { sign: levelSign(known), who: text(data, 'agent') ?? level, text: said };
  },
  notification_ack: (data) => {
    const id = text(data, 'id');
    const said = id === null ? 'a notification was acknowledged' : `notification ${id} was acknowledged`;
    return { sign: SIGNS.seen, who: 'bell', text: said };
  },
  system_metric: (data) => {
    const value = field(data, 'value');
    const shown = measuredFigure(typeof value === 'number' ? value : null);
    const said = [text(data, 'metric'), shown, text(data, 'unit')];
    return { sign: SIGNS.quiet, who: 'metric', text: said.filter(isText).join(' ') };
  },
  file_change: (data) => {
    const said = [text(data, 'kind') ?? 'changed', text(data, 'path')].filter(isText).join(' ');
    return { sign: SIGNS.quiet, who: 'file', text: said };
  },
  backup_update: (data) => {
    const state = text(data, 'state') ?? 'updated';
    const sign = state === 'failed' ? SIGNS.failed : state === 'completed' ? SIGNS.done : SIGNS.happened;
    const said = describeBackupUpdate({ id: text(data, 'id') ?? UNKNOWN, state, action: field(data, 'action') });
    return { sign, who: 'backup', text: said, lead: 'backup ' };
  },
  alert: (data) => {
    const said = text(data, 'summary') ?? words(text(data, 'rule') ?? 'an alert');
    const level = NOTIFICATION_LEVELS.find((each) => each === text(data, 'severity')) ?? 'info';
    const isOver = text(data, 'state') === 'resolved';
    const isUpdated = text(data, 'updated_at') !== null;
    const mark = isOver
      ? 'over: '
      : text(data, 'acknowledged_at') !== null
        ? 'acknowledged: '
        : isUpdated
          ? 'still: '
          : '';
    const sign = isOver ? SIGNS.done : mark === 'acknowledged: ' ? SIGNS.seen : levelSign(level);
    return { sign, who: text(data, 'agent') ?? 'alert', text: mark + said };
  },
};

/** The texts of a few tasks that changed, else how many; the log does not keep their texts. */
function tasksText(data: unknown): string {
  const [added, changed, removed] = CHANGES.map((name) => list(data, name)) as [unknown[], unknown[], unknown[]];
  const named = [
    ...added.map((task) => ['+ ', text(task, 'text')] as const),
    ...changed.map((task) => [`${words(text(task, 'status') ?? 'changed')}: `, text(task, 'text')] as const),
    ...removed.map((task) => ['− ', text(task, 'text')] as const),
  ];
  if (named.length > 0 && named.length <= TASKS_NAMED && named.every(([, task]) => task !== null)) {
    return named.map(([mark, task]) => mark + task).join(', ');
  }
  const counts = [added, changed, removed].flatMap(({ length }, at) =>
    length === 0 ? [] : [`${length} ${CHANGES[at]}`],
  );
  return `${text(data, 'path') ?? 'tasks'}${counts.length === 0 ? ' changed' : `: ${counts.join(', ')}`}`;
}

const CHANGES = ['added', 'changed', 'removed'] as const;

function tasksSign(data: unknown): Sign {
  const states = list(data, 'changed').map((task) => text(task, 'status'));
  if (states.includes('failed')) return SIGNS.failed;
  return states.includes('completed') ? SIGNS.done : SIGNS.happened;
}

/** An event of a type that is not known: its simple fields, a few of them. */
function other(type: string, data: unknown): Said {
  const said = [text(data, 'title'), text(data, 'message')].filter(isText);
  const all = typeof data === 'object' && data !== null ? Object.entries(data) : [];
  const fields = all.flatMap(([name, value]) => (typeof value === 'object' ? [] : [`${name}=${String(value)}`]));
  const shown = said.length > 0 ? said.join(': ') : fields.slice(0, 6).join(' ');
  return { sign: SIGNS.quiet, who: text(data, 'agent') ?? type, text: shown };
}

function agentOf(data: unknown): string {
  return text(data, 'agent') ?? UNKNOWN;
}

function isText(word: string | null): word is string {
  return word !== null && word !== '';
}

function field(value: unknown, ...path: string[]): unknown {
  return path.reduce(fieldOf, value);
}

function text(value: unknown, ...path: string[]): string | null {
  const found = field(value, ...path);
  return typeof found === 'string' || typeof found === 'number' ? String(found) : null;
}

function list(value: unknown, ...path: string[]): unknown[] {
  return listFrom(field(value, ...path));
}

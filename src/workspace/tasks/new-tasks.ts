import { McError } from '../../base/index.js';
import { type NewTask, TASK_TEXT_LIMIT, TASK_WORD_LIMIT, cutText } from '../../protocol/index.js';
import { oneLine, priorityIn } from './fields.js';

/** A new task whose words are each on one line, not yet escaped. */
export interface CheckedTask {
  id: string | undefined;
  title: string | null;
  assignee: string;
  due: string;
  /** `P0` to `P3`, or empty. */
  priority: string;
}

/**
 * Holds a new task against the rules that all doors share. A title that is left out is not a fault (older clients leave it
 * out), an empty one is.
 * @throws McError `input.invalid`: nothing is cut, and nothing is stored that would not be read back
 */
export function checkNewTask(task: NewTask): CheckedTask {
  const title = task.title === undefined ? null : oneLine(task.title);
  if (title === '')
    throw new McError('input.invalid', 'the text of the task is empty', { hint: 'say what is to be done' });
  requireLength('text', title ?? '', TASK_TEXT_LIMIT);
  const assignee = oneLine(task.assignee ?? '');
  requireLength('assignee', assignee, TASK_WORD_LIMIT);
  return { id: task.id, title, assignee, due: checkDue(task.due ?? ''), priority: checkPriority(task.priority ?? '') };
}

/**
 * The level that a priority names; empty stays empty.
 * @throws McError `input.invalid`
 */
export function checkPriority(text: string): string {
  const said = oneLine(text);
  const level = said === '' ? said : priorityIn(said);
  if (level !== null) return level;
  throw new McError('input.invalid', `${quoted(said)} is not a priority`, {
    hint: 'use P0, P1, P2 or P3 (or critical, high, medium, low)',
  });
}

const DATE =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ]([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?\s?(?:Z|UTC|[+-]\d\d:?\d\d)?)?$/;

/** A day of the calendar, with a time of day or without; empty, and `-`, for none. */
function checkDue(text: string): string {
  const said = oneLine(text);
  if (said === '' || said === '-') return '';
  const [, year, month, day] = DATE.exec(said.slice(0, 64)) ?? [];
  if (said.length <= 64 && isDay(Number(year), Number(month), Number(day))) return said;
  throw new McError('input.invalid', `due: ${quoted(said)} is not a date`, {
    hint: 'write it as 2026-02-21, or with a time as 2026-02-21 14:30',
  });
}

/** Whether the calendar has this day: 30 February is none. */
function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function requireLength(name: string, text: string, limit: number): void {
  if (text.length <= limit) return;
  throw new McError('input.invalid', `the ${name} is ${text.length} characters long, at most ${limit} are kept`, {
    hint: 'put the rest into a file of the workspace and name it in the task',
  });
}

function quoted(text: string): string {
  return JSON.stringify(cutText(text, 40));
}

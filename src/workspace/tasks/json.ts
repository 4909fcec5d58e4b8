import { type Task, type TaskStatus, cutText } from '../../protocol/index.js';
import { BOUNDS, counted } from '../text/bounds.js';
import { decodeText } from '../text/decode.js';
import { isObject, kindOf, parseTolerantJson } from '../text/json.js';
import { type Span, elementsOf, lastValueAt, skipBlank } from '../text/json-spans.js';
import { type FoundTask, type FoundTasks, type TaskWarning, assigneeMark, priorityIn, priorityMark } from './fields.js';
import { taskStatusOf } from './words.js';

/** The names under which a task's JSON states each field, ours first. */
export const TASK_FIELD_NAMES = {
  text: ['description', 'title', 'name', 'text'],
  assignee: ['assignedTo', 'assigned_to', 'assignee', 'agent'],
  priority: ['priority'],
  status: ['status'],
  due: ['due', 'due_date', 'dueDate'],
  created: ['created', 'created_at', 'createdAt'],
} as const;

/** What a TASK_QUEUE.json said, or its refusal. */
export type JsonTasks = FoundTasks | { refused: { place: string | null; reason: string } };

/** Reads `{tasks: […]}` (or a bare list). Never throws. */
export function findJsonTasks(bytes: Uint8Array): JsonTasks {
  const parsed = parseTolerantJson(bytes);
  if (!parsed.ok) return { refused: { place: parsed.place, reason: parsed.reason } };
  const list = isObject(parsed.value) ? (parsed.value.tasks ?? []) : parsed.value;
  if (!Array.isArray(list)) return { refused: { place: 'tasks', reason: `expected a list, found ${kindOf(list)}` } };
  const said = readList(list as unknown[], decodeText(bytes).text);
  said.passedOver.push(...parsed.notes.map(({ place, reason }) => (place === null ? reason : `${place}: ${reason}`)));
  return said;
}

function readList(list: unknown[], text: string): FoundTasks {
  const said: FoundTasks = { found: [], warnings: [], passedOver: [] };
  const looked = list.slice(0, BOUNDS.entries);
  if (looked.length < list.length) {
    said.passedOver.push(`${counted(list.length)} entries: the first ${counted(looked.length)} are read`);
  }
  const lines = linesOf(text, taskElements(text));
  for (const [index, entry] of looked.entries()) {
    const line = lines.next().value ?? 1;
    const task = readEntry(entry, line, said);
    if (task) said.found.push({ task, place: { form: 'json', line: line - 1, index } });
    // Enough to tell that there are more than are shown.
    if (said.found.length > BOUNDS.tasks) break;
  }
  return said;
}

/**
 * Where the elements of the list of tasks stand in a JSON text, one at a time; the last member `tasks` counts, as it does in
 * parsing, however it is written (`"t\u0061sks"`).
 */
export function* taskElements(text: string): Generator<Span> {
  const root = skipBlank(text, 0);
  if (text[root] === '[') {
    yield* elementsOf(text, root);
    return;
  }
  const tasks = lastValueAt(text, root, isTasks);
  if (tasks !== null) yield* elementsOf(text, tasks);
}

function isTasks(rawKey: string): boolean {
  return rawKey === '"tasks"' || (rawKey.includes('\\') && JSON.parse(rawKey) === 'tasks');
}

function readEntry(entry: unknown, line: number, { warnings, passedOver }: FoundTasks): FoundTask['task'] | null {
  const fields = typeof entry === 'string' ? { description: entry } : entry;
  const text = isObject(fields) ? textOf(fields, TASK_FIELD_NAMES.text) : null;
  const id = isObject(fields) ? textOf(fields, ['id']) : null;
  if (!isObject(fields) || (text === null && id === null)) {
    warnings.push({
      line,
      reason: isObject(fields) ? 'a task without id and description' : `expected a task, found ${kindOf(entry)}`,
    });
    return null;
  }
  const title = text ?? id ?? '';
  const assignee = textOf(fields, TASK_FIELD_NAMES.assignee);
  const priority = textOf(fields, TASK_FIELD_NAMES.priority);
  const subtasks = subtasksOf(fields.subtasks, line, passedOver);
  return {
    text: title,
    status: statusOf(fields, line, warnings),
    id,
    assignee: assignee ?? assigneeMark(title),
    priority: priority === null ? priorityMark(title) : priorityIn(priority),
    due: textOf(fields, TASK_FIELD_NAMES.due),
    created: textOf(fields, TASK_FIELD_NAMES.created),
    line,
    ...(subtasks.length > 0 ? { subtasks } : {}),
  };
}

function statusOf(fields: Record<string, unknown>, line: number, warnings: TaskWarning[]): TaskStatus {
  const word = fields.status;
  const status = typeof word === 'string' ? taskStatusOf(word) : null;
  if (status !== null) return status;
  if (word !== undefined && word !== null) {
    const said = typeof word === 'string' ? `"${cutText(word, 40)}"` : kindOf(word);
    warnings.push({ line, reason: `${said} is not a task status: read as pending` });
  }
  return fields.completed === true ? 'completed' : 'pending';
}

function subtasksOf(value: unknown, line: number, passedOver: string[]): NonNullable<Task['subtasks']> {
  if (!Array.isArray(value)) return [];
  if (value.length > BOUNDS.subtasks) {
    passedOver.push(
      `line ${line}: a task with ${counted(value.length)} subtasks, the first ${BOUNDS.subtasks} are read`,
    );
  }
  return (value as unknown[]).slice(0, BOUNDS.subtasks).flatMap((entry) => {
    const fields = typeof entry === 'string' ? { description: entry } : entry;
    if (!isObject(fields)) return [];
    const id = textOf(fields, ['id']);
    const text = textOf(fields, TASK_FIELD_NAMES.text) ?? id;
    return text === null ? [] : [{ id, text, status: statusOf(fields, 0, []) }];
  });
}

function textOf(fields: Record<string, unknown>, names: readonly string[]): string | null {
  for (const name of names) {
    const value = fields[name];
    if (typeof value === 'number') return String(value);
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
  }
  return null;
}

/** The 1-based lines of pieces of a text that come in order, in one pass. */
function* linesOf(text: string, spans: Iterable<Span>): Generator<number, undefined> {
  let line = 1;
  let at = text.indexOf('\n');
  for (const { start } of spans) {
    while (at !== -1 && at < start) {
      line += 1;
      at = text.indexOf('\n', at + 1);
    }
    yield line;
  }
  return undefined;
}

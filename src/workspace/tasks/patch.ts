import { McError } from '../../base/index.js';
import type { Task, TaskFile, TaskPatch } from '../../protocol/index.js';
import { decodeText } from '../text/decode.js';
import { fromBinary, setMembers, splitBom, toBinary } from '../text/json-edit.js';
import { isObject, parseTolerantJson } from '../text/json.js';
import { splitLines } from '../text/markdown.js';
import { type FileStyle, type LineEdits, patchLines } from './patch-lines.js';
import { readFieldLine } from './blocks.js';
import { readBox } from './boxes.js';
import type { TaskPlace } from './fields.js';
import { TASK_FIELD_NAMES, taskElements } from './json.js';
import { readCells } from './tables.js';
import { isBareStatus, taskStatusOf } from './words.js';
import { type PlacedTask, placeTasks } from './tasks.js';

/**
 * A task file with one task changed where it stands, and that task as the file then has it.
 * @throws McError `task.not_found`; `state.unreadable`; `input.invalid` for what the file's form cannot say so that it is
 *   read back
 */
export function patchIn(
  file: TaskFile,
  bytes: Uint8Array,
  key: string,
  patch: TaskPatch,
): { bytes: Uint8Array; task: Task } {
  const before = placedIn(file, bytes);
  const found = before.findIndex(({ task }) => task.key === key);
  const chosen = before[found];
  if (chosen === undefined) throw taskNotFound(key);
  const patched = patchTaskBytes(bytes, before, chosen.place, patch);
  const after = placedIn(file, patched);
  const { task } = after.find((placed) => placed.task.key === key) ?? after[found] ?? chosen;
  for (const name of ['status', 'assignee', 'priority'] as const) {
    const asked = patch[name];
    if (asked === undefined || asked === '' || asked === task[name]) continue;
    throw new McError('input.invalid', `${name} ${JSON.stringify(asked)} cannot be written into ${file} as it is`, {
      hint: `it would be read as ${JSON.stringify(task[name])}`,
    });
  }
  return { bytes: patched, task };
}

/** What every door says of a task that is not there. */
export function taskNotFound(key: string): McError {
  return new McError('task.not_found', `no task ${JSON.stringify(key)}`, { hint: 'mc tasks list shows them' });
}

function placedIn(file: TaskFile, bytes: Uint8Array): PlacedTask[] {
  const said = placeTasks(file, bytes);
  if ('placed' in said) return said.placed;
  throw new McError('state.unreadable', `${file}: ${said.refused.reason}`, { hint: 'mend the file, then try again' });
}

/** The bytes of a task file in which only this task's own lines (or JSON fields) are changed. */
export function patchTaskBytes(
  bytes: Uint8Array,
  tasks: readonly PlacedTask[],
  place: TaskPlace,
  patch: TaskPatch,
): Buffer {
  if (place.form === 'json') return patchJson(bytes, place.index, patch);
  const { lines } = splitLines(decodeText(bytes).text);
  return editLines(bytes, patchLines(lines, place, patch, styleOf(lines, tasks)));
}

function styleOf(lines: readonly string[], tasks: readonly PlacedTask[]): FileStyle {
  const statuses: string[] = [];
  const marks = new Set<string>();
  for (const { place } of tasks) {
    const line = lines[place.line] ?? '';
    if (place.form === 'box') marks.add(readBox(line)?.mark ?? ' ');
    if (place.form === 'row') statuses.push(readCells(line)?.[place.columns.status ?? -1]?.text ?? '');
    if (place.form === 'block') statuses.push(readFieldLine(lines[place.fields.status ?? -1] ?? '')?.value ?? '');
  }
  return { statuses, marks };
}

/** Lines that do not change keep their bytes, whatever these are; changed ones keep their ends. */
function editLines(bytes: Uint8Array, edits: LineEdits): Buffer {
  const [bom, text] = splitBom(toBinary(bytes));
  const fileEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const pieces = [bom];
  let from = 0;
  let line = 0;
  let start = 0;
  for (const [at, edit] of [...edits].sort(([a], [b]) => a - b)) {
    for (; line < at; line += 1) start = text.indexOf('\n', start) + 1;
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : text[newline - 1] === '\r' && newline > start ? newline - 1 : newline;
    pieces.push(text.slice(from, start), toBinary(Buffer.from(edit.join(fileEnd))));
    from = end;
  }
  return fromBinary(pieces.join('') + text.slice(from));
}

function patchJson(bytes: Uint8Array, index: number, patch: TaskPatch): Buffer {
  const parsed = parseTolerantJson(bytes);
  const root = parsed.ok ? parsed.value : null;
  const list: unknown = isObject(root) ? root.tasks : root;
  const [bom, text] = splitBom(toBinary(bytes));
  const span = nth(taskElements(text), index);
  if (!Array.isArray(list) || span === undefined) throw new Error('a task that was read has no place in its file');
  const entry = (list as unknown[])[index];
  if (!isObject(entry)) {
    const whole = toBinary(
      Buffer.from(JSON.stringify({ description: entry, ...jsonFields({}, list as unknown[], patch) })),
    );
    return fromBinary(bom + text.slice(0, span.start) + whole + text.slice(span.end));
  }
  return fromBinary(bom + setMembers(text, span.start, jsonFields(entry, list as unknown[], patch)));
}

function nth<T>(items: Iterable<T>, index: number): T | undefined {
  let at = 0;
  for (const item of items) {
    if (at === index) return item;
    at += 1;
  }
  return undefined;
}

function jsonFields(
  entry: Record<string, unknown>,
  list: readonly unknown[],
  patch: TaskPatch,
): Record<string, unknown> {
  const { status, assignee, priority } = patch;
  const fields: Record<string, unknown> = {};
  if (status !== undefined && taskStatusOf(String(entry.status)) !== status) fields.status = jsonStatus(list, status);
  if (status !== undefined && typeof entry.completed === 'boolean') fields.completed = status === 'completed';
  const name = TASK_FIELD_NAMES.assignee.find((known) => Object.hasOwn(entry, known)) ?? TASK_FIELD_NAMES.assignee[0];
  if (assignee !== undefined) fields[name] = assignee || null;
  if (priority !== undefined) fields.priority = priority || null;
  return fields;
}

/** The word that another task of the file has for this status, else ours. */
function jsonStatus(list: readonly unknown[], status: NonNullable<TaskPatch['status']>): string {
  const words = list.flatMap((entry) => (isObject(entry) && typeof entry.status === 'string' ? [entry.status] : []));
  return words.find((word) => taskStatusOf(word) === status && isBareStatus(word)) ?? status;
}

import type { TaskPatch } from '../protocol/index.js';
import { decodeText } from './decode.js';
import { fromBinary, setMembers, splitBom, toBinary } from './json-edit.js';
import { isObject, parseTolerantJson } from './json.js';
import { splitLines } from './markdown.js';
import { type FileStyle, type LineEdits, patchLines } from './patch-lines.js';
import { readFieldLine } from './task-blocks.js';
import { readBox } from './task-boxes.js';
import type { TaskPlace } from './task-fields.js';
import { TASK_FIELD_NAMES, taskElements } from './task-json.js';
import { readCells } from './task-tables.js';
import { isBareStatus, taskStatusOf } from './task-words.js';
import type { PlacedTask } from './tasks.js';

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

import {
  type BlockField,
  type FoundTask,
  TASK_ID,
  type TaskWarning,
  markdownTask,
  plainText,
  priorityIn,
  valueIn,
} from './task-fields.js';
import { taskStatusOf } from './task-words.js';

/** A field line of a block in pieces: `- **Status:** ` and the value. */
export interface FieldLine {
  field: BlockField | null;
  head: string;
  value: string;
}

const TITLE = new RegExp(String.raw`^\s*(#{1,6}\s+)?(\*\*|__)?(${TASK_ID})(?::|\s+[-–—])(?:\*\*|__)?\s*(.*?)\s*$`);
const LOOSE_TITLE = /^()()([A-Za-z0-9][\w.-]{0,63}):\s+(.*?)\s*$/;
const FIELD = /^(\s*[-*+]\s+(\*\*|__)?([A-Za-z][A-Za-z ]{0,30}?)(?:\*\*|__)?:(?:\*\*|__)?\s*)(.*?)\s*$/;
const FIELDS = new Map<string, BlockField>([
  ['status', 'status'],
  ['assigned', 'assignee'],
  ['assigned to', 'assignee'],
  ['assignee', 'assignee'],
  ['owner', 'assignee'],
  ['priority', 'priority'],
  ['created', 'created'],
  ['due', 'due'],
  ['due date', 'due'],
]);

/** Blocks: a line with id and title, and below it a list of fields. */
export function findBlocks(
  lines: readonly string[],
  fenced: readonly boolean[],
): { found: FoundTask[]; warnings: TaskWarning[] } {
  const found: FoundTask[] = [];
  const warnings: TaskWarning[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const block = fenced[at] ? null : readBlock(lines, fenced, at, warnings);
    if (block) found.push(block);
  }
  return { found, warnings };
}

/** A field line, or null. `field` is null for a field that we do not know. */
export function readFieldLine(line: string): FieldLine | null {
  const [, head, , name, value] = FIELD.exec(line) ?? [];
  if (head === undefined || name === undefined) return null;
  return { field: FIELDS.get(name.trim().toLowerCase()) ?? null, head, value: value ?? '' };
}

function readBlock(
  lines: readonly string[],
  fenced: readonly boolean[],
  at: number,
  warnings: TaskWarning[],
): FoundTask | null {
  const line = lines[at] ?? '';
  const strict = TITLE.exec(line);
  const [, , bold, id, title] = strict ?? LOOSE_TITLE.exec(line) ?? [];
  if (id === undefined) return null;
  const { fields, last } = readFields(lines, fenced, at, strict !== null);
  if (strict === null ? fields.status === undefined : Object.keys(fields).length === 0) return null;
  const value = (field: BlockField): string | undefined => readFieldLine(lines[fields[field] ?? -1] ?? '')?.value;
  const word = value('status');
  const status = word === undefined ? null : taskStatusOf(word);
  if (word !== undefined && status === null && word !== '') {
    warnings.push({
      line: (fields.status ?? at) + 1,
      reason: `"${word.slice(0, 40)}" is no task status: read as pending`,
    });
  }
  const task = markdownTask(at, {
    text: plainText(withoutEnd(title ?? '', bold)) || id,
    status: status ?? 'pending',
    id,
    assignee: fields.assignee === undefined ? undefined : valueIn(value('assignee')),
    priority: fields.priority === undefined ? undefined : priorityIn(value('priority') ?? ''),
    created: valueIn(value('created')),
    due: valueIn(value('due')),
  });
  return { task, place: { form: 'block', line: at, fields, lastField: last } };
}

/** `**TASK-1: title**` leaves the closing mark at the title. */
function withoutEnd(title: string, mark: string | undefined): string {
  return mark && title.endsWith(mark) ? title.slice(0, -mark.length) : title;
}

/** The field lines below a title. A block ends at the first blank line after them, and at whatever is no list. */
function readFields(
  lines: readonly string[],
  fenced: readonly boolean[],
  title: number,
  gapAllowed: boolean,
): { fields: Partial<Record<BlockField, number>>; last: number } {
  const fields: Partial<Record<BlockField, number>> = {};
  let last = title;
  for (let at = title + 1; at < lines.length && !fenced[at]; at += 1) {
    const line = lines[at] ?? '';
    if (line.trim() === '') {
      if (last === title && gapAllowed && at === title + 1) continue;
      break;
    }
    const read = readFieldLine(line);
    if (read === null && !/^\s+\S|^[-*+]\s/.test(line)) break;
    if (read?.field && !(read.field in fields)) fields[read.field] = at;
    if (read !== null) last = at;
  }
  return { fields, last };
}

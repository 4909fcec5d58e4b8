import { cutText } from '../../protocol/index.js';
import {
  type BlockField,
  type FoundTask,
  TASK_ID,
  type TaskWarning,
  markdownTask,
  plainText,
  priorityIn,
  valueIn,
} from './fields.js';
import { headOf } from '../text/markdown.js';
import { taskStatusOf } from './words.js';

/** A field line of a block in pieces: `- **Status:** ` and the value. */
export interface FieldLine {
  field: BlockField | null;
  head: string;
  value: string;
}

// The heads alone: what follows is cut and trimmed, because a pattern that looks for the blanks at the end of a line
// looks for them anew from every blank in it.
const TITLE = new RegExp(String.raw`^\s*(?:#{1,6}\s+)?(\*\*|__)?(${TASK_ID})(?::|\s+[-–—])(?:\*\*|__)?`);
const LOOSE_TITLE = /^([A-Za-z0-9][\w.-]{0,63}):\s/;
const FIELD = /^\s*[-*+]\s+(?:\*\*|__)?([A-Za-z][A-Za-z ]{0,30}?)(?:\*\*|__)?:(?:\*\*|__)?\s*/;
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

/** Blocks, the first `most` of them: a line with id and title, and below it a list of fields. */
export function findBlocks(
  lines: readonly string[],
  fenced: readonly boolean[],
  most: number,
): { found: FoundTask[]; warnings: TaskWarning[] } {
  const found: FoundTask[] = [];
  const warnings: TaskWarning[] = [];
  for (let at = 0; at < lines.length && found.length < most; at += 1) {
    const block = fenced[at] ? null : readBlock(lines, fenced, at, warnings);
    if (block) found.push(block);
  }
  return { found, warnings };
}

/** A field line, or null. `field` is null for a field that we do not know. */
export function readFieldLine(line: string): FieldLine | null {
  const [head, name] = FIELD.exec(line) ?? [];
  if (head === undefined || name === undefined) return null;
  return { field: FIELDS.get(name.trim().toLowerCase()) ?? null, head, value: line.slice(head.length).trimEnd() };
}

/** The title of a block in pieces. `strict`: its id looks like one, so that less must stand below it. */
interface Title {
  strict: boolean;
  bold: string | undefined;
  id: string;
  text: string;
}

function readTitle(line: string): Title | null {
  // A list or a row is none, and neither is a blank line.
  if ('-+|['.includes(headOf(line))) return null;
  const [head, bold, id] = TITLE.exec(line) ?? [];
  if (head !== undefined && id !== undefined) return { strict: true, bold, id, text: line.slice(head.length).trim() };
  const [looseHead, loose] = LOOSE_TITLE.exec(line) ?? [];
  if (looseHead === undefined || loose === undefined) return null;
  return { strict: false, bold: undefined, id: loose, text: line.slice(looseHead.length).trim() };
}

function readBlock(
  lines: readonly string[],
  fenced: readonly boolean[],
  at: number,
  warnings: TaskWarning[],
): FoundTask | null {
  const title = readTitle(lines[at] ?? '');
  if (title === null) return null;
  const { strict, bold, id, text } = title;
  const { fields, last } = readFields(lines, fenced, at, strict);
  if (strict ? Object.keys(fields).length === 0 : fields.status === undefined) return null;
  const value = (field: BlockField): string | undefined => readFieldLine(lines[fields[field] ?? -1] ?? '')?.value;
  const word = value('status');
  const status = word === undefined ? null : taskStatusOf(word);
  if (word !== undefined && status === null && word !== '') {
    warnings.push({
      line: (fields.status ?? at) + 1,
      reason: `"${cutText(word, 40)}" is not a task status: read as pending`,
    });
  }
  const task = markdownTask(at, {
    text: plainText(withoutEnd(text, bold)) || id,
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

/** The field lines below a title. A block ends at the first blank line after them, at whatever is not a list, and at a title. */
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
    if (read === null && (TITLE.test(line) || !/^\s+\S|^[-*+]\s/.test(line))) break;
    if (read?.field && !(read.field in fields)) fields[read.field] = at;
    if (read !== null) last = at;
  }
  return { fields, last };
}

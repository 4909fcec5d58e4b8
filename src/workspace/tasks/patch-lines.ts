import type { TaskPatch } from '../../protocol/index.js';
import { readFieldLine } from './blocks.js';
import { readBox } from './boxes.js';
import {
  ASSIGNEE_MARK,
  type BlockField,
  PRIORITY_MARK,
  type TaskPlace,
  assigneeMark,
  escapeMarkdown,
  stopsOf,
  writeAssigneeMark,
} from './fields.js';
import { readCells } from './tables.js';
import { splitStatusSuffix, statusSuffix, taskStatusOf, writeStatus } from './words.js';

/** Lines that take the place of a line, by its index (from 0). */
export type LineEdits = Map<number, string[]>;

/** How this file writes things, from its other tasks. */
export interface FileStyle {
  /** Status texts of its rows and blocks. */
  statuses: readonly string[];
  /** Marks in its check boxes. */
  marks: ReadonlySet<string>;
}

/** The lines that change when a task of a Markdown file is patched. */
export function patchLines(
  lines: readonly string[],
  place: Exclude<TaskPlace, { form: 'json' }>,
  patch: TaskPatch,
  style: FileStyle,
): LineEdits {
  const line = lines[place.line] ?? '';
  if (place.form === 'box') return new Map([[place.line, [patchBox(line, patch, style)]]]);
  if (place.form === 'row') return new Map([[place.line, [patchRow(line, place.columns, patch, style)]]]);
  return patchBlock(lines, place, patch, style);
}

function patchBox(line: string, patch: TaskPatch, style: FileStyle): string {
  const box = readBox(line);
  if (box === null) return line;
  const { text, status } = splitStatusSuffix(box.text.trimEnd());
  let { mark } = box;
  let suffix = status === null ? '' : ` ${statusSuffix(status)}`;
  if (patch.status !== undefined) {
    mark = boxMark(patch.status, mark, style.marks);
    const said = patch.status === 'failed' || patch.status === 'blocked' || patch.status === 'delegated';
    suffix = said ? ` ${statusSuffix(patch.status)}` : '';
  }
  return `${box.before}[${mark}]${box.gap}${patchText(text, patch)}${suffix}`;
}

function boxMark(status: NonNullable<TaskPatch['status']>, mark: string, marks: ReadonlySet<string>): string {
  if (status === 'completed') {
    if (mark.toLowerCase() === 'x') return mark;
    return marks.has('X') && !marks.has('x') ? 'X' : 'x';
  }
  if (status !== 'in_progress') return ' ';
  if (mark === '-' || mark === '~') return mark;
  return marks.has('~') && !marks.has('-') ? '~' : '-';
}

/** Assignee and priority in running text: where they stand already, else at its end. */
function patchText(text: string, { assignee, priority }: Pick<TaskPatch, 'assignee' | 'priority'>): string {
  let out = text;
  if (assignee !== undefined) {
    const mark = assignee === '' ? '' : writeAssigneeMark(assignee);
    if (assigneeMark(text) === null) out = `${out} ${mark}`;
    // A full stop after the name is none of it.
    else out = out.replace(ASSIGNEE_MARK, (found) => mark + stopsOf(found));
  }
  if (priority !== undefined) {
    out = PRIORITY_MARK.test(out) ? out.replace(PRIORITY_MARK, priority) : `${out} ${priority}`;
  }
  return out.trimEnd();
}

function patchRow(
  line: string,
  columns: Extract<TaskPlace, { form: 'row' }>['columns'],
  patch: TaskPatch,
  style: FileStyle,
): string {
  let out = line;
  const set = (column: number, write: (old: string) => string): void => {
    out = setCell(out, column, write);
  };
  if (patch.status !== undefined && columns.status !== undefined) {
    const { status } = patch;
    set(columns.status, (old) =>
      taskStatusOf(old) === status ? old : writeStatus(status, style.statuses, old, false),
    );
  }
  const inText: Pick<TaskPatch, 'assignee' | 'priority'> = {};
  for (const field of ['assignee', 'priority'] as const) {
    const value = patch[field];
    const column = columns[field];
    if (value === undefined) continue;
    if (column === undefined) inText[field] = value;
    else set(column, () => escapeMarkdown(value) || '-');
  }
  if (columns.text !== undefined && Object.keys(inText).length > 0)
    set(columns.text, (old) => patchCellText(old, inText));
  return out;
}

function patchCellText(old: string, patch: Pick<TaskPatch, 'assignee' | 'priority'>): string {
  const { assignee } = patch;
  return patchText(old, assignee === undefined ? patch : { ...patch, assignee: escapeMarkdown(assignee) });
}

/** A row that is too short for the column grows. */
function setCell(line: string, column: number, write: (old: string) => string): string {
  const there = readCells(line) ?? [];
  const missing = there.length === 0 ? 0 : Math.max(0, column + 1 - there.length);
  const out = missing === 0 ? line : line.trimEnd() + ' - |'.repeat(missing);
  const cell = (missing === 0 ? there : (readCells(out) ?? []))[column];
  if (cell === undefined) return line;
  return out.slice(0, cell.start) + write(cell.text) + out.slice(cell.end);
}

function patchBlock(
  lines: readonly string[],
  place: Extract<TaskPlace, { form: 'block' }>,
  patch: TaskPatch,
  style: FileStyle,
): LineEdits {
  const edits: LineEdits = new Map();
  const added: string[] = [];
  const set = (field: BlockField, name: string, write: (old: string) => string): void => {
    const at = place.fields[field];
    const read = readFieldLine(lines[at ?? place.lastField] ?? '');
    if (read === null) return;
    if (at === undefined) added.push(`${fieldHead(read.head, name)}${write('')}`);
    else edits.set(at, [`${read.head.trimEnd()} ${write(read.value)}`]);
  };
  const { status, assignee, priority } = patch;
  if (status !== undefined) {
    set('status', 'Status', (old) =>
      taskStatusOf(old) === status ? old : writeStatus(status, style.statuses, old, true),
    );
  }
  if (assignee !== undefined) set('assignee', 'Assigned', () => escapeMarkdown(assignee) || 'Unassigned');
  if (priority !== undefined) set('priority', 'Priority', () => priority || '-');
  if (added.length > 0) {
    edits.set(place.lastField, [...(edits.get(place.lastField) ?? [lines[place.lastField] ?? '']), ...added]);
  }
  return edits;
}

/** The head of a new field line, in the style of another one. */
function fieldHead(head: string, name: string): string {
  const bullet = /^\s*[-*+]\s+/.exec(head)?.[0] ?? '- ';
  const bold = /\*\*|__/.exec(head)?.[0] ?? '';
  return `${bullet}${bold}${name}:${bold} `;
}

import { McError } from '../base/index.js';
import type { NewTask } from '../protocol/index.js';
import { decodeText } from './decode.js';
import { readFences } from './markdown.js';
import { assigneeMark, escapeMarkdown, oneLine, priorityIn, priorityMark } from './task-fields.js';

/** A batch to be appended: when (`now`, milliseconds), by whom, and which ids are taken. */
export interface Batch {
  tasks: readonly NewTask[];
  now: number;
  source?: string | undefined;
  /** Ids of all task files; new ones are added. */
  taken: Set<string>;
}

/**
 * A batch of blocks, to be put behind the bytes of PENDING_TASKS.md (null: there is none, then it begins the file). Titles and
 * names are escaped to one line.
 * @throws McError `input.invalid` for an id that is taken or could not be read back
 */
export function appendBatch(bytes: Uint8Array | null, batch: Batch): { added: Buffer; ids: string[] } {
  const begin = bytes === null ? '# PENDING TASKS\n\n---\n' : '';
  const text = bytes === null ? begin : decodeText(bytes).text;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const ids = batch.tasks.map((task) => takeId(task, batch.taken));
  const lines = ['', `## Batch: ${minute(batch.now)}`, ''];
  for (const [index, task] of batch.tasks.entries()) lines.push(...block(ids[index] ?? '', task, batch));
  return { added: Buffer.from(begin + [...closing(text), ...lines, '---', ''].join(eol)), ids };
}

/** What must come before new lines: the end of the last line, and of a code fence that nobody closed. */
function closing(text: string): string[] {
  const { open } = readFences(text.split(/\r?\n/));
  const start = text === '' || text.endsWith('\n') ? [] : [''];
  return open === null ? start : [...start, open];
}

function block(id: string, task: NewTask, batch: Batch): string[] {
  const title = oneLine(task.title ?? '') || 'Untitled task';
  const assignee = oneLine(task.assignee ?? '') || assigneeMark(title);
  const priority = oneLine(task.priority ?? '');
  return [
    `${id}: ${escapeMarkdown(title)}`,
    `- Assigned: ${assignee ? escapeMarkdown(assignee) : 'Unassigned'}`,
    `- Due: ${escapeMarkdown(task.due ?? '') || '-'}`,
    '- Status: ⏳ NOT STARTED',
    `- Priority: ${priority === '' ? (priorityMark(title) ?? 'P2') : (priorityIn(priority) ?? escapeMarkdown(priority))}`,
    `- Created: ${minute(batch.now)}`,
    ...(oneLine(batch.source ?? '') === '' ? [] : [`- Source: ${escapeMarkdown(batch.source ?? '')}`]),
    '',
  ];
}

function takeId(task: NewTask, taken: Set<string>): string {
  const id = task.id ?? freeId(taken);
  if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(id)) {
    throw new McError('input.invalid', `${JSON.stringify(id.slice(0, 80))} cannot be a task id`, {
      hint: 'use letters, digits, dots, dashes and underscores, at most 64',
    });
  }
  if (taken.has(id)) throw new McError('input.invalid', `there is a task ${id} already`);
  taken.add(id);
  return id;
}

function freeId(taken: ReadonlySet<string>): string {
  let last = 0;
  for (const id of taken) last = Math.max(last, Number(/^TASK-AUTO-(\d{1,9})$/.exec(id)?.[1] ?? 0));
  return `TASK-AUTO-${String(last + 1).padStart(3, '0')}`;
}

/** `2026-02-18 03:40`, UTC: the form that the files of old have. */
function minute(now: number): string {
  return new Date(now).toISOString().slice(0, 16).replace('T', ' ');
}

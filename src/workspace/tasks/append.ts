import { McError } from '../../base/index.js';
import { type NewTask, TASK_WORD_LIMIT, type TaskFile, cutText } from '../../protocol/index.js';
import { decodeText } from '../text/decode.js';
import { readFences, splitLines } from '../text/markdown.js';
import { type CheckedTask, checkNewTask } from './new-tasks.js';
import { LIMITS } from '../text/read-bytes.js';
import { assigneeMark, escapeMarkdown, oneLine, priorityMark } from './fields.js';
import { idsTakenIn } from './ids.js';
import { placeTasks } from './tasks.js';

/** A batch to be appended: when (`now`, milliseconds), by whom, and which ids are taken. */
export interface Batch {
  tasks: readonly NewTask[];
  now: number;
  source?: string | undefined;
  /** Those of the wanted ids that some other task file has already. */
  taken: readonly string[];
  /** The highest `TASK-AUTO-NNN` of the other task files. */
  lastAuto: number;
}

/**
 * A batch of blocks, to be put behind the bytes of a task file (null: there is none, then it begins the file). Titles and
 * names are escaped to one line.
 * @throws McError `input.invalid` for an id that is taken and for what could not be read back; `state.unreadable` when the
 *   file holds so much that what stands at its end is not read
 */
export function appendBatch(
  file: TaskFile,
  bytes: Uint8Array | null,
  batch: Batch,
): { added: Uint8Array; ids: string[] } {
  const begin = bytes === null ? '# PENDING TASKS\n\n---\n' : '';
  const text = bytes === null ? begin : decodeText(bytes).text;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const wanted = batch.tasks.flatMap(({ id }) => id ?? []);
  const own = bytes === null ? { taken: [], lastAuto: 0 } : idsTakenIn(file, bytes, wanted);
  const taken = new Set([...batch.taken, ...own.taken]);
  let lastAuto = Math.max(batch.lastAuto, own.lastAuto);
  const ids: string[] = [];
  const lines = ['', `## Batch: ${minute(batch.now)}`, ''];
  for (const given of batch.tasks) {
    const task = checkNewTask(given);
    if (task.id === undefined) lastAuto += 1;
    const id = takeId(task.id ?? `TASK-AUTO-${String(lastAuto).padStart(3, '0')}`, taken);
    ids.push(id);
    for (const line of block(id, task, batch)) lines.push(line);
  }
  const added = Buffer.from(begin + [...closing(text), ...lines, '---', ''].join(eol));
  requireReadable(file, Buffer.concat([bytes ?? new Uint8Array(), added]), ids);
  return { added, ids };
}

/** What is appended must be seen: a file may already hold as much as is read of it. */
function requireReadable(file: TaskFile, bytes: Uint8Array, ids: readonly string[]): void {
  const isLarge = bytes.length > LIMITS.json;
  const said = isLarge ? null : placeTasks(file, bytes);
  const placed =
    said !== null && 'placed' in said ? said : { placed: [], passedOver: ['it would be larger than 16 MB'] };
  const known = new Set(placed.placed.map(({ task }) => task.id));
  if (ids.every((id) => known.has(id))) return;
  const reason = placed.passedOver.length > 0 ? placed.passedOver.join('; ') : 'what stands at its end is not read';
  throw new McError('state.unreadable', `${file} is full: ${reason}`, {
    hint: 'move finished tasks out of it, then try again',
  });
}

/** What must come before new lines: the end of the last line, and of a code fence or comment that nobody closed. */
function closing(text: string): string[] {
  const { open } = readFences(splitLines(text).lines);
  const start = text === '' || text.endsWith('\n') ? [] : [''];
  return open === null ? start : [...start, open];
}

function block(id: string, { title, assignee, due, priority }: CheckedTask, { now, source }: Batch): string[] {
  const text = title ?? 'Untitled task';
  const who = assignee || assigneeMark(text);
  const from = oneLine(source ?? '');
  return [
    `${id}: ${escapeMarkdown(text)}`,
    `- Assigned: ${who ? escapeMarkdown(who) : 'Unassigned'}`,
    `- Due: ${due || '-'}`,
    '- Status: ⏳ NOT STARTED',
    `- Priority: ${priority || (priorityMark(text) ?? 'P2')}`,
    `- Created: ${minute(now)}`,
    ...(from === '' ? [] : [`- Source: ${escapeMarkdown(cutText(from, TASK_WORD_LIMIT))}`]),
    '',
  ];
}

function takeId(id: string, taken: Set<string>): string {
  if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(id)) {
    throw new McError('input.invalid', `${JSON.stringify(cutText(id, 80))} cannot be a task id`, {
      hint: 'use letters, digits, dots, dashes and underscores, at most 64',
    });
  }
  if (taken.has(id)) throw new McError('input.invalid', `there is a task ${id} already`);
  taken.add(id);
  return id;
}

/** `2026-02-18 03:40 UTC`: as the files of old have it, and which zone is meant. */
function minute(now: number): string {
  return `${new Date(now).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

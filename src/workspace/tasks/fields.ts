import type { Task, TaskStatus } from '../../protocol/index.js';

/** Where a task stands in its file: what a patch needs to find its pieces. Lines count from 0. */
export type TaskPlace =
  | { form: 'box'; line: number }
  | { form: 'row'; line: number; columns: Columns }
  | { form: 'block'; line: number; fields: Partial<Record<BlockField, number>>; lastField: number }
  | { form: 'json'; line: number; index: number };

/** Which column of a table holds what. */
export type Columns = Partial<Record<'id' | 'text' | 'status' | 'assignee' | 'priority' | 'created' | 'due', number>>;

/** The fields of a block that we know. */
export type BlockField = 'status' | 'assignee' | 'priority' | 'created' | 'due';

/** A task and where it stands; its key is given when all of the file's tasks are known. */
export interface FoundTask {
  task: Omit<Task, 'key' | 'source'>;
  place: TaskPlace;
}

/** Something in a task file that was read with a guess. */
export interface TaskWarning {
  /** 1-based. */
  line: number;
  reason: string;
}

/** What one task file holds; `passedOver`: what of it was not read, in words. */
export interface FoundTasks {
  found: FoundTask[];
  warnings: TaskWarning[];
  passedOver: string[];
}

/** `P0` to `P3` in a text, or the word for one; null when it names none. */
export function priorityIn(text: string): string | null {
  return levelIn(text) ?? priorityWord(text);
}

function levelIn(text: string): string | null {
  // The plain pattern first: it takes a fraction of the other's time.
  if (!/[Pp][0-3]/.test(text)) return null;
  const level = /(?<![\p{L}\p{N}_@-])[Pp]([0-3])(?![\p{L}\p{N}_-])/u.exec(text.slice(0, 2000))?.[1];
  return level === undefined ? null : `P${level}`;
}

function priorityWord(text: string): string | null {
  const word = text.trim();
  return word.length > LONGEST ? null : (PRIORITY_WORDS.get(word.toLowerCase()) ?? null);
}

const PRIORITY_WORDS = new Map([
  ['critical', 'P0'],
  ['urgent', 'P0'],
  ['high', 'P1'],
  ['medium', 'P2'],
  ['normal', 'P2'],
  ['low', 'P3'],
]);

const LONGEST = Math.max(...[...PRIORITY_WORDS.keys()].map((word) => word.length));

/** `P0` to `P3` standing in running text: words such as `high` do not count there. */
export function priorityMark(text: string): string | null {
  return priorityWord(text) === null ? levelIn(text) : null;
}

/** `@name` (or `@"a name"`) in running text; an address (`a@b.c`) is none, and neither is a package (`@scope/name`). */
export const ASSIGNEE_MARK =
  /(?<![\p{L}\p{N}_.@`])@(?:"([^"\n]+)"|([\p{L}\p{N}_][\p{L}\p{N}_.-]*)(?![\p{L}\p{N}_.-]|\/[\p{L}\p{N}_.*]))/u;

/** `P0` to `P3` in running text. */
export const PRIORITY_MARK = /(?<![\p{L}\p{N}_@-])[Pp][0-3](?![\p{L}\p{N}_-])/u;

/** The first `@name` of a text, without `@`. */
export function assigneeMark(text: string): string | null {
  if (!text.includes('@')) return null;
  const mark = ASSIGNEE_MARK.exec(text.slice(0, 2000));
  const bare = mark?.[2];
  return mark?.[1] ?? (bare === undefined ? null : bare.slice(0, bare.length - stopsOf(bare).length));
}

/** The full stops and dashes at the end of a mark: they are none of the name. */
export function stopsOf(mark: string): string {
  let end = mark.length;
  while (end > 0 && '.-'.includes(mark.charAt(end - 1))) end -= 1;
  return mark.slice(end);
}

/** How a name is written in running text. */
export function writeAssigneeMark(name: string): string {
  const plain = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u.test(name) && stopsOf(name) === '';
  return plain ? `@${name}` : `@"${name.replaceAll('"', "'")}"`;
}

/** A cell's or field's text, or null when it only says that there is none (`-`, `Unassigned`). */
export function valueIn(text: string | undefined): string | null {
  const value = plainText((text ?? '').trim());
  return value === '' || /^[-–—\s]*$/.test(value) || /^(?:unassigned|none|n\/a|null)$/i.test(value) ? null : value;
}

/** A text without bold marks around it and without the backslashes that keep Markdown away. */
export function plainText(text: string): string {
  const marked = text.startsWith('**') || text.startsWith('__');
  return unescapeMarkdown(((marked ? /^(\*\*|__)(.+)\1$/.exec(text)?.[2] : null) ?? text).trim());
}

/** Takes away the backslashes that `escapeMarkdown` puts in. */
function unescapeMarkdown(text: string): string {
  return !text.includes('\\') ? text : text.replaceAll(/\\([\\`*_[\]<|])/g, '$1');
}

/** A text on one line in which nothing is Markdown, HTML or a cell's end. */
export function escapeMarkdown(text: string): string {
  // An underscore within a word (`build_api`) marks nothing.
  return oneLine(text).replaceAll(/[\\`*[\]<|]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, String.raw`\$&`);
}

/** A text on one line, without control characters. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

/** Ids as tasks carry them: `TASK-041`, `TASK-AUTO-001`, `T-9`. */
export const TASK_ID = String.raw`[A-Z][A-Z0-9_]*(?:-[A-Z0-9_]+)*-\d+`;

/** A task found in Markdown, of what its form says and, where the form is silent, of what its text says. */
export function markdownTask(
  line: number,
  said: { text: string; status: TaskStatus; id: string | null; created?: string | null; due?: string | null } & {
    /** undefined: the form has no such field. */
    assignee?: string | null | undefined;
    priority?: string | null | undefined;
  },
): FoundTask['task'] {
  const { text, status, id } = said;
  return {
    text,
    status,
    id,
    assignee: said.assignee === undefined ? assigneeMark(text) : said.assignee,
    priority: said.priority === undefined ? priorityMark(text) : said.priority,
    due: said.due ?? null,
    created: said.created ?? null,
    line: line + 1,
  };
}

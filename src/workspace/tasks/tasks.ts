import { hash as digestOf } from 'node:crypto';
import {
  TASK_TEXT_LIMIT,
  TASK_WORD_LIMIT,
  type Task,
  type TaskFile,
  type TaskFileReading,
  cutText,
} from '../../protocol/index.js';
import { BOUNDS, counted } from '../text/bounds.js';
import { decodeText } from '../text/decode.js';
import { ASSIGNEE_MARK, type FoundTask, PRIORITY_MARK, type TaskPlace, type TaskWarning, stopsOf } from './fields.js';
import { type JsonTasks, findJsonTasks } from './json.js';
import { findMarkdownTasks } from './markdown.js';
import { splitStatusSuffix } from './words.js';

/** A task of a file and where it stands there. */
export interface PlacedTask {
  task: Task;
  place: TaskPlace;
}

/** What the bytes of one task file say. Never throws. */
export function readTaskFile(file: TaskFile, bytes: Uint8Array): TaskFileReading {
  const said = placeTasks(file, bytes);
  if ('refused' in said) return said;
  const { placed, warnings, passedOver } = said;
  const tasks = placed.map(({ task }) => task);
  return { tasks, warnings, ...(passedOver.length > 0 ? { passedOver } : {}) };
}

/** The tasks of one task file with their places: what a writer stands on. At most BOUNDS.tasks of them. */
export function placeTasks(
  file: TaskFile,
  bytes: Uint8Array,
):
  | { placed: PlacedTask[]; warnings: TaskWarning[]; passedOver: string[] }
  | Extract<TaskFileReading, { refused: unknown }> {
  const said: JsonTasks = file.endsWith('.json') ? findJsonTasks(bytes) : findMarkdownTasks(decodeText(bytes).text);
  if ('refused' in said) return said;
  const { passedOver } = said;
  if (said.found.length > BOUNDS.tasks) {
    passedOver.push(`more than ${counted(BOUNDS.tasks)} tasks: the first ${counted(BOUNDS.tasks)} are shown`);
  }
  const placed = withKeys(file, said.found.slice(0, BOUNDS.tasks));
  return { placed: boundTasks(placed, passedOver), warnings: fewWarnings(said.warnings), passedOver };
}

/** The tasks as they travel: their texts are cut, and there are only as many as one event can carry. */
function boundTasks(placed: readonly PlacedTask[], passedOver: string[]): PlacedTask[] {
  const kept: PlacedTask[] = [];
  const cut: number[] = [];
  let chars = 0;
  for (const { task, place } of placed) {
    const bounded = boundTask(task);
    if (bounded !== task) cut.push(task.line);
    chars += charsOf(bounded);
    if (chars > BOUNDS.taskChars) {
      const limit = counted(BOUNDS.taskChars);
      passedOver.push(`tasks of more than ${limit} characters: the first ${counted(kept.length)} tasks are shown`);
      break;
    }
    kept.push({ task: bounded, place });
  }
  if (cut.length > 0) {
    const more = cut.length > 1 ? ` and ${counted(cut.length - 1)} more` : '';
    passedOver.push(`line ${cut[0]}${more}: longer than ${counted(TASK_TEXT_LIMIT)} characters, shown cut`);
  }
  return kept;
}

/** The same task when nothing of it is too long. */
function boundTask(task: Task): Task {
  const text = cutText(task.text, TASK_TEXT_LIMIT);
  const words = WORDS.filter((name) => (task[name]?.length ?? 0) > TASK_WORD_LIMIT);
  const subtasks = task.subtasks?.map(boundSubtask);
  const isSame = subtasks?.every((subtask, at) => subtask === task.subtasks?.[at]) ?? true;
  if (text === task.text && words.length === 0 && isSame) return task;
  const short = Object.fromEntries(words.map((name) => [name, cutText(task[name] ?? '', TASK_WORD_LIMIT)]));
  return { ...task, ...short, text, ...(subtasks ? { subtasks } : {}) };
}

type Subtask = NonNullable<Task['subtasks']>[number];

function boundSubtask(subtask: Subtask): Subtask {
  const { id, text } = subtask;
  if (text.length <= TASK_TEXT_LIMIT && (id?.length ?? 0) <= TASK_WORD_LIMIT) return subtask;
  return { ...subtask, id: id && cutText(id, TASK_WORD_LIMIT), text: cutText(text, TASK_TEXT_LIMIT) };
}

const WORDS = ['assignee', 'due', 'created'] as const;

function charsOf({ key, text, id, assignee, due, created, subtasks = [] }: Task): number {
  const said = (word: string | null): number => word?.length ?? 0;
  const own = key.length + text.length + said(id) + said(assignee) + said(due) + said(created);
  return subtasks.reduce((sum, subtask) => sum + subtask.text.length + (subtask.id?.length ?? 0), own);
}

function fewWarnings(warnings: readonly TaskWarning[]): TaskWarning[] {
  if (warnings.length <= BOUNDS.warnings) return [...warnings];
  const [first] = warnings.slice(BOUNDS.warnings);
  const reason = `${counted(warnings.length - BOUNDS.warnings)} more warnings from here on`;
  return [...warnings.slice(0, BOUNDS.warnings), { line: first?.line ?? 1, reason }];
}

/** Keys that outlive edits elsewhere in the file: by id, else by a hash of the text and its ordinal among equal texts. */
function withKeys(source: TaskFile, found: readonly FoundTask[]): PlacedTask[] {
  const keys = new Set<string>();
  const ordinals = new Map<string, number>();
  const keyOf = (task: FoundTask['task']): string => {
    const byId = `${source}#${task.id}`;
    if (task.id !== null && task.id.length <= TASK_WORD_LIMIT && !keys.has(byId)) return byId;
    // So much of a text is enough to tell it from others.
    const text = lastingText(task.text.slice(0, BOUNDS.line));
    for (;;) {
      const ordinal = ordinals.get(text) ?? 0;
      ordinals.set(text, ordinal + 1);
      const key = `${source}#~${hash(`${ordinal} ${text}`)}`;
      if (!keys.has(key)) return key;
    }
  };
  return found.map(({ task, place }) => {
    const key = keyOf(task);
    keys.add(key);
    // What is too long to be asked for by is not an id.
    const id = task.id !== null && task.id.length > TASK_WORD_LIMIT ? null : task.id;
    return { task: keyed(task, key, id, source), place };
  });
}

/** Field by field, which takes a fraction of the time that a spread does; the order is that of the answers. */
function keyed(task: FoundTask['task'], key: string, id: string | null, source: TaskFile): Task {
  const { text, status, assignee, priority, due, created, line, subtasks } = task;
  return subtasks === undefined
    ? { key, text, status, id, assignee, priority, due, created, line, source }
    : { key, text, status, id, assignee, priority, due, created, line, subtasks, source };
}

/** What a patch of ours may put into a text is not a part of its identity. */
function lastingText(text: string): string {
  const { text: plain } = splitStatusSuffix(text);
  return (plain.includes('@') ? plain.replace(ASSIGNEE_MARK, stopsOf) : plain)
    .replace(PRIORITY_MARK, '')
    .replaceAll(/[\s*]+/g, ' ')
    .trim();
}

function hash(text: string): string {
  return digestOf('sha256', text, 'hex').slice(0, 8);
}

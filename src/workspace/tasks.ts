import { createHash } from 'node:crypto';
import type { Task, TaskFile, TaskFileReading } from '../protocol/index.js';
import { decodeText } from './decode.js';
import { ASSIGNEE_MARK, type FoundTask, PRIORITY_MARK, type TaskPlace } from './task-fields.js';
import { type JsonTasks, findJsonTasks } from './task-json.js';
import { findMarkdownTasks } from './task-markdown.js';
import { splitStatusSuffix } from './task-words.js';

/** A task of a file and where it stands there. */
export interface PlacedTask {
  task: Task;
  place: TaskPlace;
}

/** What the bytes of one task file say. Never throws. */
export function readTaskFile(file: TaskFile, bytes: Uint8Array): TaskFileReading {
  const said = placeTasks(file, bytes);
  if ('refused' in said) return said;
  return { tasks: said.placed.map(({ task }) => task), warnings: said.warnings };
}

/** The tasks of one task file with their places: what a writer stands on. */
export function placeTasks(
  file: TaskFile,
  bytes: Uint8Array,
):
  | { placed: PlacedTask[]; warnings: { line: number; reason: string }[] }
  | Extract<TaskFileReading, { refused: unknown }> {
  const said: JsonTasks = file.endsWith('.json')
    ? findJsonTasks(bytes)
    : findMarkdownTasks(decodeText(bytes).text.split(/\r?\n/));
  if ('refused' in said) return said;
  return { placed: withKeys(file, said.found), warnings: said.warnings };
}

/** Keys that outlive edits elsewhere in the file: by id, else by a hash of the text and its ordinal among equal texts. */
function withKeys(source: TaskFile, found: readonly FoundTask[]): PlacedTask[] {
  const keys = new Set<string>();
  const ordinals = new Map<string, number>();
  const keyOf = (task: FoundTask['task']): string => {
    const byId = `${source}#${task.id}`;
    if (task.id !== null && !keys.has(byId)) return byId;
    const text = lastingText(task.text);
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
    return { task: { key, ...task, source }, place };
  });
}

/** What a patch of ours may put into a text is no part of its identity. */
function lastingText(text: string): string {
  return splitStatusSuffix(text)
    .text.replace(ASSIGNEE_MARK, (mark) => /[.-]+$/.exec(mark)?.[0] ?? '')
    .replace(PRIORITY_MARK, '')
    .replaceAll(/[\s*]+/g, ' ')
    .trim();
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

import type { Task, TaskFile, TaskUpdateData } from '../protocol/index.js';
import { sameJson } from './equal.js';

/** How one task file changed; null when it did not. A task that only stands on another line has moved. */
export function diffTasks(path: TaskFile, held: readonly Task[], read: readonly Task[]): TaskUpdateData | null {
  const before = new Map(held.map((task) => [task.key, task]));
  const after = new Map(read.map((task) => [task.key, task]));
  const update: TaskUpdateData = {
    type: 'task_queue_changed',
    path,
    added: [],
    changed: [],
    removed: [...before.values()].filter((task) => !after.has(task.key)),
    moved: [],
  };
  for (const task of after.values()) sortTask(update, before.get(task.key), task);
  const { added, changed, removed, moved } = update;
  return added.length + changed.length + removed.length + moved.length > 0 ? update : null;
}

function sortTask(update: TaskUpdateData, known: Task | undefined, task: Task): void {
  if (!known) update.added.push(task);
  else if (!sameButLine(known, task)) update.changed.push(task);
  else if (known.line !== task.line) update.moved.push({ key: task.key, line: task.line });
}

/** Without copies: there may be thousands of tasks, and the event loop waits. */
function sameButLine(known: Task, task: Task): boolean {
  const names = Object.keys(known) as (keyof Task)[];
  if (names.length !== Object.keys(task).length) return false;
  return names.every((name) => name === 'line' || (Object.hasOwn(task, name) && sameJson(known[name], task[name])));
}

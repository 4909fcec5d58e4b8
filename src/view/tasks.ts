import type { Task, TaskStatus } from '../protocol/index.js';

/** What needs a person first: the order in which tasks are listed. */
const TASKS_FIRST: readonly TaskStatus[] = ['failed', 'blocked', 'in_progress', 'pending', 'delegated', 'completed'];

/** Tasks by status, what needs a person first; then as they stood. */
export function tasksByTrouble<T extends Pick<Task, 'status'>>(tasks: readonly T[]): T[] {
  return tasks.toSorted((a, b) => TASKS_FIRST.indexOf(a.status) - TASKS_FIRST.indexOf(b.status));
}

/** True for a task that nobody here has to think of any more. */
export function isDone(status: TaskStatus): boolean {
  return status === 'completed' || status === 'delegated';
}

/** What a filter looks into. */
export function taskFields({ id, text, assignee, priority, status }: Task): string[] {
  return [id ?? '', text, assignee ?? '', priority ?? '', status];
}

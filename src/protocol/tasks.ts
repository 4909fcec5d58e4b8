/** Task statuses after normalisation. */
export const TASK_STATUSES = ['pending', 'in_progress', 'completed', 'failed', 'blocked', 'delegated'] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

/** The four task files, relative to the workspace, in the order in which tasks are listed. */
export const TASK_FILES = [
  'mission-control/TASK_QUEUE.md',
  'mission-control/TASK_QUEUE.json',
  'mission-control/PENDING_TASKS.md',
  'PENDING_TASKS.md',
] as const;
export type TaskFile = (typeof TASK_FILES)[number];

/** A new task's text may be so long, in UTF-16 units; of a longer one in a file only so much is shown. */
export const TASK_TEXT_LIMIT = 1000;

/** The same for an assignee, a date, an id and the like. */
export const TASK_WORD_LIMIT = 200;

/** One task of one of the task files. */
export interface Task {
  /** Unique over all files: `<source>#<id>`, or `<source>#~<hash>` for a task without an id. */
  key: string;
  /** Check boxes: everything after the box. Tables and blocks: the title. JSON: the description. Cut at TASK_TEXT_LIMIT. */
  text: string;
  status: TaskStatus;
  id: string | null;
  assignee: string | null;
  /** `P0` to `P3` where the file says so. */
  priority: string | null;
  /** As the file has it. */
  due: string | null;
  /** As the file has it. */
  created: string | null;
  source: TaskFile;
  /** 1-based line on which the task begins. */
  line: number;
  subtasks?: { id: string | null; text: string; status: TaskStatus }[];
}

/** Counts of tasks per status; every status is present. */
export type TaskCounts = Record<TaskStatus, number>;

/** Counts tasks per status. */
export function countTasks(tasks: Iterable<Task>): TaskCounts {
  const counts: TaskCounts = { pending: 0, in_progress: 0, completed: 0, failed: 0, blocked: 0, delegated: 0 };
  for (const task of tasks) counts[task.status] += 1;
  return counts;
}

/** A new task, as `POST /api/tasks/create` takes it. */
export interface NewTask {
  id?: string;
  title?: string;
  assignee?: string;
  priority?: string;
  due?: string;
}

/** What `PATCH /api/tasks/{id}` changes. */
export interface TaskPatch {
  status?: TaskStatus;
  assignee?: string;
  priority?: string;
}

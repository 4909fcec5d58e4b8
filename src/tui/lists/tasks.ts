import { TASK_FILES, type Task } from '../../protocol/index.js';
import type { Listed } from '../list.js';
import type { Model } from '../model.js';
import { arrangeTasks } from '../rows/tasks.js';

/** The queue: of one status or all, filtered. */
export const taskList: Listed<Task> = {
  name: 'tasks',
  rows: (model) => arrangeTasks(allTasks(model), model.taskStatus, model.lists.tasks.filter),
  key: ({ key }) => key,
};

/** All tasks, file after file. */
export function allTasks(model: Model): Task[] {
  return TASK_FILES.flatMap((file) => [...(model.data.view.tasks.get(file) ?? [])]);
}

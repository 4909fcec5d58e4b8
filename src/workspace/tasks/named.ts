import { McError } from '../../base/index.js';
import type { Task } from '../../protocol/index.js';

/**
 * The task that is meant by an id, a key, or the `~hash` of a task without an id.
 * @throws McError `task.not_found`, or `task.ambiguous` with the keys to choose from
 */
export function taskNamed(tasks: readonly Task[], name: string): Task {
  const found = tasks.filter((task) => task.key === name);
  if (found.length === 0) {
    found.push(...tasks.filter((task) => task.id === name || (name.startsWith('~') && task.key.endsWith(`#${name}`))));
  }
  const [task] = found;
  if (!task) throw new McError('task.not_found', 'Task not found', { hint: 'GET /api/tasks lists them' });
  if (found.length === 1) return task;
  throw new McError('task.ambiguous', `${found.length} tasks are called ${JSON.stringify(name)}`, {
    hint: `choose one by its key: ${found.map(({ key }) => key).join(', ')}`,
  });
}

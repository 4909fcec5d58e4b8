import { McError, workspaceLayout, writeFileAtomic } from '../base/index.js';
import {
  type NewTask,
  TASK_FILES,
  TASK_STATUSES,
  type Task,
  type TaskFile,
  type TaskPatch,
} from '../protocol/index.js';
import { appendBatch } from './append-tasks.js';
import { patchTaskBytes } from './patch-task.js';
import { LIMITS, readBytes } from './read-bytes.js';
import { isFound } from './agent-files.js';
import { oneLine, priorityIn } from './task-fields.js';
import { type PlacedTask, placeTasks } from './tasks.js';
import { inTurn } from './write-queue.js';
import { openTarget } from './write-target.js';

/** Where new tasks go. */
export const NEW_TASKS_FILE: TaskFile = 'mission-control/PENDING_TASKS.md';

/**
 * Appends new tasks as one batch. `now` in milliseconds; `source`: who asks for them. Ids that are not given become
 * `TASK-AUTO-NNN`, unique over all task files.
 * @throws McError `input.invalid` for no tasks, a bad id or one that is taken; `state.unreadable`
 */
export async function appendTasks(
  root: string,
  tasks: readonly NewTask[],
  now: number,
  source?: string,
): Promise<{ file: TaskFile; ids: string[] }> {
  if (tasks.length === 0) throw new McError('input.invalid', 'No tasks provided');
  const path = workspaceLayout(root).taskFiles[NEW_TASKS_FILE];
  return inTurn(path, async () => {
    const taken = await takenIds(root);
    const target = await openTarget(root, path, NEW_TASKS_FILE);
    const { bytes, ids } = appendBatch(target.bytes, { tasks, now, source, taken });
    await writeFileAtomic(target.path, bytes);
    return { file: NEW_TASKS_FILE, ids };
  });
}

/**
 * Changes one task where it stands: only its own lines or JSON fields. An empty assignee or priority takes it away.
 * Returns the task as the file now has it.
 * @throws McError `task.not_found`, `input.invalid`, `state.unreadable`
 */
export async function patchTask(root: string, key: string, patch: TaskPatch): Promise<Task> {
  const file = TASK_FILES.find((source) => key.startsWith(`${source}#`));
  if (file === undefined) throw notFound(key);
  const checked = checkPatch(patch);
  const path = workspaceLayout(root).taskFiles[file];
  return inTurn(path, async () => {
    const target = await openTarget(root, path, file);
    if (target.bytes === null) throw notFound(key);
    const placed = placedIn(file, target.bytes);
    const found = placed.find(({ task }) => task.key === key);
    if (found === undefined) throw notFound(key);
    const bytes = patchTaskBytes(target.bytes, placed, found.place, checked);
    if (!bytes.equals(target.bytes)) await writeFileAtomic(target.path, bytes);
    const after = placedIn(file, bytes);
    return (after.find(({ task }) => task.key === key) ?? after[placed.indexOf(found)] ?? found).task;
  });
}

function placedIn(file: TaskFile, bytes: Uint8Array): PlacedTask[] {
  const said = placeTasks(file, bytes);
  if ('placed' in said) return said.placed;
  throw new McError('state.unreadable', `${file}: ${said.refused.reason}`, { hint: 'mend the file, then try again' });
}

function checkPatch(patch: TaskPatch): TaskPatch {
  const { status, assignee, priority } = patch;
  if (status !== undefined && !TASK_STATUSES.includes(status)) {
    throw new McError('input.invalid', `${JSON.stringify(status)} is no task status`, {
      hint: TASK_STATUSES.join(', '),
    });
  }
  const level = priority === undefined || priority === '' ? priority : priorityIn(oneLine(priority));
  if (level === null)
    throw new McError('input.invalid', `${JSON.stringify(priority)} is no priority`, { hint: 'P0 to P3' });
  return {
    ...(status === undefined ? {} : { status }),
    ...(assignee === undefined ? {} : { assignee: oneLine(assignee) }),
    ...(level === undefined ? {} : { priority: level }),
  };
}

/** Every id in use, and every `TASK-AUTO-NNN` that any file mentions, in a form we read or not. */
async function takenIds(root: string): Promise<Set<string>> {
  const taken = new Set<string>();
  for (const file of TASK_FILES) {
    const read = await readBytes(root, workspaceLayout(root).taskFiles[file], LIMITS.json);
    if (read === null || !isFound(read)) continue;
    const said = placeTasks(file, read.bytes);
    if ('placed' in said) for (const { task } of said.placed) if (task.id !== null) taken.add(task.id);
    for (const [id] of Buffer.from(read.bytes)
      .toString('latin1')
      .matchAll(/TASK-AUTO-\d{1,9}/g))
      taken.add(id);
  }
  return taken;
}

function notFound(key: string): McError {
  return new McError('task.not_found', `no task ${JSON.stringify(key)}`, { hint: 'mc tasks list shows them' });
}

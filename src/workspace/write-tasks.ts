import { McError, workspaceLayout } from '../base/index.js';
import {
  type NewTask,
  TASK_FILES,
  TASK_STATUSES,
  type Task,
  type TaskFile,
  type TaskPatch,
} from '../protocol/index.js';
import { appendBatch } from './append-tasks.js';
import { toBinary } from './json-edit.js';
import { patchTaskBytes } from './patch-task.js';
import { LIMITS, readBytes } from './read-bytes.js';
import { isFound } from './agent-files.js';
import { oneLine, priorityIn } from './task-fields.js';
import { type PlacedTask, placeTasks } from './tasks.js';
import { inTurn } from './write-queue.js';
import { editOrBegin, editTarget, type Ground } from './write-target.js';

/** Where new tasks go. */
export const NEW_TASKS_FILE: TaskFile = 'mission-control/PENDING_TASKS.md';

/**
 * Appends new tasks as one batch. `now` in milliseconds; `source`: who asks for them. Ids that are not given become
 * `TASK-AUTO-NNN`, unique over all task files. `roots` as in `Ground`.
 * @throws McError `input.invalid` for no tasks, a bad id or one that is taken; `state.unreadable`; as `editTarget`
 */
export async function appendTasks(
  root: string,
  tasks: readonly NewTask[],
  now: number,
  source?: string,
  roots?: Ground['roots'],
): Promise<{ file: TaskFile; ids: string[] }> {
  if (tasks.length === 0) throw new McError('input.invalid', 'No tasks provided');
  const path = workspaceLayout(root).taskFiles[NEW_TASKS_FILE];
  return inTurn(path, async () => {
    const elsewhere = await takenIds(root);
    let ids: string[] = [];
    const edit = (old: Buffer | null) => {
      const taken = new Set([...elsewhere, ...(old === null ? [] : idsIn(NEW_TASKS_FILE, old))]);
      const batch = appendBatch(old, { tasks, now, source, taken });
      ids = batch.ids;
      return batch.added;
    };
    await editOrBegin({ root, roots }, { path, name: NEW_TASKS_FILE, kind: 'append', edit });
    return { file: NEW_TASKS_FILE, ids };
  });
}

/**
 * Changes one task where it stands: only its own lines or JSON fields. An empty assignee or priority takes it away.
 * Returns the task as the file now has it. `roots` as in `Ground`.
 * @throws McError `task.not_found`, `input.invalid`, `state.unreadable`; as `editTarget`
 */
export async function patchTask(root: string, key: string, patch: TaskPatch, roots?: Ground['roots']): Promise<Task> {
  const file = TASK_FILES.find((source) => key.startsWith(`${source}#`));
  if (file === undefined) throw notFound(key);
  const checked = checkPatch(patch);
  const path = workspaceLayout(root).taskFiles[file];
  return inTurn(path, async () => {
    let patched: Task | undefined;
    const edit = (old: Buffer | null) => {
      if (old === null) throw notFound(key);
      const placed = placedIn(file, old);
      const found = placed.find(({ task }) => task.key === key);
      if (found === undefined) throw notFound(key);
      const bytes = patchTaskBytes(old, placed, found.place, checked);
      const after = placedIn(file, bytes);
      patched = (after.find(({ task }) => task.key === key) ?? after[placed.indexOf(found)] ?? found).task;
      return bytes.equals(old) ? null : bytes;
    };
    const kind = file.endsWith('.json') ? 'rewrite' : 'lines';
    await editTarget({ root, roots }, { path, name: file, kind, edit });
    if (patched === undefined) throw notFound(key);
    return patched;
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

/** Every id that a task file other than that of new tasks has in use. */
async function takenIds(root: string): Promise<Set<string>> {
  const taken = new Set<string>();
  for (const file of TASK_FILES) {
    if (file === NEW_TASKS_FILE) continue;
    const read = await readBytes(root, workspaceLayout(root).taskFiles[file], LIMITS.json);
    if (read !== null && isFound(read)) for (const id of idsIn(file, read.bytes)) taken.add(id);
  }
  return taken;
}

/** Every id in use, and every `TASK-AUTO-NNN` that the file mentions, in a form we read or not. */
function idsIn(file: TaskFile, bytes: Uint8Array): Set<string> {
  const said = placeTasks(file, bytes);
  const ids = new Set('placed' in said ? said.placed.flatMap(({ task }) => task.id ?? []) : []);
  for (const [id] of toBinary(bytes).matchAll(/TASK-AUTO-\d{1,9}/g)) ids.add(id);
  return ids;
}

function notFound(key: string): McError {
  return new McError('task.not_found', `no task ${JSON.stringify(key)}`, { hint: 'mc tasks list shows them' });
}

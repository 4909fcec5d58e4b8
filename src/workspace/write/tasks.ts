import { McError, workspaceLayout } from '../../base/index.js';
import {
  type NewTask,
  TASK_FILES,
  TASK_STATUSES,
  type Task,
  type TaskFile,
  type TaskPatch,
} from '../../protocol/index.js';
import { bufferOf, whenDone, work, workOrWait } from '../read/thread.js';
import { checkNewTask, checkPriority } from '../tasks/new-tasks.js';
import { taskNotFound } from '../tasks/patch.js';
import { LIMITS, readBytes, isFound } from '../text/read-bytes.js';

import { oneLine } from '../tasks/fields.js';
import type { TakenIds } from '../tasks/ids.js';
import { inTurn } from './turns.js';
import { editOrBegin, editTarget, type Ground } from './target.js';

/** Where new tasks go. */
const NEW_TASKS_FILE: TaskFile = 'mission-control/PENDING_TASKS.md';

/**
 * Appends new tasks as one batch. `now` in milliseconds; `source`: who asks for them. Ids that are not given become
 * `TASK-AUTO-NNN`, unique over all task files. `roots` as in `Ground`.
 * @throws McError `input.invalid` for no tasks, a bad id or one that is taken; `state.unreadable`; as `editTarget`
 */
export async function appendTasks(
  root: string,
  tasks: readonly NewTask[],
  { now, source, roots }: { now: number; source?: string | undefined; roots?: Ground['roots'] },
): Promise<{ file: TaskFile; ids: string[] }> {
  if (tasks.length === 0) throw new McError('input.invalid', 'No tasks provided');
  // Before anything is read: what is asked for may be refused as it is.
  for (const task of tasks) checkNewTask(task);
  const path = workspaceLayout(root).taskFiles[NEW_TASKS_FILE];
  return inTurn(path, async () => {
    const elsewhere = await takenIds(
      root,
      tasks.flatMap(({ id }) => id ?? []),
    );
    let ids: string[] = [];
    const edit = (old: Buffer | null) =>
      whenDone(
        workOrWait('append', old?.length ?? 0, NEW_TASKS_FILE, old, { tasks, now, source, ...elsewhere }),
        (batch) => {
          ids = batch.ids;
          return bufferOf(batch.added);
        },
      );
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
  if (file === undefined) throw taskNotFound(key);
  const checked = checkPatch(patch);
  const path = workspaceLayout(root).taskFiles[file];
  return inTurn(path, async () => {
    let patched: Task | undefined;
    const edit = (old: Buffer | null) => {
      if (old === null) throw taskNotFound(key);
      return whenDone(workOrWait('patch', old.length, file, old, key, checked), ({ bytes, task }) => {
        patched = task;
        const made = bufferOf(bytes);
        return made.equals(old) ? null : made;
      });
    };
    const kind = file.endsWith('.json') ? 'rewrite' : 'lines';
    await editTarget({ root, roots }, { path, name: file, kind, edit });
    if (patched === undefined) throw taskNotFound(key);
    return patched;
  });
}

function checkPatch(patch: TaskPatch): TaskPatch {
  const { status, assignee, priority } = patch;
  if (status !== undefined && !TASK_STATUSES.includes(status)) {
    throw new McError('input.invalid', `${JSON.stringify(status)} is not a task status`, {
      hint: TASK_STATUSES.join(', '),
    });
  }
  return {
    ...(status === undefined ? {} : { status }),
    ...(assignee === undefined ? {} : { assignee: oneLine(assignee) }),
    ...(priority === undefined ? {} : { priority: checkPriority(priority) }),
  };
}

/** Which of the wanted ids the task files other than that of new tasks have, and their highest `TASK-AUTO-NNN`. */
async function takenIds(root: string, wanted: readonly string[]): Promise<TakenIds> {
  const all: TakenIds = { taken: [], lastAuto: 0 };
  for (const file of TASK_FILES) {
    if (file === NEW_TASKS_FILE) continue;
    const read = await readBytes(root, workspaceLayout(root).taskFiles[file], LIMITS.json);
    if (read === null || !isFound(read)) continue;
    const { taken, lastAuto } = await work('idsTaken', read.size, file, read.bytes, wanted);
    all.taken.push(...taken);
    all.lastAuto = Math.max(all.lastAuto, lastAuto);
  }
  return all;
}

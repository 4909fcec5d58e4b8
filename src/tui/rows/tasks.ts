import { type Task, TASK_STATUSES } from '../../protocol/index.js';
import { applyFilter, isDone, taskFields, tasksByTrouble, UNKNOWN } from '../../view/index.js';
import { taskGlyph } from '../draw/glyphs.js';
import { cell, type Line } from '../draw/lines.js';

/** Tasks as the list shows them: of one status or all, filtered; by status, then as their files have them. */
export function arrangeTasks(tasks: readonly Task[], status: string | null, filter: string): readonly Task[] {
  const wanted = status === null ? tasks : tasks.filter((task) => task.status === status);
  return tasksByTrouble(applyFilter(wanted, filter, taskFields));
}

/** The status that is shown after this one: all, then each of them. */
export function nextStatus(status: string | null, by: 1 | -1): string | null {
  const all: (string | null)[] = [null, ...TASK_STATUSES];
  return all[(all.indexOf(status) + by + all.length) % all.length] ?? null;
}

/** One task as a row of `width` columns. */
export function taskLine(task: Task, width: number, cursor: boolean): Line {
  const id = width >= 60 ? 9 : 0;
  const assignee = width >= 48 ? 11 : 0;
  const priority = width >= 40 ? 4 : 0;
  const due = width >= 100 ? 18 : 0;
  const source = width >= 120 ? 32 : 0;
  const rest = Math.max(1, width - 4 - id - assignee - priority - due - source);
  const done = isDone(task.status);
  return {
    cursor,
    spans: [
      cursor ? ['accent', '▌'] : ' ',
      taskGlyph(task.status),
      ' ',
      ...(id ? [...cell(task.id ?? UNKNOWN, id - 1, 'dim'), ' '] : []),
      ...(priority ? cell(task.priority ?? '', priority, task.priority === 'P0' ? 'warn' : 'dim') : []),
      ...cell(task.text, rest - 1, done ? 'dim' : cursor ? 'strong' : 'plain'),
      ' ',
      ...(assignee ? cell(task.assignee ?? UNKNOWN, assignee, 'plain') : []),
      ...(due ? cell(task.due === null ? '' : `due ${task.due}`, due, 'dim') : []),
      ...(source ? cell(`${task.source}:${task.line}`, source, 'dim', 'right') : []),
    ],
  };
}

import { countTasks, TASK_STATUSES, type Task } from '../../protocol/index.js';
import { words } from '../../view/index.js';
import { taskGlyph } from '../draw/glyphs.js';
import { BLANK, fit, type Line, line, type Span } from '../draw/lines.js';
import { openRecord } from '../go.js';
import { atCursor } from '../list.js';
import { allTasks, taskList } from '../lists/tasks.js';
import type { Model } from '../model.js';
import { taskLine } from '../rows/tasks.js';
import { become, stay } from '../say.js';
import { listScreen } from './list-screen.js';
import type { Screen } from './screen.js';

/** The queue, by status. */
export const tasks: Screen = {
  title: () => 'tasks',
  tab: { label: 'Tasks' },
  ...listScreen({
    list: taskList,
    line: (task, { size, cursor }) => taskLine(task, size.columns, cursor),
    head: (model, size) => [tabsLine(model, size.columns), ...(size.rows >= 8 ? [BLANK] : [])],
    foot: (model, size, task, count) => (size.rows >= 8 ? [BLANK, ...detailLines(task), footLine(model, count)] : []),
    around: (_, size) => (size.rows >= 8 ? 5 : 1),
    empty: emptyText,
  }),
  open(model) {
    const task = atCursor(taskList, model);
    return task ? become(openRecord(model, task.id ?? 'task', task)) : stay(model);
  },
  back: (model) => (model.taskStatus === null ? null : { ...model, taskStatus: null }),
  copy(model) {
    const task = atCursor(taskList, model);
    return task ? (task.id ?? task.text) : null;
  },
};

function tabsLine(model: Model, columns: number): Line {
  const all = allTasks(model);
  const count = countTasks(all);
  const tab = (label: Span[], chosen: boolean): Span[] => [chosen ? ['accent', '▸'] : ' ', ...label, ' '];
  const spans = [
    ...tab([[model.taskStatus === null ? 'key' : 'dim', `all ${all.length}`]], model.taskStatus === null),
    ...TASK_STATUSES.flatMap((status) =>
      tab(
        [
          taskGlyph(status),
          [
            model.taskStatus === status ? 'key' : 'dim',
            columns >= 100 ? ` ${words(status)} ${count[status]}` : ` ${count[status]}`,
          ],
        ],
        model.taskStatus === status,
      ),
    ),
  ];
  return { spans: fit(spans, columns) };
}

function detailLines(task: Task | undefined): Line[] {
  if (!task) return [BLANK];
  const parts = [
    task.id,
    words(task.status),
    task.assignee === null ? 'nobody' : `@${task.assignee}`,
    task.priority,
    task.due === null ? null : `due ${task.due}`,
    `${task.source}:${task.line}`,
  ];
  const sub = task.subtasks?.length
    ? `  ${task.subtasks.filter(({ status }) => status === 'completed').length}/${task.subtasks.length} parts`
    : '';
  return [line(' ', ['strong', task.text.slice(0, 60)], ['dim', ` · ${parts.filter(Boolean).join(' · ')}${sub}`])];
}

function footLine(model: Model, shown: number): Line {
  const { undo, data } = model;
  const { filter } = model.lists.tasks;
  const counted = ['dim', ` ${shown} shown · filter: `] as const;
  const filtered: Span = filter === '' ? 'none' : ['warn', filter];
  if (undo && undo.until > data.now) {
    const left = Math.ceil((undo.until - data.now) / 1000);
    return line(counted, filtered, ['warn', `   u takes "${undo.name.slice(0, 30)}" back (${left}s)`]);
  }
  return line(counted, filtered);
}

function emptyText(model: Model): string {
  if (allTasks(model).length > 0) return '   no task passes this filter';
  return '   no tasks: n adds one to mission-control/PENDING_TASKS.md';
}

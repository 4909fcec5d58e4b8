import { countTasks, TASK_FILES, TASK_STATUSES, type Task } from '../../protocol/index.js';
import { taskGlyph, words } from '../draw/glyphs.js';
import { BLANK, fit, type Line, line, type Span } from '../draw/lines.js';
import { windowOf } from '../list.js';
import type { Model, Size } from '../model.js';
import { arrangeTasks, taskLine } from '../rows/tasks.js';
import type { Screen } from './screen.js';

/** The queue, by status. */
export const tasks: Screen = {
  title: () => 'tasks',
  body(model, size) {
    const rows = shownTasks(model);
    const height = listHeight(size);
    const { index, top } = windowOf(model.lists.tasks, keysOf(model), height);
    const shown = rows
      .slice(top, top + height)
      .map((task, offset) => taskLine(task, size.columns, top + offset === index));
    const empty = rows.length === 0 ? [line(['dim', emptyText(model)])] : [];
    const fill = Array.from({ length: Math.max(0, height - shown.length - empty.length) }, () => BLANK);
    const below = size.rows >= 8 ? [BLANK, ...detailLines(rows[index]), footLine(model, rows.length)] : [];
    return [tabsLine(model, size.columns), ...(size.rows >= 8 ? [BLANK] : []), ...shown, ...empty, ...fill, ...below];
  },
  list: { keys: keysOf, height: (_, size) => listHeight(size), top: (_, size) => (size.rows >= 8 ? 2 : 1) },
  copy: (model) => {
    const task = taskAtCursor(model);
    return task ? (task.id ?? task.text) : null;
  },
};

/** The task under the cursor. */
export function taskAtCursor(model: Model): Task | null {
  return shownTasks(model)[windowOf(model.lists.tasks, keysOf(model), 1).index] ?? null;
}

/** All tasks, file after file. */
export function allTasks(model: Model): Task[] {
  return TASK_FILES.flatMap((file) => [...(model.data.view.tasks.get(file) ?? [])]);
}

function keysOf(model: Model): readonly string[] {
  return shownTasks(model).map(({ key }) => key);
}

function shownTasks(model: Model): readonly Task[] {
  return arrangeTasks(allTasks(model), model.taskStatus, model.lists.tasks.filter);
}

function listHeight(size: Size): number {
  return Math.max(1, size.rows - (size.rows >= 8 ? 5 : 1));
}

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

import type { Task } from '../../protocol/index.js';
import { COLUMNS, UNKNOWN } from '../../view/index.js';
import { taskColour, taskGlyph } from './glyphs.js';
import { renderTable } from './table.js';
import type { Terminal } from './terminal.js';

/** Tasks as a table, in the order in which they stand in their files. */
export function tasksTable(tasks: readonly Task[], terminal: Terminal): string {
  return renderTable(
    [
      {
        header: COLUMNS.tasks.status,
        cell: (task) => `${taskGlyph(task.status, terminal)} ${task.status}`,
        colour: (task) => taskColour(task.status),
      },
      { header: COLUMNS.tasks.id, cell: shortId, min: 6 },
      { header: COLUMNS.tasks.task, cell: (task) => task.text, min: 12, good: 20 },
      { header: COLUMNS.tasks.assignee, cell: (task) => task.assignee ?? UNKNOWN, min: 8 },
      { header: COLUMNS.tasks.priority, cell: (task) => task.priority ?? UNKNOWN },
      { header: COLUMNS.tasks.due, cell: (task) => task.due ?? UNKNOWN, min: 10, givesWay: true },
      { header: COLUMNS.tasks.file, cell: (task) => `${task.source}:${task.line}`, min: 12, givesWay: true },
    ],
    tasks,
    terminal,
  );
}

/** What `mc tasks done` takes: the task's id, else the hash by which its key knows it. */
function shortId(task: Task): string {
  return task.id ?? task.key.slice(task.key.indexOf('#') + 1);
}

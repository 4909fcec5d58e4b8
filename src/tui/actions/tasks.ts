import { newEditor } from '../editor.js';
import type { Step } from '../effects.js';
import type { Model } from '../model.js';
import { doneRequest, undoRequest } from '../requests.js';
import { nextStatus } from '../rows/tasks.js';
import { ask, become, say } from '../say.js';
import { atCursor } from '../list.js';
import { taskList } from '../lists/tasks.js';

export const TASK_ACTIONS = {
  'task.add': (model: Model) =>
    become({
      ...model,
      prompt: {
        name: 'ask',
        question: 'new task (@name, P0 to P3)',
        purpose: { name: 'task.add' },
        editor: newEditor(),
        choices: [],
      },
    }),
  'task.done': (model: Model) => done(model),
  'task.undo': (model: Model) => undo(model),
  'task.next': (model: Model) => become({ ...model, taskStatus: nextStatus(model.taskStatus, 1) }),
  'task.previous': (model: Model) => become({ ...model, taskStatus: nextStatus(model.taskStatus, -1) }),
};

function done(model: Model): Step {
  const task = atCursor(taskList, model);
  if (!task) return say(model, 'there is no task here', 'warn');
  if (task.status === 'completed') return say(model, 'this task is done already', 'plain');
  return ask(model, doneRequest(task));
}

function undo(model: Model): Step {
  const { undo: last, data } = model;
  if (!last || last.until <= data.now) return say(model, 'there is nothing to take back', 'plain');
  return ask({ ...model, undo: null }, undoRequest(last));
}

import { type Static, Type } from '@sinclair/typebox';
import { McError } from '../../base/index.js';
import {
  type ActiveTasksAnswer,
  type CreateTasksAnswer,
  listAgents,
  listTasks,
  type NewTask,
  type PatchTaskAnswer,
  type TaskPatch,
  type TasksAnswer,
} from '../../protocol/index.js';
import { taskNamed } from '../../workspace/index.js';
import type { ApiContext } from './context.js';
import { type Endpoints, endpoint } from './endpoint.js';
import { keyOf, NextCursor, nextOf, PageQuery, pageOf } from './pages.js';
import { IdParams, Nullable, TaskRow, TaskStatusWord, Time } from './schemas.js';

const Tasks = Type.Object({ tasks: Type.Array(TaskRow), next_cursor: NextCursor });
const ActiveTasks = Type.Object({
  active_tasks: Type.Array(Type.Object({ agent: Type.String(), task: Type.Unknown() })),
  next_cursor: NextCursor,
});

/** Older clients send null for what they leave open. */
const Text = (maxLength: number) => Type.Optional(Nullable(Type.String({ maxLength })));
const NewTasks = Type.Object({
  tasks: Type.Optional(
    Type.Array(
      Type.Object({
        id: Type.Optional(Type.Union([Type.String({ maxLength: 200 }), Type.Number(), Type.Null()])),
        title: Text(10_000),
        assignee: Text(200),
        priority: Text(100),
        due: Text(100),
      }),
      { maxItems: 1000 },
    ),
  ),
  source: Text(200),
});
const Created = Type.Object({
  success: Type.Literal(true),
  tasks_created: Type.Integer(),
  file_path: Type.String(),
  timestamp: Time,
  ids: Type.Array(Type.String()),
});
const Patch = Type.Object(
  {
    status: Type.Optional(TaskStatusWord),
    assignee: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    priority: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  },
  { additionalProperties: false, minProperties: 1, description: 'give status, assignee or priority' },
);
const Patched = Type.Object({ success: Type.Literal(true), task: TaskRow });

/** The queue: what stands in the task files, what agents work on, new tasks, and changes where a task stands. */
export function taskEndpoints(context: ApiContext): Endpoints<'tasks' | 'activeTasks' | 'createTasks' | 'patchTask'> {
  const { feed, cache } = context;
  return {
    tasks: endpoint({ query: Type.Object(PageQuery), answer: Tasks }, ({ query, ...exchange }) =>
      cache.send(exchange, keyOf('tasks', query), `${feed.revision('tasks')}`, (): TasksAnswer => {
        const page = pageOf(listTasks(feed.snapshot), (task) => task.key, query);
        return { tasks: page.items, ...nextOf(query, page.next) };
      }),
    ),
    activeTasks: endpoint({ query: Type.Object(PageQuery), answer: ActiveTasks }, ({ query, ...exchange }) =>
      cache.send(exchange, keyOf('tasks/active', query), `${feed.revision('agents')}`, (): ActiveTasksAnswer => {
        const rows = listAgents(feed.snapshot).flatMap(({ id, current_tasks }) =>
          current_tasks.map((task, index) => ({ key: `${id}/${index}`, row: { agent: id, task } })),
        );
        const page = pageOf(rows, ({ key }) => key, query);
        return { active_tasks: page.items.map(({ row }) => row), ...nextOf(query, page.next) };
      }),
    ),
    createTasks: endpoint({ body: NewTasks, answer: Created }, ({ body }) => createTasks(context, body)),
    patchTask: endpoint({ params: IdParams, body: Patch, answer: Patched }, ({ params, body }) =>
      patchTask(context, params.id, body),
    ),
  };
}

async function createTasks(context: ApiContext, body: Static<typeof NewTasks>): Promise<CreateTasksAnswer> {
  const { writes, clock } = context;
  const tasks = (body.tasks ?? []).map(newTask);
  if (tasks.length === 0) {
    throw new McError('input.invalid', 'No tasks provided', { hint: 'send {"tasks":[{"title":"…"}]}' });
  }
  const { ids, file } = await writes.createTasks(tasks, body.source ?? undefined);
  return {
    success: true,
    tasks_created: tasks.length,
    file_path: file,
    timestamp: new Date(clock.now()).toISOString(),
    ids,
  };
}

function newTask(given: NonNullable<Static<typeof NewTasks>['tasks']>[number]): NewTask {
  const fields = (['id', 'title', 'assignee', 'priority', 'due'] as const).flatMap((name) => {
    const value = given[name] ?? null;
    return value === null ? [] : [[name, String(value)]];
  });
  return Object.fromEntries(fields) as NewTask;
}

async function patchTask({ feed, writes }: ApiContext, id: string, patch: TaskPatch): Promise<PatchTaskAnswer> {
  const task = taskNamed(listTasks(feed.snapshot), id);
  return { success: true, task: await writes.patchTask(task, patch) };
}

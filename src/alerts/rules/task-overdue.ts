import { isCalendarDay } from '../../base/index.js';
import { cutText, type Task } from '../../protocol/index.js';
import { IN_LINE, type Rule, type World } from './rule.js';

/** An open task is past its date. */
export const taskOverdue: Rule = {
  name: 'task_overdue',
  severity: 'warning',
  title: 'Tasks overdue',
  looksAt:
    'the due dates of tasks in the task files that are pending, in progress or blocked; a day is over at its end',
  forMs: 0,
  keepFiringMs: 0,
  cooldownMs: 0,
  limit: null,
  unit: 'tasks',
  judge(world, { found, wakeIn }) {
    for (const [agent, tasks] of overdueByAgent(world, wakeIn)) {
      const [first] = tasks;
      if (!first) continue;
      const more = tasks.length === 1 ? '' : `, and ${tasks.length - 1} more`;
      found({
        agent,
        heldMs: world.now - (endOf(first) ?? world.now),
        value: tasks.length,
        say: () => ({
          summary: `overdue since ${first.due}: ${cutText(first.text, IN_LINE)}${more}`,
          evidence: `${first.source} line ${first.line}${more}`,
        }),
      });
    }
  },
};

const OPEN: ReadonlySet<Task['status']> = new Set(['pending', 'in_progress', 'blocked']);

/** Overdue tasks, the oldest first, by the agent that they are assigned to; null: nobody that is an agent here. */
function overdueByAgent({ tasks, agents, now }: World, wakeIn: (ms: number) => void): Map<string | null, Task[]> {
  const byAgent = new Map<string | null, Task[]>();
  for (const list of tasks.values()) {
    for (const task of list) {
      if (task.due === null || !OPEN.has(task.status)) continue;
      const end = endOf(task);
      if (end === null) continue;
      if (end > now) {
        wakeIn(end - now + 1);
        continue;
      }
      const agent = task.assignee !== null && agents.has(task.assignee) ? task.assignee : null;
      const known = byAgent.get(agent);
      if (known) known.push(task);
      else byAgent.set(agent, [task]);
    }
  }
  for (const list of byAgent.values()) list.sort((a, b) => (endOf(a) ?? 0) - (endOf(b) ?? 0));
  return byAgent;
}

/** Tasks are replaced, never edited: what a date means is found out once. */
const ends = new WeakMap<Task, number | null>();

function endOf(task: Task): number | null {
  const known = ends.get(task);
  if (known !== undefined) return known;
  const end = dueEnd(task.due ?? '');
  ends.set(task, end);
  return end;
}

const TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/i;

/**
 * When a due date is over, in milliseconds since the epoch: a time at that time, a day at its end, by the clock of this
 * machine where it names no zone. Null for words that are not a date (`soon`).
 */
export function dueEnd(due: string): number | null {
  const text = due.trim();
  if (!isCalendarDay(text.slice(0, 10))) return null;
  if (text.length === 10) {
    const [year, month, day] = text.split('-').map(Number) as [number, number, number];
    return new Date(year, month - 1, day + 1).getTime();
  }
  const time = TIME.test(text) ? Date.parse(text.replace(' ', 'T')) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}

import type { Agent, AgentActivityData, AgentTask } from '../protocol/index.js';

type Activity = AgentActivityData['activity'];
type Phase = 'absent' | 'waiting' | 'begun' | 'ended';

/** What an agent has started and finished between two of its states, in the order of its tasks. */
export function taskActivities(held: Agent, agent: Agent): Activity[] {
  if (held.tasks === agent.tasks) return [];
  const before = tasksByKey(held.tasks);
  const after = tasksByKey(agent.tasks);
  const activities: Activity[] = [];
  for (const [key, task] of before) {
    if (hasFinished(phaseOf(task), phaseOf(after.get(key)))) {
      activities.push({ action: 'task_finished', task: task.title });
    }
  }
  for (const [key, task] of after) {
    if (phaseOf(task) === 'begun' && phaseOf(before.get(key)) !== 'begun') {
      activities.push({ action: 'task_started', task: task.title });
    }
  }
  return activities;
}

/** The memories that were written between two looks at memory/: names that are new or have a newer mtime. */
export function memoryActivities(before: Record<string, number>, after: Record<string, number>): Activity[] {
  return Object.keys(after)
    .filter((file) => !Object.hasOwn(before, file) || (after[file] ?? 0) > (before[file] ?? 0))
    .sort()
    .map((file) => ({ action: 'memory_written', file }));
}

/** A task is the same one as long as its id is, or its title where it has none. */
function tasksByKey(tasks: AgentTask[]): Map<string, AgentTask> {
  return new Map(tasks.map((task) => [`${task.source}\0${task.id ?? task.title}`, task]));
}

/** An agent names what it works on, so that a task without a status has begun. */
function phaseOf(task: AgentTask | undefined): Phase {
  if (!task) return 'absent';
  if (task.status === 'completed' || task.status === 'failed') return 'ended';
  return task.status === 'pending' || task.status === 'delegated' ? 'waiting' : 'begun';
}

/** What was begun and is gone was finished; what only waited and is gone was not. */
function hasFinished(before: Phase, after: Phase): boolean {
  return (
    (before === 'begun' && after !== 'begun' && after !== 'waiting') || (before === 'waiting' && after === 'ended')
  );
}

import { listTasks, type Snapshot, type Task, type TaskStatus, type TaskUpdateData } from '../../protocol/index.js';
import { createLastHour } from './agent-endings.js';
import type { Outcome } from './observer.js';

/** A task of the task files that ended, with the agent it was assigned to (null: nobody, or nobody we know). */
export interface QueueEnding {
  agent: string | null;
  task: string;
  outcome: Outcome;
}

/** Watches the task files: which tasks end, and how long new ones wait until they are taken up. */
export interface QueueWatch {
  update(data: TaskUpdateData, at: number): QueueEnding[];
  /** Mean wait in ms of the tasks taken up in the last hour; null: none. */
  meanWait(at: number): number | null;
}

interface Known {
  status: TaskStatus;
  /** When it was seen to appear as pending; null for what was there before. */
  pendingSince: number | null;
}

export function createQueueWatch(snapshot: Snapshot): QueueWatch {
  const known = new Map<string, Known>(
    listTasks(snapshot).map((task) => [task.key, { status: task.status, pendingSince: null }]),
  );
  const waits = createLastHour();

  const follow = (task: Task, at: number): QueueEnding | null => {
    const before = known.get(task.key);
    const pendingSince = task.status !== 'pending' ? null : before ? before.pendingSince : at;
    known.set(task.key, { status: task.status, pendingSince });
    if (before?.pendingSince != null && task.status !== 'pending') waits.add(at, at - before.pendingSince);
    if (!before || before.status === task.status || !isOutcome(task.status)) return null;
    return { agent: assigneeOf(snapshot, task), task: task.id ?? task.text, outcome: task.status };
  };

  return {
    update(data, at) {
      for (const task of data.removed) known.delete(task.key);
      return [...data.added, ...data.changed].flatMap((task) => follow(task, at) ?? []);
    },
    meanWait(at) {
      const { n, sum } = waits.total(at);
      return n > 0 ? sum / n : null;
    },
  };
}

function isOutcome(status: TaskStatus): status is Outcome {
  return status === 'completed' || status === 'failed';
}

function assigneeOf(snapshot: Snapshot, task: Task): string | null {
  const name = task.assignee?.trim().replace(/^@/, '').toLowerCase();
  if (!name) return null;
  for (const id of snapshot.agents.keys()) if (id.toLowerCase() === name) return id;
  return null;
}

import type { Agent } from './agents.js';
import type { Alert } from './alerts.js';
import type { KeptNotification } from './notifications.js';
import type { Office } from './office.js';
import { TASK_FILES, type Task, type TaskFile } from './tasks.js';

/**
 * What is held to be true. Changed by `applyEvent` alone, in place: the maps keep their identity, the values in them
 * are replaced, never edited.
 */
export interface Snapshot {
  agents: Map<string, Agent>;
  office: Office | null;
  /** Tasks per file, in the order of their lines. */
  tasks: Map<TaskFile, Task[]>;
  /** Newest last, at most NOTIFICATIONS_KEPT. */
  notifications: KeptNotification[];
  /** Those that fire, by id, in the order in which they began to. */
  alerts: Map<string, Alert>;
}

/** A snapshot of nothing. */
export function emptySnapshot(): Snapshot {
  return { agents: new Map(), office: null, tasks: new Map(), notifications: [], alerts: new Map() };
}

/** Agents sorted by id. */
export function listAgents(snapshot: Snapshot): Agent[] {
  return [...snapshot.agents.values()].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/** All tasks, file after file, in the order of TASK_FILES and of their lines. */
export function listTasks(snapshot: Snapshot): Task[] {
  return TASK_FILES.flatMap((file) => snapshot.tasks.get(file) ?? []);
}

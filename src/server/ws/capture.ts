import {
  type Agent,
  type KeptNotification,
  listAgents,
  type Office,
  type Position,
  type Snapshot,
  TASK_FILES,
  type Task,
  type TaskFile,
} from '../../protocol/index.js';

/** The snapshot as it was at one position. Its values are shared with the snapshot: they are replaced there, never edited. */
export interface Capture {
  position: Position;
  office: Office | null;
  /** Sorted by id. */
  agents: readonly Agent[];
  tasks: readonly { path: TaskFile; tasks: readonly Task[] }[];
  notifications: readonly KeptNotification[];
}

/** Captures the snapshot; those who ask at one position share one capture, so that a storm of clients costs little. */
export function createCapturer(snapshot: Snapshot): (position: Position) => Capture {
  let last: Capture | null = null;
  return (position) => {
    if (last?.position.seq === position.seq && last.position.epoch === position.epoch) return last;
    last = {
      position,
      office: snapshot.office,
      agents: listAgents(snapshot),
      tasks: TASK_FILES.flatMap((path) => {
        const tasks = snapshot.tasks.get(path);
        return tasks ? [{ path, tasks }] : [];
      }),
      notifications: snapshot.notifications,
    };
    return last;
  };
}

import {
  type Agent,
  type Alert,
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
  /** Those that fire. */
  alerts: readonly Alert[];
}

/** Captures the snapshot; those who ask at one position share one capture, so that a storm of clients costs little. */
export function createCapturer(snapshot: Snapshot): (position: Position) => Capture {
  // Held weakly: when nobody is greeted, agents of long ago are not kept for the next who might come.
  let last: WeakRef<Capture> | null = null;
  return (position) => {
    const known = last?.deref();
    if (known?.position.seq === position.seq && known.position.epoch === position.epoch) return known;
    const capture: Capture = {
      position,
      office: snapshot.office,
      agents: listAgents(snapshot),
      tasks: TASK_FILES.flatMap((path) => {
        const tasks = snapshot.tasks.get(path);
        return tasks ? [{ path, tasks }] : [];
      }),
      notifications: snapshot.notifications,
      alerts: [...snapshot.alerts.values()],
    };
    last = new WeakRef(capture);
    return capture;
  };
}

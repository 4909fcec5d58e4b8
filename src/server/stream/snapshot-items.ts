import {
  agentStatusData,
  type EventType,
  type Task,
  type TaskFile,
  type TaskUpdateData,
} from '../../protocol/index.js';
import type { Capture } from './capture.js';
import type { Filter } from './filter.js';

/** One thing of the state that a client is sent. */
export interface SnapshotItem {
  type: EventType;
  /** ISO 8601 UTC; null: now. */
  timestamp: string | null;
  /** The value that the data are made from. */
  owner: object;
  data: () => unknown;
}

/** All that a capture holds and a filter lets through, in the order of the contract. */
export function* snapshotItems(capture: Capture, filter: Filter): Generator<SnapshotItem, void> {
  const wants = (type: EventType) => filter.channels?.has(type) ?? true;
  const { office } = capture;
  if (office && wants('agent_position')) {
    yield { type: 'agent_position', timestamp: null, owner: office, data: () => office };
  }
  if (wants('agent_status')) {
    for (const agent of capture.agents) {
      if (filter.kind === 'old' && agent.state === null) continue;
      if (filter.agents && !filter.agents.has(agent.id)) continue;
      yield { type: 'agent_status', timestamp: null, owner: agent, data: () => agentStatusData(agent) };
    }
  }
  if (filter.kind === 'old') return;
  if (wants('task_update')) {
    for (const { path, tasks } of capture.tasks) {
      yield { type: 'task_update', timestamp: null, owner: tasks, data: () => taskData(path, tasks) };
    }
  }
  yield* notificationItems(capture, filter);
  if (!wants('alert')) return;
  for (const alert of capture.alerts) {
    if (filter.agents && alert.agent !== null && !filter.agents.has(alert.agent)) continue;
    yield { type: 'alert', timestamp: alert.fired_at, owner: alert, data: () => alert };
  }
}

/** Kept notifications with their own times, each acknowledgement behind what it acknowledges. */
function* notificationItems(capture: Capture, filter: Filter): Generator<SnapshotItem, void> {
  const wants = (type: EventType) => filter.channels?.has(type) ?? true;
  for (const kept of capture.notifications) {
    if (filter.agents && kept.agent !== undefined && !filter.agents.has(kept.agent)) continue;
    const { timestamp, acknowledged_at, ...data } = kept;
    if (wants('notification')) yield { type: 'notification', timestamp, owner: kept, data: () => data };
    if (acknowledged_at === null || !wants('notification_ack')) continue;
    const ack = { id: kept.id, acknowledged_at };
    yield { type: 'notification_ack', timestamp: acknowledged_at, owner: ack, data: () => ack };
  }
}

function taskData(path: TaskFile, tasks: readonly Task[]): TaskUpdateData {
  return { type: 'task_queue_changed', path, added: [...tasks], changed: [], removed: [], moved: [] };
}

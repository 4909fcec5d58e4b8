import type { Agent } from './agents.js';
import type { Alert } from './alerts.js';
import type { AgentStatusData, EventDraft, McEvent, TaskUpdateData } from './events.js';
import { heldOffice } from './office.js';
import { type KeptNotification, NOTIFICATIONS_KEPT } from './notifications.js';
import type { Snapshot } from './snapshot.js';
import type { Task } from './tasks.js';

/**
 * What an event means: changes the snapshot in place. The one definition for the server and for every client's mirror.
 * Events that only report (activity, metrics, file changes, backups) change nothing.
 */
export function applyEvent(snapshot: Snapshot, event: McEvent | EventDraft): void {
  switch (event.type) {
    case 'agent_status':
      snapshot.agents.set(event.data.agent, agentOf(event.data));
      break;
    case 'agent_removed':
      snapshot.agents.delete(event.data.agent);
      break;
    case 'agent_position':
      snapshot.office = heldOffice(event.data);
      break;
    case 'task_update':
      applyTasks(snapshot, event.data);
      break;
    case 'notification':
      applyNotification(snapshot, { ...event.data, timestamp: timeOf(event), acknowledged_at: null });
      break;
    case 'notification_ack':
      snapshot.notifications = snapshot.notifications.map((kept) =>
        kept.id === event.data.id ? { ...kept, acknowledged_at: event.data.acknowledged_at } : kept,
      );
      break;
    case 'alert':
      applyAlert(snapshot, event.data);
      break;
    default:
      break;
  }
}

/** The agent that an `agent_status` event describes. */
export function agentOf(data: AgentStatusData): Agent {
  const { word, ...details } = data.details;
  return {
    id: data.agent,
    ...details,
    status: word,
    normalized_status: data.status,
    since: data.since,
    evidence: data.evidence,
    state: data.state,
  };
}

/** The `agent_status` data that describes an agent; the inverse of `agentOf`. */
export function agentStatusData(agent: Agent, previous?: Agent): AgentStatusData {
  const { id, state, status: word, normalized_status, since, evidence, ...details } = agent;
  const changed = previous !== undefined && previous.normalized_status !== normalized_status;
  return {
    agent: id,
    state,
    status: normalized_status,
    ...(changed ? { previous: previous.normalized_status } : {}),
    since,
    evidence,
    details: { ...details, word },
  };
}

function applyTasks(snapshot: Snapshot, data: TaskUpdateData): void {
  const tasks = new Map<string, Task>((snapshot.tasks.get(data.path) ?? []).map((task) => [task.key, task]));
  for (const task of data.removed) tasks.delete(task.key);
  for (const task of [...data.added, ...data.changed]) tasks.set(task.key, task);
  for (const { key, line } of data.moved) {
    const task = tasks.get(key);
    if (task) tasks.set(key, { ...task, line });
  }
  const sorted = [...tasks.values()].sort((a, b) => a.line - b.line || (a.key < b.key ? -1 : 1));
  if (sorted.length > 0) snapshot.tasks.set(data.path, sorted);
  else snapshot.tasks.delete(data.path);
}

/** A notification with a known id replaces the older one, so that a snapshot can be sent twice. */
function applyNotification(snapshot: Snapshot, notification: KeptNotification): void {
  const others = snapshot.notifications.filter((kept) => kept.id !== notification.id);
  snapshot.notifications = [...others, notification].slice(-NOTIFICATIONS_KEPT);
}

/** Only what fires is held: an alert that is over is history. */
function applyAlert(snapshot: Snapshot, alert: Alert): void {
  if (alert.state === 'firing') snapshot.alerts.set(alert.id, alert);
  else snapshot.alerts.delete(alert.id);
}

function timeOf(event: McEvent | EventDraft): string {
  return 'timestamp' in event ? event.timestamp : new Date(event.at).toISOString();
}

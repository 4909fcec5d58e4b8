import type { Agent, AgentStatus, Evidence } from './agents.js';
import type { Alert } from './alerts.js';
import type { BackupUpdate } from './backups.js';
import type { FileChange } from './files.js';
import type { SystemMetric } from './metrics.js';
import type { Notification } from './notifications.js';
import type { Office } from './office.js';
import type { Task, TaskFile } from './tasks.js';

/** All of an agent that does not already stand beside it in the event. */
export type AgentDetails = Omit<Agent, 'id' | 'state' | 'status' | 'normalized_status' | 'since' | 'evidence'> & {
  /** The file's own word. */
  word: string;
};

export interface AgentStatusData {
  agent: string;
  /** The whole state.json as it is, null when the agent has none, `{"$truncated":true,"bytes":n}` above 256 kB. */
  state: unknown;
  /** Normalised. */
  status: AgentStatus;
  /** The normalised status before this event, when the agent was known and its status changed. */
  previous?: AgentStatus;
  since: string | null;
  evidence: Evidence | null;
  details: AgentDetails;
}

export interface AgentActivityData {
  agent: string;
  activity: { action: string; task?: string; [key: string]: unknown };
}

export interface TaskUpdateData {
  type: 'task_queue_changed';
  /** Relative to the workspace. */
  path: TaskFile;
  added: Task[];
  changed: Task[];
  removed: Task[];
  /** Tasks that only moved to another line of the same file. */
  moved: { key: string; line: number }[];
}

/** Data of every journalled event, by type. */
export interface EventData {
  agent_status: AgentStatusData;
  agent_removed: { agent: string };
  agent_activity: AgentActivityData;
  agent_position: Office;
  task_update: TaskUpdateData;
  notification: Notification;
  /** A person has acknowledged a notification, for everyone. */
  notification_ack: { id: string; acknowledged_at: string };
  system_metric: SystemMetric;
  file_change: FileChange;
  backup_update: BackupUpdate;
  /** An alert has begun to fire, has changed (acknowledged, silenced), or is over. */
  alert: Alert;
}

export const EVENT_TYPES = [
  'agent_status',
  'agent_removed',
  'agent_activity',
  'agent_position',
  'task_update',
  'notification',
  'notification_ack',
  'system_metric',
  'file_change',
  'backup_update',
  'alert',
] as const satisfies readonly (keyof EventData)[];
export type EventType = keyof EventData;

/** An event before the bus gives it a position. `at`: milliseconds since the epoch. */
export type EventDraft = { [T in EventType]: { type: T; data: EventData[T]; at: number } }[EventType];

/** `source` of everything this server says. */
export const SOURCE = 'mission-control';

interface Envelope<T extends EventType> {
  type: T;
  /** ISO 8601 UTC with milliseconds. */
  timestamp: string;
  data: EventData[T];
  source: string;
  epoch: string;
  seq: number;
}

/** A journalled event as it goes over the wire. */
export type McEvent = { [T in EventType]: Envelope<T> }[EventType];

/** True when the word names a journalled event. */
export function isEventType(word: unknown): word is EventType {
  return typeof word === 'string' && (EVENT_TYPES as readonly string[]).includes(word);
}

/** The agent an event is about, or null when it is about none. */
export function agentOfEvent(event: EventDraft | McEvent): string | null {
  switch (event.type) {
    case 'agent_status':
    case 'agent_removed':
    case 'agent_activity':
      return event.data.agent;
    case 'notification':
      return event.data.agent ?? null;
    case 'alert':
      return event.data.agent;
    default:
      return null;
  }
}

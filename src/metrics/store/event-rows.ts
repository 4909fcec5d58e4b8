import { agentOfEvent, isAlertUpdate, type McEvent, type Task } from '../../protocol/index.js';
import type { EventRow } from './store.js';

/** Data above this many characters of JSON is not kept: the log says what happened, not everything that was said. */
const DATA_LIMIT = 16 * 1024;
const TASKS_KEPT = 50;

/** Events that the server itself writes into the log, beside those of the stream. */
export const OWN_EVENTS = [
  'service_started',
  'service_stopped',
  'collection_failed',
  'collection_late',
  'collection_paused',
  'collection_resumed',
  'database_upgraded',
  'database_set_aside',
  'database_rewritten',
  'database_replaced',
  'deletion_held',
  'events_dropped',
  'samples_dropped',
] as const;
export type OwnEvent = (typeof OWN_EVENTS)[number];

/** Types of the stream that the log keeps. */
export const LOGGED_TYPES = [
  'agent_status',
  'agent_removed',
  'agent_activity',
  'task_update',
  'notification',
  'notification_ack',
  'backup_update',
  'alert',
] as const satisfies readonly McEvent['type'][];

/**
 * An event as the log keeps it; null for what does not matter later. `statusChanged`: an agent's status is another than
 * before, or the agent is new; an `agent_status` that only brings other details is not kept.
 */
export function eventRow(event: McEvent, statusChanged: boolean): EventRow | null {
  const data = keptData(event, statusChanged);
  if (data === null) return null;
  return { t: Date.parse(event.timestamp), type: event.type, agent: agentOfEvent(event), data: boundedJson(data) };
}

/** An event of our own for the log. */
export function ownRow(
  type: OwnEvent,
  t: number,
  data: Record<string, unknown>,
  agent: string | null = null,
): EventRow {
  return { t, type, agent, data: boundedJson(data) };
}

function keptData(event: McEvent, statusChanged: boolean): unknown {
  switch (event.type) {
    case 'agent_status': {
      const { agent, status, previous, since, evidence, details } = event.data;
      return statusChanged ? { agent, status, previous, word: details.word, since, evidence } : null;
    }
    case 'task_update': {
      const { type, path, added, changed, removed } = event.data;
      if (added.length + changed.length + removed.length === 0) return null;
      return { type, path, added: briefly(added), changed: briefly(changed), removed: briefly(removed) };
    }
    case 'backup_update':
      return event.data.state === 'progress' ? null : event.data;
    case 'agent_removed':
    case 'agent_activity':
    case 'notification':
    case 'notification_ack':
      return event.data;
    case 'alert':
      // Figures that move while it fires are not news.
      return isAlertUpdate(event.timestamp, event.data) ? null : event.data;
    default:
      return null;
  }
}

function briefly(tasks: Task[]): unknown[] {
  const kept = tasks.slice(0, TASKS_KEPT).map(({ id, text, status, assignee }) => ({
    id,
    text: text.slice(0, 200),
    status,
    assignee,
  }));
  return tasks.length > TASKS_KEPT ? [...kept, { more: tasks.length - TASKS_KEPT }] : kept;
}

function boundedJson(data: unknown): string {
  const text = JSON.stringify(data);
  return text.length <= DATA_LIMIT ? text : JSON.stringify({ $truncated: true, bytes: Buffer.byteLength(text) });
}

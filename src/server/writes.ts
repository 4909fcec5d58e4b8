import { type Clock, McError, rootsOf, workspaceLayout } from '../base/index.js';
import type { Bus } from '../bus/index.js';
import {
  type Agent,
  type AgentActivityData,
  type AgentReport,
  type KeptNotification,
  MAX_NOTIFICATION_DATA_BYTES,
  type NewNotification,
  type NewTask,
  normalizeStatus,
  type Notification,
  type Position,
  STATUS_WORDS,
  type Snapshot,
  type Task,
  type TaskFile,
  type TaskPatch,
} from '../protocol/index.js';
import { appendTasks, mergeReport, patchTask } from '../workspace/index.js';
import type { ReadNoun } from '../workspace/watch/watcher.js';
import type { Feed } from './feed.js';

/**
 * Every change that somebody asks for, by REST or by socket. What lies in files is changed there and comes back with the
 * river; only what is in no file (activities, notifications) goes straight onto the bus.
 */
export interface Writes {
  /** Resolves with the agent as the river brought it back. @throws McError as `mergeReport`, or `agent.not_found` */
  report(id: string, report: AgentReport): Promise<{ agent: Agent; position: Position }>;
  /** @throws McError `agent.not_found` */
  activity(data: AgentActivityData): Position;
  createTasks(tasks: readonly NewTask[], source: string | undefined): Promise<{ file: TaskFile; ids: string[] }>;
  patchTask(task: Task, patch: TaskPatch): Promise<Task>;
  notify(notification: NewNotification): { notification: KeptNotification; position: Position };
  /** The first acknowledgement counts. @throws McError `notification.not_found` */
  acknowledge(id: string): KeptNotification;
}

export interface WritesOptions {
  feed: Feed;
  bus: Pick<Bus, 'position'>;
  /** The workspace. */
  root: string;
  clock: Clock;
  /** Makes the ids of notifications; must never repeat one. */
  newId: () => string;
}

/** How long a write waits for the river to bring its change back, in milliseconds. */
const RIVER_LIMIT_MS = 2000;

export function createWrites({ feed, bus, root, clock, newId }: WritesOptions): Writes {
  const { snapshot } = feed;
  // Asked at the start: what agents make into links later leads out.
  const roots = rootsOf(workspaceLayout(root));
  const activity = (data: AgentActivityData): Position => {
    agentNamed(snapshot, data.agent);
    feed.publish([{ type: 'agent_activity', data, at: clock.now() }]);
    return bus.position();
  };

  return {
    activity,
    async report(id, report) {
      const before = agentNamed(snapshot, id);
      checkReport(report);
      const { activity: action, ...stated } = report;
      let position = bus.position();
      if (Object.keys(stated).length > 0) {
        await mergeReport(root, id, stated, { now: clock.now(), roots: await roots });
        const office: ReadNoun[] = stated.zone === undefined ? [] : [{ kind: 'office' }];
        position = await feed.look([{ kind: 'agent', id }, ...office], RIVER_LIMIT_MS);
      }
      if (action !== undefined) {
        position = activity({ agent: id, activity: { action, ...(report.task ? { task: report.task } : {}) } });
      }
      return { agent: snapshot.agents.get(id) ?? before, position };
    },
    async createTasks(tasks, source) {
      const created = await appendTasks(root, tasks, { now: clock.now(), source, roots: await roots });
      await feed.look([{ kind: 'tasks', file: created.file }], RIVER_LIMIT_MS);
      return created;
    },
    async patchTask(task, patch) {
      const written = await patchTask(root, task.key, patch, await roots);
      await feed.look([{ kind: 'tasks', file: task.source }], RIVER_LIMIT_MS);
      return written;
    },
    notify(asked) {
      const { title = 'Mission Control', message, level = 'info', agent, data = {} } = asked;
      requireSmall(data);
      const notification: Notification = { id: newId(), title, message, level, ...(agent ? { agent } : {}), data };
      const at = clock.now();
      feed.publish([{ type: 'notification', data: notification, at }]);
      const timestamp = new Date(at).toISOString();
      return { notification: { ...notification, timestamp, acknowledged_at: null }, position: bus.position() };
    },
    acknowledge(id) {
      const held = () => snapshot.notifications.find((kept) => kept.id === id);
      if (held()?.acknowledged_at === null) {
        const at = clock.now();
        feed.publish([{ type: 'notification_ack', data: { id, acknowledged_at: new Date(at).toISOString() }, at }]);
      }
      const kept = held();
      if (kept) return kept;
      throw new McError('notification.not_found', 'Notification not found', {
        hint: 'GET /api/notifications lists them',
      });
    },
  };
}

/** @throws McError `input.invalid` */
function requireSmall(data: object): void {
  const bytes = Buffer.byteLength(JSON.stringify(data));
  if (bytes <= MAX_NOTIFICATION_DATA_BYTES) return;
  throw new McError('input.invalid', `data: holds ${bytes} bytes, at most ${MAX_NOTIFICATION_DATA_BYTES} are kept`, {
    hint: 'put what is large into a file of the workspace and name it in data',
  });
}

/**
 * The agent of a name that came from outside. Only ids of known agents go further, so that none becomes a path.
 * @throws McError `agent.not_found`
 */
export function agentNamed(snapshot: Snapshot, id: string): Agent {
  const agent = snapshot.agents.get(id);
  if (!agent) throw new McError('agent.not_found', 'Agent not found', { hint: 'GET /api/agents lists them' });
  return agent;
}

function checkReport(report: AgentReport): void {
  if (Object.keys(report).length === 0) {
    throw new McError('input.invalid', 'the report is empty', {
      hint: 'give status, waiting_for, task, zone, activity or counters',
    });
  }
  if (report.status !== undefined && normalizeStatus(report.status) === null) {
    throw new McError('input.invalid', `status: ${JSON.stringify(report.status)} is not a status`, {
      hint: `accepted: ${STATUS_WORDS.join(', ')}`,
    });
  }
}

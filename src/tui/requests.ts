import type { BackupAsked, RestCall, RestoreAsked } from '../client/index.js';
import type {
  AgentReport,
  Alert,
  NewAlertSilence,
  NewNotification,
  NewTask,
  Task,
  TaskPatch,
  TaskStatus,
} from '../protocol/index.js';

/** A task's state before it was changed: what undoing goes back to. */
export interface TaskBefore {
  /** The task's key: not every task has an id. */
  task: string;
  status: TaskStatus;
  /** What a person calls it. */
  name: string;
}

/** A call that changes something. `kind` says what its answer means, the fields beside it what it is about. */
export type Request = {
  /** Words for a person: `setting api to idle`. */
  label: string;
  call: RestCall;
} & (
  | {
      kind:
        | 'report'
        | 'task.add'
        | 'task.undo'
        | 'notify'
        | 'notification.ack'
        | 'alert.ack'
        | 'alert.silence'
        | 'backup.create';
    }
  | { kind: 'task.done'; before: TaskBefore }
  | { kind: 'backup.verify'; backup: string }
  /** `agent`: the one that is restored alone; null: everything. */
  | { kind: 'restore.preview' | 'restore'; backup: string; agent: string | null }
);

/** A report about an agent, which the server merges into its state.json. */
export function report(agent: string, label: string, body: AgentReport): Request {
  return { kind: 'report', label, call: { route: 'agentReport', params: { id: agent }, body } };
}

/** Adds a task. */
export function addTaskRequest(task: NewTask, label: string): Request {
  const body = { tasks: [task], source: 'dashboard' };
  return { kind: 'task.add', label, call: { route: 'createTasks', body } };
}

/** Marks a task done. */
export function doneRequest(task: Task): Request {
  const name = (task.id ?? task.text).slice(0, 40);
  const before = { task: task.key, status: task.status, name };
  return { kind: 'task.done', label: `marking ${name} done`, before, call: patch(task.key, { status: 'completed' }) };
}

/** Gives a task its status back. */
export function undoRequest({ task, status, name }: TaskBefore): Request {
  return { kind: 'task.undo', label: `taking ${name} back`, call: patch(task, { status }) };
}

/** Notifies everyone attached. */
export function notifyRequest(message: string): Request {
  const body: NewNotification = { message, level: 'info' };
  return { kind: 'notify', label: 'sending to everyone', call: { route: 'notify', body } };
}

/** Acknowledges a notification for everyone. */
export function ackRequest(id: string, title: string): Request {
  const call: RestCall = { route: 'ackNotification', params: { id }, body: {} };
  return { kind: 'notification.ack', label: `acknowledging "${title.slice(0, 40)}"`, call };
}

/** Acknowledges an alert for everyone. */
export function ackAlertRequest({ rule, agent }: Pick<Alert, 'rule' | 'agent'>): Request {
  const call: RestCall = { route: 'ackAlert', params: { rule }, body: agent === null ? {} : { agent } };
  return { kind: 'alert.ack', label: `acknowledging ${alertName(rule, agent)}`, call };
}

/** Silences a rule, or what it says of one agent, for a duration such as `2h`. */
export function silenceRequest(rule: string, agent: string | null, duration: string, reason: string): Request {
  const body: NewAlertSilence = { for: duration, reason, ...(agent === null ? {} : { agent }) };
  const call: RestCall = { route: 'silenceAlert', params: { rule }, body };
  return { kind: 'alert.silence', label: `silencing ${alertName(rule, agent)} for ${duration}`, call };
}

function alertName(rule: string, agent: string | null): string {
  return agent === null ? rule : `${rule} of ${agent}`;
}

/** Backs up everything, or one agent. */
export function backupRequest(agent: string | null): Request {
  const body: BackupAsked = agent === null ? { type: 'full' } : { type: 'agent_state', agent };
  return { kind: 'backup.create', label: `backing up ${agent ?? 'everything'}`, call: { route: 'createBackup', body } };
}

/** Verifies a backup. */
export function verifyRequest(backup: string): Request {
  const call: RestCall = { route: 'verifyBackup', params: { id: backup }, body: {} };
  return { kind: 'backup.verify', label: `verifying ${backup}`, backup, call };
}

/** Asks what a restore would change. */
export function previewRequest(backup: string, agent: string | null): Request {
  const label = `comparing ${backup} with the workspace`;
  return { kind: 'restore.preview', label, backup, agent, call: restore(backup, agent, { dry_run: true }) };
}

/** Restores a backup, or one agent from it. */
export function restoreRequest(backup: string, agent: string | null): Request {
  const label = agent === null ? `restoring ${backup}` : `restoring ${agent} from ${backup}`;
  return { kind: 'restore', label, backup, agent, call: restore(backup, agent, {}) };
}

function patch(key: string, body: TaskPatch): RestCall {
  return { route: 'patchTask', params: { id: key }, body };
}

function restore(backup: string, agent: string | null, asked: RestoreAsked): RestCall {
  return { route: 'restoreBackup', params: { id: backup }, body: agent === null ? asked : { ...asked, agent } };
}

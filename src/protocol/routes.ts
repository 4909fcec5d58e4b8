import type { Scope } from './tokens.js';

export interface Route {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With `{name}` for parameters, as OpenAPI writes them. */
  path: string;
  /** What a token must open to call it, where tokens are in use. */
  scope: Scope;
  summary: string;
  /** Content type of its answer where that is not JSON. */
  produces?: 'text/event-stream' | 'text/html' | 'text/css' | 'text/plain';
  /** Answers without a token, too: it shows nothing of the workspace. */
  open?: true;
}

/** Every REST route by its name: the server, its document and the typed client are built from this table. */
export const ROUTES = {
  home: {
    method: 'GET',
    path: '/',
    scope: 'read',
    summary: 'What this is, for a browser that was pointed here',
    produces: 'text/html',
    open: true,
  },
  health: { method: 'GET', path: '/api/health', scope: 'read', summary: 'Health of the server and its services' },
  alive: { method: 'GET', path: '/healthz', scope: 'read', summary: 'The process answers', open: true },
  ready: {
    method: 'GET',
    path: '/readyz',
    scope: 'read',
    summary: 'The server is ready; `failing` says what is not',
    open: true,
  },
  identity: {
    method: 'GET',
    path: '/api/identity',
    scope: 'read',
    summary: 'Which server this is, and its proof for the nonce of a client',
    open: true,
  },
  agents: { method: 'GET', path: '/api/agents', scope: 'read', summary: 'All agents' },
  agentsStatus: {
    method: 'GET',
    path: '/api/agents/status',
    scope: 'read',
    summary: 'All agents in the short camelCase form',
  },
  agent: { method: 'GET', path: '/api/agents/{id}', scope: 'read', summary: 'One agent, with its whole state' },
  agentReport: {
    method: 'POST',
    path: '/api/agents/{id}/report',
    scope: 'operate',
    summary: 'Merge a report into the agent’s state.json',
  },
  agentMetrics: {
    method: 'GET',
    path: '/api/agents/{id}/metrics',
    scope: 'read',
    summary: 'What one agent did in the last hours',
  },
  agentHistory: {
    method: 'GET',
    path: '/api/agents/{id}/history',
    scope: 'read',
    summary: 'Samples of one agent, newest first',
  },
  systemMetrics: {
    method: 'GET',
    path: '/api/system/metrics',
    scope: 'read',
    summary: 'Samples of the whole system, newest first',
  },
  systemEvents: { method: 'GET', path: '/api/system/events', scope: 'read', summary: 'The event log, newest first' },
  activityLog: {
    method: 'GET',
    path: '/api/logs/activity',
    scope: 'read',
    summary: 'The event log as lines to read, newest first',
  },
  metricsQuery: {
    method: 'GET',
    path: '/api/metrics/query',
    scope: 'read',
    summary: 'History of metrics, as mc metrics query',
  },
  prometheus: {
    method: 'GET',
    path: '/metrics',
    scope: 'read',
    summary: 'Latest metrics in Prometheus text format',
    produces: 'text/plain',
  },
  systemStatus: { method: 'GET', path: '/api/system/status', scope: 'read', summary: 'Office and latest metrics' },
  tasks: { method: 'GET', path: '/api/tasks', scope: 'read', summary: 'All tasks of the task files' },
  activeTasks: { method: 'GET', path: '/api/tasks/active', scope: 'read', summary: 'What agents say they work on' },
  createTasks: {
    method: 'POST',
    path: '/api/tasks/create',
    scope: 'operate',
    summary: 'Append tasks to mission-control/PENDING_TASKS.md',
  },
  patchTask: { method: 'PATCH', path: '/api/tasks/{id}', scope: 'operate', summary: 'Change a task where it stands' },
  notifications: { method: 'GET', path: '/api/notifications', scope: 'read', summary: 'Latest notifications' },
  notify: { method: 'POST', path: '/api/notifications', scope: 'operate', summary: 'Notify everyone attached' },
  ackNotification: {
    method: 'POST',
    path: '/api/notifications/{id}/ack',
    scope: 'operate',
    summary: 'Acknowledge a notification for everyone',
  },
  sessions: {
    method: 'GET',
    path: '/api/sessions',
    scope: 'read',
    summary: 'Sessions of runtimes: what each does, and why that is believed',
  },
  session: { method: 'GET', path: '/api/sessions/{runtime}/{id}', scope: 'read', summary: 'One session of a runtime' },
  usage: {
    method: 'GET',
    path: '/api/usage',
    scope: 'read',
    summary: 'What runtimes used: tokens, and what they cost',
  },
  usageReconcile: {
    method: 'GET',
    path: '/api/usage/reconcile',
    scope: 'read',
    summary: 'The whole account: what was read, what counts, what was dropped and why',
  },
  cron: { method: 'GET', path: '/api/cron', scope: 'read', summary: 'What runtimes run by a schedule' },
  runtimes: {
    method: 'GET',
    path: '/api/runtimes',
    scope: 'read',
    summary: 'Which runtimes are read, and how that goes',
  },
  alerts: {
    method: 'GET',
    path: '/api/alerts',
    scope: 'read',
    summary: 'Rules of alerts, how they stand and why',
  },
  alertHistory: {
    method: 'GET',
    path: '/api/alerts/history',
    scope: 'read',
    summary: 'Alerts that are over, newest first',
  },
  alertRule: { method: 'GET', path: '/api/alerts/{rule}', scope: 'read', summary: 'One rule, with its alerts' },
  silenceAlert: {
    method: 'POST',
    path: '/api/alerts/{rule}/silence',
    scope: 'operate',
    summary: 'Do not deliver a rule’s alerts for a while',
  },
  endSilence: {
    method: 'DELETE',
    path: '/api/alerts/silences/{id}',
    scope: 'operate',
    summary: 'End a silence before its time',
  },
  ackAlert: {
    method: 'POST',
    path: '/api/alerts/{rule}/ack',
    scope: 'operate',
    summary: 'Acknowledge a rule’s alerts for everyone',
  },
  alertTargets: {
    method: 'GET',
    path: '/api/alerts/targets',
    scope: 'read',
    summary: 'Where alerts go, and whether they arrive',
  },
  testAlertTarget: {
    method: 'POST',
    path: '/api/alerts/targets/{name}/test',
    scope: 'operate',
    summary: 'Send a test to a target, at once and once',
  },
  alertDeliveries: {
    method: 'GET',
    path: '/api/alerts/deliveries',
    scope: 'read',
    summary: 'What was sent to targets and what became of it, newest first',
  },
  retryDelivery: {
    method: 'POST',
    path: '/api/alerts/deliveries/{id}/retry',
    scope: 'operate',
    summary: 'Send again what was given up or refused',
  },
  backups: { method: 'GET', path: '/api/backups', scope: 'read', summary: 'All backups, oldest first' },
  createBackup: {
    method: 'POST',
    path: '/api/backups',
    scope: 'operate',
    summary: 'Make a full backup, one of a single agent, or a snapshot',
  },
  backupProcedures: {
    method: 'GET',
    path: '/api/backups/procedures',
    scope: 'read',
    summary: 'The recovery runbook, with this installation’s paths',
  },
  backup: { method: 'GET', path: '/api/backups/{id}', scope: 'read', summary: 'One backup' },
  verifyBackup: {
    method: 'POST',
    path: '/api/backups/{id}/verify',
    scope: 'operate',
    summary: 'Read a backup and compare it with what was recorded',
  },
  restoreBackup: {
    method: 'POST',
    path: '/api/backups/{id}/restore',
    scope: 'admin',
    summary: 'Restore a backup; what is replaced is saved first',
  },
  deleteBackup: { method: 'DELETE', path: '/api/backups/{id}', scope: 'admin', summary: 'Delete a backup' },
  websocketStatus: {
    method: 'GET',
    path: '/api/websocket/status',
    scope: 'read',
    summary: 'Position of the stream and who is connected',
  },
  filesBrowse: { method: 'GET', path: '/api/files/browse', scope: 'read', summary: 'A directory of the workspace' },
  filesRead: { method: 'GET', path: '/api/files/read', scope: 'read', summary: 'A file of the workspace, or a part' },
  eventStream: {
    method: 'GET',
    path: '/api/events/stream',
    scope: 'read',
    summary: 'The event stream as server-sent events',
    produces: 'text/event-stream',
  },
  openapi: {
    method: 'GET',
    path: '/api/openapi.json',
    scope: 'read',
    summary: 'OpenAPI 3.1 of every route',
    open: true,
  },
  docs: {
    method: 'GET',
    path: '/docs',
    scope: 'read',
    summary: 'The same as a page to read',
    produces: 'text/html',
    open: true,
  },
  docsStyle: {
    method: 'GET',
    path: '/docs/style.css',
    scope: 'read',
    summary: 'The style of that page',
    produces: 'text/css',
    open: true,
  },
} as const satisfies Record<string, Route>;
export type RouteName = keyof typeof ROUTES;

/** The route under a name, in its general type. */
export function routeOf(name: RouteName): Route {
  return ROUTES[name];
}

/** Fills the parameters of a route's path, each encoded. */
export function routePath(name: RouteName, params: Record<string, string> = {}): string {
  return ROUTES[name].path.replaceAll(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(params[key] ?? ''));
}

import {
  type AckAnswer,
  type ActiveTasksAnswer,
  type ActivityAnswer,
  type AgentAnswer,
  type AgentHistoryAnswer,
  type AgentMetricsAnswer,
  type AgentReport,
  type AgentsAnswer,
  type AgentsStatusAnswer,
  type AlertAckAnswer,
  type AlertHistoryAnswer,
  type AlertRuleAnswer,
  type AlertsAnswer,
  type AlertTargetsAnswer,
  type AliveAnswer,
  type Backup,
  type BackupCreated,
  type BackupProcedures,
  type BackupsAnswer,
  type BrowseAnswer,
  type EventsAnswer,
  type CreateTasksAnswer,
  type CronAnswer,
  type DeliveriesAnswer,
  type FileAnswer,
  type HealthAnswer,
  type IdentityAnswer,
  type NewAlertSilence,
  type NewNotification,
  type NewTask,
  type NotificationsAnswer,
  type NotifyAnswer,
  type PatchTaskAnswer,
  type QueryAnswer,
  type ReadyAnswer,
  type ReportAnswer,
  ROUTES,
  type RouteName,
  routePath,
  type ReconcileAnswer,
  type RestoreReport,
  type RetryAnswer,
  type RuntimesAnswer,
  type Session,
  type SessionsAnswer,
  type SilenceAnswer,
  type SystemHistoryAnswer,
  type SystemStatusAnswer,
  type TargetTestAnswer,
  type TaskPatch,
  type TasksAnswer,
  type UsageAnswer,
  type VerifyReport,
  type WebSocketStatusAnswer,
} from '../protocol/index.js';
import type {
  ActivityAsked,
  AlertHistoryAsked,
  AlertsAsked,
  BackupAsked,
  DeliveriesAsked,
  EventsAsked,
  FilePart,
  HistoryAsked,
  MetricsAsked,
  Page,
  RestoreAsked,
  SessionsAsked,
  UsageAsked,
} from './asked.js';
import { call, type FetchLike } from './request.js';

export interface RestOptions {
  /** `http:` or `https:`; a path in it comes before those of the routes. */
  baseUrl: string;
  fetch: FetchLike;
  token?: string;
  /** How long an answer may take. Default 30 s. */
  timeoutMs?: number;
  /** Holds an answer against what its route answers; throws for one that makes no sense. Default: all are taken. */
  check?: (route: RouteName, answer: unknown) => void;
  /** What is thrown in place of a RestError or UnreachableError. Default: the error as it is. */
  explain?: (error: unknown) => Promise<unknown>;
}

/** The typed REST client. Every method but `addressOf` rejects with RestError or UnreachableError, or what explains them. */
export type RestClient = ReturnType<typeof createRestClient>;

/** A server that was found, and is the one that is meant. */
export interface ReachedServer {
  /** Of its REST API, no trailing slash. */
  url: string;
  rest: RestClient;
}

/** A call of a route by its name, as a value: what its path, query and body are filled with. */
export interface RestCall {
  route: RouteName;
  /** For the `{name}`s of its path. */
  params?: Record<string, string>;
  query?: object;
  body?: unknown;
}

/** Path and query of a call: equal for the same question. */
export function callPath({ route, params, query: search }: RestCall): string {
  return routePath(route, params) + query(search);
}

/** A service that is not well says so with this status, and its answer is the one that was asked for. */
const UNWELL = 503;

/** A client of one server; nothing is sent before a method is called. */
export function createRestClient({ baseUrl, fetch, token, timeoutMs = 30_000, check, explain }: RestOptions) {
  const base = baseUrl.replace(/\/+$/, '');
  const ask = (method: string, path: string, body?: unknown, alsoGood?: number) => {
    const more = alsoGood === undefined ? {} : { alsoGood };
    const answer = call({ fetch, url: base + path, method, body, token, timeoutMs, ...more });
    if (explain === undefined) return answer;
    return answer.catch(async (error: unknown) => {
      throw await explain(error);
    });
  };
  const named = async (route: RouteName, { id, rule, name, runtime, search, body, alsoGood }: Filling = {}) => {
    const given = Object.entries({ id, rule, name, runtime }).filter(([, value]) => value !== undefined);
    const params = Object.fromEntries(given) as Record<string, string>;
    const path = routePath(route, params) + query(search);
    const answer = await ask(ROUTES[route].method, path, body, alsoGood);
    check?.(route, answer);
    return answer;
  };

  return {
    agents: (page?: Page) => named('agents', { search: page }) as Promise<AgentsAnswer>,
    agentsStatus: (page?: Page) => named('agentsStatus', { search: page }) as Promise<AgentsStatusAnswer>,
    agent: (id: string) => named('agent', { id }) as Promise<AgentAnswer>,
    reportAgent: (id: string, body: AgentReport) => named('agentReport', { id, body }) as Promise<ReportAnswer>,
    tasks: (page?: Page) => named('tasks', { search: page }) as Promise<TasksAnswer>,
    activeTasks: (page?: Page) => named('activeTasks', { search: page }) as Promise<ActiveTasksAnswer>,
    createTasks: (tasks: NewTask[], source?: string) =>
      named('createTasks', {
        body: source === undefined ? { tasks } : { tasks, source },
      }) as Promise<CreateTasksAnswer>,
    patchTask: (id: string, body: TaskPatch) => named('patchTask', { id, body }) as Promise<PatchTaskAnswer>,
    notifications: (page?: Page) => named('notifications', { search: page }) as Promise<NotificationsAnswer>,
    notify: (body: NewNotification) => named('notify', { body }) as Promise<NotifyAnswer>,
    ackNotification: (id: string) => named('ackNotification', { id }) as Promise<AckAnswer>,
    /** Those that are not gone, and those that were at work in the last day, unless asked otherwise. */
    sessions: (search?: SessionsAsked) => named('sessions', { search }) as Promise<SessionsAnswer>,
    session: (runtime: string, id: string) => named('session', { runtime, id }) as Promise<Session>,
    usage: (search?: UsageAsked) => named('usage', { search }) as Promise<UsageAnswer>,
    usageReconcile: () => named('usageReconcile') as Promise<ReconcileAnswer>,
    cron: () => named('cron') as Promise<CronAnswer>,
    runtimes: () => named('runtimes') as Promise<RuntimesAnswer>,
    alerts: (search?: AlertsAsked) => named('alerts', { search }) as Promise<AlertsAnswer>,
    alertRule: (rule: string) => named('alertRule', { rule }) as Promise<AlertRuleAnswer>,
    /** Alerts that are over. */
    alertHistory: (search?: AlertHistoryAsked) => named('alertHistory', { search }) as Promise<AlertHistoryAnswer>,
    silenceAlert: (rule: string, body: NewAlertSilence) =>
      named('silenceAlert', { rule, body }) as Promise<SilenceAnswer>,
    endSilence: (id: string) => named('endSilence', { id }) as Promise<SilenceAnswer>,
    alertTargets: () => named('alertTargets') as Promise<AlertTargetsAnswer>,
    testAlertTarget: (name: string) => named('testAlertTarget', { name }) as Promise<TargetTestAnswer>,
    alertDeliveries: (search?: DeliveriesAsked) => named('alertDeliveries', { search }) as Promise<DeliveriesAnswer>,
    retryDelivery: (id: number) => named('retryDelivery', { id: String(id) }) as Promise<RetryAnswer>,
    /** Those about one agent, else all of the rule. */
    ackAlert: (rule: string, body: { agent?: string } = {}) =>
      named('ackAlert', { rule, body }) as Promise<AlertAckAnswer>,
    /** Which server it is; with a nonce also its proof. */
    identity: (search?: { nonce?: string }) => named('identity', { search }) as Promise<IdentityAnswer>,
    alive: () => named('alive') as Promise<AliveAnswer>,
    /** Answers for an unhealthy server too. */
    health: () => named('health', { alsoGood: UNWELL }) as Promise<HealthAnswer>,
    /** Answers for a server that is not ready too. */
    ready: () => named('ready', { alsoGood: UNWELL }) as Promise<ReadyAnswer>,
    systemStatus: () => named('systemStatus') as Promise<SystemStatusAnswer>,
    agentMetrics: (id: string, search?: { hours?: number }) =>
      named('agentMetrics', { id, search }) as Promise<AgentMetricsAnswer>,
    agentHistory: (id: string, search?: HistoryAsked) =>
      named('agentHistory', { id, search }) as Promise<AgentHistoryAnswer>,
    systemMetrics: (search?: HistoryAsked) => named('systemMetrics', { search }) as Promise<SystemHistoryAnswer>,
    systemEvents: (search?: EventsAsked) => named('systemEvents', { search }) as Promise<EventsAnswer>,
    activityLog: (search?: ActivityAsked) => named('activityLog', { search }) as Promise<ActivityAnswer>,
    metricsQuery: (search: MetricsAsked) => named('metricsQuery', { search }) as Promise<QueryAnswer>,
    backups: (search?: Page & { type?: string }) => named('backups', { search }) as Promise<BackupsAnswer>,
    createBackup: (body: BackupAsked = {}) => named('createBackup', { body }) as Promise<BackupCreated>,
    backupProcedures: () => named('backupProcedures') as Promise<BackupProcedures>,
    backup: (id: string) => named('backup', { id }) as Promise<Backup>,
    verifyBackup: (id: string, body: { deep?: boolean } = {}) =>
      named('verifyBackup', { id, body }) as Promise<VerifyReport>,
    restoreBackup: (id: string, body: RestoreAsked = {}) =>
      named('restoreBackup', { id, body }) as Promise<RestoreReport & { success: true; message: string }>,
    deleteBackup: (id: string) => named('deleteBackup', { id }) as Promise<{ success: true; deleted: string }>,
    websocketStatus: () => named('websocketStatus') as Promise<WebSocketStatusAnswer>,
    /** A directory of the workspace; without a path, the workspace itself. */
    browseFiles: (path = '.', page?: Page) =>
      named('filesBrowse', { search: { path, ...page } }) as Promise<BrowseAnswer>,
    readFile: (path: string, part?: FilePart) =>
      named('filesRead', { search: { path, ...part } }) as Promise<FileAnswer>,
    openapi: () => named('openapi') as Promise<Record<string, unknown>>,
    /** Where a route is that does not answer JSON: the event stream, the pages. */
    addressOf: (route: RouteName, search?: Record<string, string>) => base + routePath(route) + query(search),
    /**
     * A call as a value. Its answer may be anything, as from a server of another version: it is not held against what the
     * route answers.
     */
    call: (asked: RestCall) => ask(ROUTES[asked.route].method, callPath(asked), asked.body),
    /** Any route: `path` begins with `/`. */
    request: (method: string, path: string, body?: unknown) => ask(method, path, body),
  };
}

/** What one call of a route is filled with. */
interface Filling {
  id?: string | undefined;
  rule?: string;
  runtime?: string;
  name?: string;
  search?: object | undefined;
  body?: unknown;
  alsoGood?: number;
}

function query(search: object = {}): string {
  const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== false);
  const pairs = given.flatMap(([key, value]) => [value].flat().map((one) => [key, one]));
  const words = pairs.map(([key, one]) => `${key}=${encodeURIComponent(String(one))}`);
  return words.length > 0 ? `?${words.join('&')}` : '';
}

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRestClient, type RestClient } from '../../../src/client/index.js';
import { ROUTES, type RouteName, routeOf, routePath } from '../../../src/protocol/index.js';
import { SMALL_SESSION, smallHome } from '../../support/small-home.js';
import { alertsToNowhere, waitingDelivery } from '../../support/nowhere.js';
import { type Office, startSharedOffice } from '../../integration/server/office.js';
import { letApiFail } from '../../integration/alerts/failing.js';

/** How the typed client asks each route. A route that is missing here does not compile. */
const CALLS: Record<RouteName, (client: RestClient) => Promise<unknown> | string> = {
  health: (client) => client.health(),
  identity: (client) => client.identity({ nonce: 'n'.repeat(32) }),
  alive: (client) => client.alive(),
  ready: (client) => client.ready(),
  agents: (client) => client.agents({ limit: 2 }),
  agentsStatus: (client) => client.agentsStatus(),
  agent: (client) => client.agent('api'),
  agentReport: (client) => client.reportAgent('api', { status: 'idle' }),
  systemStatus: (client) => client.systemStatus(),
  tasks: (client) => client.tasks(),
  activeTasks: (client) => client.activeTasks(),
  createTasks: (client) => client.createTasks([{ title: 'Client' }]),
  patchTask: (client) => client.patchTask('TASK-037', { status: 'completed' }),
  notifications: (client) => client.notifications(),
  notify: (client) => client.notify({ message: 'Client' }),
  ackNotification: async (client) => client.ackNotification((await client.notify({ message: 'x' })).notification.id),
  agentMetrics: (client) => client.agentMetrics('api', { hours: 2 }),
  agentHistory: (client) => client.agentHistory('api', { hours: 2, step: '5m' }),
  systemMetrics: (client) => client.systemMetrics(),
  systemEvents: (client) => client.systemEvents({ limit: 3 }),
  activityLog: (client) => client.activityLog({ limit: 3, offset: 0 }),
  metricsQuery: (client) => client.metricsQuery({ metric: ['tasks_completed', 'success_rate'], since: '1h' }),
  prometheus: (client) => client.addressOf('prometheus'),
  sessions: (client) => client.sessions({ status: 'gone', limit: 5 }),
  session: (client) => client.session('claude-code', SMALL_SESSION),
  usage: (client) => client.usage({ by: 'agent,model', since: '30d' }),
  usageReconcile: (client) => client.usageReconcile(),
  cron: (client) => client.cron(),
  runtimes: (client) => client.runtimes(),
  alerts: (client) => client.alerts({ state: 'firing' }),
  alertHistory: (client) => client.alertHistory({ rule: 'agent_error', limit: 5 }),
  alertRule: (client) => client.alertRule('disk_low'),
  silenceAlert: (client) => client.silenceAlert('disk_low', { for: '1h', reason: 'Client' }),
  endSilence: async (client) =>
    client.endSilence((await client.silenceAlert('agent_stale', { for: '1h', reason: 'x' })).silence.id),
  alertTargets: (client) => client.alertTargets(),
  testAlertTarget: (client) => client.testAlertTarget('nowhere'),
  alertDeliveries: (client) => client.alertDeliveries({ failed: true, target: 'nowhere', limit: 5 }),
  retryDelivery: async (client) => client.retryDelivery(await waitingDelivery(office.server)),
  ackAlert: async (client) => {
    await letApiFail(office);
    return client.ackAlert('agent_error', { agent: 'api' });
  },
  backups: (client) => client.backups({ type: 'full' }),
  createBackup: (client) => client.createBackup({ type: 'snapshot' }),
  backupProcedures: (client) => client.backupProcedures(),
  backup: (client) => client.backup('20260217_035729'),
  verifyBackup: (client) => client.verifyBackup('20260217_035729', { deep: false }),
  restoreBackup: (client) => client.restoreBackup('20260217_035729', { dry_run: true }),
  deleteBackup: (client) => client.deleteBackup('20260216_235959'),
  websocketStatus: (client) => client.websocketStatus(),
  filesBrowse: (client) => client.browseFiles('mission-control', { limit: 1 }),
  filesRead: (client) => client.readFile('mission-control/README.md', { length: 10 }),
  eventStream: (client) => client.addressOf('eventStream', { channels: 'notification' }),
  openapi: (client) => client.openapi(),
  docs: (client) => client.addressOf('docs'),
  home: (client) => client.addressOf('home'),
  docsStyle: (client) => client.addressOf('docsStyle'),
};

const names = Object.keys(ROUTES) as RouteName[];
let office: Office;
let stop: () => Promise<void>;
let asked: string[] = [];
let client: RestClient;

beforeAll(async () => {
  const { alertsFile, clear } = alertsToNowhere();
  const { runtimes, read } = smallHome();
  const shared = await startSharedOffice({ alertsFile, runtimes });
  await read(shared.office.server.http);
  office = shared.office;
  stop = () => shared.stop().finally(clear);
  const recording: typeof fetch = (url, init) => {
    asked.push(`${init?.method} ${new URL(String(url)).pathname}`);
    return fetch(url, init);
  };
  client = createRestClient({ baseUrl: office.server.http, fetch: recording });
});
afterAll(() => stop());

describe('the typed client', () => {
  it.each(names)('asks %s as the table has it, and understands the answer', async (name) => {
    asked = [];
    const answer = await CALLS[name](client);
    const { method, path, produces } = routeOf(name);
    if (produces !== undefined) {
      expect(new URL(answer as string).pathname).toBe(routePath(name));
      return;
    }
    const form = new RegExp(`^${method} ${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
    expect(asked.at(-1)).toMatch(form);
    expect(answer).toEqual(expect.any(Object));
  });

  it('fills in what is searched for', () => {
    expect(client.addressOf('eventStream', { since: 'a:1', channels: 'x,y' })).toBe(
      `${office.server.http}/api/events/stream?since=a%3A1&channels=x%2Cy`,
    );
    const asked = client.addressOf('metricsQuery', { metric: ['a', 'b'] as never });
    expect(asked).toBe(`${office.server.http}/api/metrics/query?metric=a&metric=b`);
  });
});

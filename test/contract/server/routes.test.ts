import { Value } from '@sinclair/typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTES, type RouteName, routeOf, routePath } from '../../../src/protocol/index.js';
import type { ApiContext } from '../../../src/server/api/index.js';
import { allEndpoints } from '../../../src/server/api/mount.js';
import { ErrorAnswer } from '../../../src/server/api/schemas.js';
import { SMALL_SESSION, smallHome } from '../../support/small-home.js';
import { alertsToNowhere, waitingDelivery } from '../../support/nowhere.js';
import { type Office, startSharedOffice } from '../../integration/server/office.js';
import { letApiFail } from '../../integration/alerts/failing.js';

/**
 * A call of each route that succeeds over the fixture office. `{notification}` stands for the id of a new one, `{backup}` for
 * that of a new backup.
 */
const CALLS: Record<RouteName, { params?: Record<string, string>; query?: string; body?: unknown }> = {
  health: {},
  identity: { query: '?nonce=0123456789abcdef' },
  alive: {},
  ready: {},
  agents: {},
  agentsStatus: {},
  agent: { params: { id: 'builder' } },
  agentReport: { params: { id: 'api' }, body: { status: 'busy', task: 'Contract', counters: { cost: 1.5 } } },
  agentMetrics: { params: { id: 'builder' } },
  agentHistory: { params: { id: 'builder' }, query: '?hours=1' },
  systemMetrics: {},
  systemEvents: {},
  activityLog: { query: '?limit=5' },
  metricsQuery: { query: '?metric=tasks_completed&metric=system_health_score&explain=true' },
  prometheus: {},
  systemStatus: {},
  tasks: {},
  activeTasks: {},
  createTasks: { body: { tasks: [{ title: 'Contract' }] } },
  patchTask: { params: { id: 'TASK-037' }, body: { status: 'in_progress' } },
  notifications: {},
  notify: { body: { message: 'Contract', agent: 'api', data: { deep: [1] } } },
  ackNotification: { params: { id: '{notification}' } },
  sessions: { query: '?limit=5&hidden=true&since=3650d' },
  session: { params: { runtime: 'claude-code', id: SMALL_SESSION } },
  usage: { query: '?by=agent,model,day&tz=Europe/Vienna&step=1d' },
  usageReconcile: {},
  cron: {},
  runtimes: {},
  alerts: { query: '?state=firing' },
  alertHistory: { query: '?rule=agent_error&since=1d&limit=5' },
  alertRule: { params: { rule: 'agent_error' } },
  silenceAlert: { params: { rule: 'agent_error' }, body: { agent: 'api', for: '2h', reason: 'known' } },
  endSilence: { params: { id: '{silence}' } },
  ackAlert: { params: { rule: 'agent_error' }, body: {} },
  alertTargets: {},
  testAlertTarget: { params: { name: 'nowhere' } },
  alertDeliveries: { query: '?limit=5' },
  retryDelivery: { params: { id: '{delivery}' } },
  backups: {},
  createBackup: { body: { type: 'agent_state', agent: 'api' } },
  backupProcedures: {},
  backup: { params: { id: '20260217_035729' } },
  verifyBackup: { params: { id: '20260217_035729' } },
  restoreBackup: { params: { id: '20260217_035729' }, body: { agent: 'api' } },
  deleteBackup: { params: { id: '{backup}' } },
  websocketStatus: {},
  filesBrowse: { query: '?path=mission-control/agents&limit=3' },
  filesRead: { query: '?path=mission-control/README.md' },
  eventStream: {},
  openapi: {},
  docs: {},
  docsStyle: {},
  home: {},
};

const all = Object.keys(ROUTES) as RouteName[];
/** Those that answer JSON. */
const names = all.filter((name) => routeOf(name).produces === undefined);
const endpoints = allEndpoints({} as ApiContext);
let office: Office;
let stop: () => Promise<void>;

beforeAll(async () => {
  const { alertsFile, clear } = alertsToNowhere();
  const { runtimes, read } = smallHome();
  const shared = await startSharedOffice({ alertsFile, runtimes });
  await read(shared.office.server.http);
  office = shared.office;
  stop = () => shared.stop().finally(clear);
});
afterAll(() => stop());

/** Each route is called once: a backup cannot be deleted twice. */
const answers = new Map<RouteName, ReturnType<typeof callRoute>>();
function answerOf(name: RouteName) {
  const answer = answers.get(name) ?? callRoute(name);
  answers.set(name, answer);
  return answer;
}

async function callRoute(name: RouteName) {
  const { query = '', body } = CALLS[name];
  const params = { ...CALLS[name].params };
  if (params.id === '{backup}') params.id = (await office.send('POST', '/api/backups', { type: 'snapshot' })).body.id;
  if (params.id === '{notification}') {
    params.id = (await office.send('POST', '/api/notifications', { message: 'to be seen' })).body.notification.id;
  }
  if (params.id === '{silence}') {
    const path = '/api/alerts/disk_low/silence';
    params.id = (await office.send('POST', path, { for: '1h', reason: 'to be ended' })).body.silence.id;
  }
  if (params.id === '{delivery}') params.id = String(await waitingDelivery(office.server));
  if (name === 'ackAlert') await letApiFail(office);
  return office.send(ROUTES[name].method, routePath(name, params) + query, body);
}

describe('every route of the table', () => {
  it.each(names)('%s answers what its schema says', async (name) => {
    const { status, body } = await answerOf(name);
    expect(status).toBe(200);
    const schema = endpoints[name]?.schema.answer;
    expect(schema).toBeDefined();
    const errors = schema ? [...Value.Errors(schema, body)].map(({ path, message }) => `${path}: ${message}`) : [];
    expect(errors).toEqual([]);
  });

  it('health says of each source of agents, by name, how it does and why it failed last', async () => {
    const { body } = await answerOf('health');
    expect(Object.keys(body.sources)).toEqual(['workspace', 'runtimes']);
    expect(Object.keys(body.sources.workspace)).toEqual(['state', 'last_error']);
    expect(Object.keys(body.services)).toEqual(['api', 'websocket', 'pipeline', 'backup', 'watcher', 'alerts']);
  });

  it.each(names)('%s answers nothing that its schema does not name', async (name) => {
    const { body } = await answerOf(name);
    const schema = endpoints[name]?.schema.answer;
    const named = schema?.allOf
      ? (schema.allOf as { properties: object }[]).flatMap((part) => Object.keys(part.properties))
      : Object.keys(schema?.properties ?? {});
    expect(named).toEqual(expect.arrayContaining(Object.keys(body)));
  });

  it.each(all.filter((name) => routeOf(name).produces !== undefined))(
    '%s answers what it says it produces',
    async (name) => {
      const cut = new AbortController();
      const answer = await fetch(office.server.http + routePath(name), { signal: cut.signal });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toMatch(`${routeOf(name).produces};`);
      const { value } = (await answer.body?.getReader().read()) ?? {};
      expect(value?.length).toBeGreaterThan(10);
      cut.abort();
    },
  );

  it.each(names.filter((name) => ROUTES[name].method !== 'GET'))('%s refuses a foreign page', async (name) => {
    const { params = {}, body } = CALLS[name];
    const answer = await office.send(ROUTES[name].method, routePath(name, params), body, {
      origin: 'http://evil.example',
    });
    expect(answer.status).toBe(403);
    expect(Value.Check(ErrorAnswer, answer.body)).toBe(true);
  });

  it.each(names.filter((name) => ROUTES[name].path.includes('{id}')))(
    '%s answers 404 for what is not there',
    async (name) => {
      const { body } = CALLS[name];
      const params = { runtime: 'codex', id: 'nobody/../none' };
      const answer = await office.send(ROUTES[name].method, routePath(name, params), body);
      expect(answer.status).toBe(404);
      expect(Value.Check(ErrorAnswer, answer.body)).toBe(true);
    },
  );
});

describe('the table', () => {
  it('has an endpoint for each route, and no endpoint besides', () => {
    expect(Object.keys(endpoints).toSorted()).toEqual([...all].toSorted());
  });
});

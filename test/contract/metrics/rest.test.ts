import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Office, startSharedOffice } from '../../integration/server/office.js';

let office: Office;
let stop: () => Promise<void>;
const OLD = 'since=2026-02-17T00:00:00Z&until=2026-02-18T12:00:00Z';

beforeAll(async () => {
  ({ office, stop } = await startSharedOffice());
});
afterAll(() => stop());

describe('metrics by REST', () => {
  it('answer for one agent in the old shape and ours; counters are not summed', async () => {
    const { body } = await office.get('/api/agents/tester/metrics?hours=24');
    expect(body).toMatchObject({
      agent_id: 'tester',
      period_hours: 24,
      avg_error_rate: 0.111111,
      total_tasks_completed: 24,
      total_tasks_failed: 3,
      tasks_completed: 0,
      messages_sent: null,
    });
    expect(body.data_points).toBeGreaterThan(0);
  });

  it('have rows of history, newest first, gaps as null', async () => {
    const { body } = await office.get('/api/agents/analyst/history?hours=1');
    expect(body.agent_id).toBe('analyst');
    expect(body.history[0]).toMatchObject({ agent_id: 'analyst', tasks_completed: null });
    expect(Object.keys(body.history[0]).slice(0, 12)).toEqual([
      'id',
      'agent_id',
      'timestamp',
      'tasks_completed',
      'tasks_failed',
      'tasks_in_progress',
      'avg_task_duration',
      'total_work_time',
      'idle_time',
      'messages_sent',
      'messages_received',
      'error_rate',
    ]);
    const hours = Math.ceil((Date.now() - Date.UTC(2026, 1, 17)) / 3_600_000);
    const whole = await office.get(`/api/agents/tester/history?hours=${hours}&step=1h`);
    expect(whole.body.history.at(-1)).toMatchObject({ tasks_completed: 14 });
    const system = await office.get(`/api/system/metrics?hours=${hours}&step=raw`);
    expect(system.body.history.length).toBeGreaterThanOrEqual(181);
    expect(system.body.history.at(-1)).toMatchObject({
      total_agents: 15,
      offline_agents: 12,
      system_health_score: 0.5,
    });
  });

  it('are queried as on the command line', async () => {
    const { body } = await office.get(`/api/metrics/query?metric=tasks_completed&agent=tester&${OLD}&step=1h`);
    expect(body).toMatchObject({ since: '2026-02-17T00:00:00.000Z', step: '1h', agg: 'last' });
    const points = body.series[0].points as { t: string; v: number | null }[];
    expect(points).toHaveLength(36);
    expect(points.filter(({ v }) => v !== null)).toHaveLength(3);
    expect(points[0]).toEqual({ t: '2026-02-17T00:00:00.000Z', v: null });
    const both = await office.get(
      `/api/metrics/query?metric=tasks_completed&metric=error_rate&agent=api,tester&${OLD}`,
    );
    expect(both.body.series).toHaveLength(4);
  });

  it('explain the health score', async () => {
    const { body } = await office.get('/api/metrics/query?metric=system_health_score&system=true&explain=true');
    expect(body.explain.parts.map(({ name }: { name: string }) => name)).toEqual([
      'agents',
      'tasks',
      'freshness',
      'backup',
    ]);
    expect(body.series[0]).toMatchObject({ metric: 'system_health_score', unit: 'ratio', agent: null });
  });

  it.each([
    ['/api/agents/tester/metrics?hours=abc', 'a number above 0'],
    ['/api/agents/tester/metrics?hours=-1', 'a number above 0'],
    ['/api/agents/tester/history?hours=0', 'a number above 0'],
    ['/api/agents/tester/history?hours=1e99', 'a number above 0'],
    ['/api/agents/tester/history?hours=9999999', 'a number above 0'],
    ['/api/agents/tester/history?step=10s', 'raw, 1m, 5m, 1h, 1d'],
    ['/api/system/metrics?hours=', 'a number above 0'],
    ['/api/metrics/query', 'mc metrics list'],
    ['/api/metrics/query?metric=task_completed', 'tasks_completed'],
    ['/api/metrics/query?metric=tasks_completed&agent=testr', 'tester'],
    ['/api/metrics/query?metric=tasks_completed&since=1h&until=2h', 'swap'],
    ['/api/metrics/query?metric=tasks_completed&since=soon', 'a duration ago'],
    ['/api/metrics/query?metric=tasks_completed&step=10s', 'raw, 1m, 5m'],
    ['/api/metrics/query?metric=tasks_completed&since=500w&step=5m', 'longer step'],
    ['/api/metrics/query?metric=tasks_completed&since=9999w&step=1d', 'range'],
    ['/api/metrics/query?metric=error_rate&agg=rate', 'tasks_completed'],
    ['/api/metrics/query?metric=error_rate&agg=p75', 'p50, p95'],
    ['/api/metrics/query?metric=error_rate&group_by=zone', 'agent, none'],
    ['/api/metrics/query?metric=error_rate&system=true', 'leave system out'],
    ['/api/metrics/query?metric=rss&agent=tester', 'leave the agent out'],
    ["/api/metrics/query?metric=rss'; DROP TABLE agents;--", 'mc metrics list'],
    ['/api/system/events?type=agent_statsu', 'agent_status'],
    ['/api/system/events?agent=testre', 'tester'],
    ['/api/system/events?limit=0', 'from 1 to 1000'],
    ['/api/system/events?limit=x', 'from 1 to 1000'],
    ['/api/system/events?since=2026-99-99', 'a duration ago'],
    ['/api/logs/activity?offset=-1', 'from 0'],
  ])('refuse %s with 400 and say what is accepted', async (path, hint) => {
    const { status, body } = await office.get(encodeURI(path));
    expect(status).toBe(400);
    expect(body).toMatchObject({
      error: expect.any(String),
      code: expect.stringMatching(/^(input\.invalid|metric\.unknown|agent\.unknown)$/),
    });
    expect(body.hint).toContain(hint);
  });

  it('answer 404 for an agent that nobody knows', async () => {
    for (const path of ['metrics', 'history']) {
      const { status, body } = await office.get(`/api/agents/nobody/${path}`);
      expect([status, body.error, body.code]).toEqual([404, 'Agent not found', 'agent.not_found']);
    }
  });
});

describe('the event log by REST', () => {
  it('holds what came with the old database and what happened since, newest first', async () => {
    await office.send('POST', '/api/notifications', { message: 'Look', agent: 'api' });
    const { body } = await office.get('/api/system/events');
    expect(body.events[0]).toMatchObject({ event_type: 'notification', agent_id: 'api', data: { message: 'Look' } });
    expect(body.events.at(-1)).toMatchObject({
      id: 1,
      event_type: 'task_started',
      agent_id: 'api',
      data: { task: 'build_api' },
    });
    const page = await office.get('/api/system/events?limit=1&agent=api');
    expect(page.body.events).toHaveLength(1);
    const next = await office.get(`/api/system/events?agent=api&cursor=${page.body.next_cursor}`);
    expect(next.body.events.at(-1)).toMatchObject({ id: 1 });
    const filtered = await office.get(
      '/api/system/events?type=task_started&since=2026-01-01T00:00:00Z&until=2026-03-01T00:00:00Z',
    );
    expect(filtered.body.events).toHaveLength(1);
  });

  it('has lines to read, by session too', async () => {
    const { body } = await office.get('/api/logs/activity?limit=2&offset=0');
    expect(body).toMatchObject({ limit: 2, offset: 0, total: expect.any(Number) });
    expect(body.logs[0]).toEqual({
      timestamp: expect.stringMatching(/Z$/),
      agent: 'api',
      type: 'notification',
      message: 'Mission Control: Look',
      sessionId: null,
    });
    expect((await office.get('/api/logs/activity?session_id=none')).body).toMatchObject({ logs: [], total: 0 });
  });
});

describe('/metrics', () => {
  it('is Prometheus text with the fleet by agent, the system and the server itself; what was not measured has no series', async () => {
    const { status, headers, text } = await office.get('/metrics');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/plain/);
    expect(text).toContain('mc_agent_tasks_completed_total{agent="tester"} 24');
    expect(text).toContain('# TYPE mc_agent_tasks_completed_total counter');
    expect(text).toContain('mc_agent_work_time_seconds_total{agent="api"} 5400');
    expect(text).toMatch(/^mc_system_health_score [\d.]+$/m);
    expect(text).toContain('mc_dropped_series_total 0');
    expect(text).toMatch(/^mc_uptime_seconds [\d.]+$/m);
    expect(text).not.toContain('mc_agent_tasks_completed_total{agent="analyst"}');
    expect(text).not.toMatch(/^mc_avg_response_time_seconds /m);
    const again = await office.get('/metrics');
    expect(again.text).toContain('mc_agent_tasks_completed_total{agent="tester"} 24');
  });
});

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startOffice } from './office.js';

interface Row {
  id: string;
  normalized_status: string;
  warnings: { file: string; reason: string }[];
}

describe('the fleet of the fixture office', () => {
  it('is listed with what is known, and null for what is not', async () => {
    const { get } = await startOffice();
    const { status, body } = await get('/api/agents');
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['agents', 'summary']);
    const rows = body.agents as Row[];
    expect(rows).toHaveLength(16);
    expect(rows.map(({ id }) => id)).toEqual(rows.map(({ id }) => id).toSorted());
    const by = Object.fromEntries(rows.map((row) => [row.id, row]));
    expect(by.api).toMatchObject({
      normalized_status: 'active',
      current_tasks: ['build_api', 'write_docs'],
      tasks_completed: 9,
      tasks_failed: 1,
      tasksCompleted: 9,
      efficiency: 90,
      currentTask: 'build_api',
      tokensUsed: null,
      cost: null,
      zone: 'command_center',
      metrics: {},
    });
    expect(by.courier?.normalized_status).toBe('offline');
    expect(by.trainee).toMatchObject({ normalized_status: 'active', evidence: { file: 'agent.json' } });
    expect(rows.filter((row) => row.warnings.length > 0).map(({ id }) => id)).toEqual(
      expect.arrayContaining(['analyst', 'archivist', 'scribe', 'template']),
    );
    for (const { warnings } of rows) {
      for (const { file, reason } of warnings) expect([file, reason].every((text) => text.length > 0)).toBe(true);
    }
    expect(body.summary).toMatchObject({ totalAgents: 16, totalTokens: null, totalCost: null });
  });

  it('is listed in the short form of older clients', async () => {
    const { get } = await startOffice();
    const { body } = await get('/api/agents/status');
    expect(Object.keys(body)).toEqual(['agents', 'summary', 'timestamp']);
    expect(Object.keys(body.agents[0])).toEqual(
      'id name role status tasksCompleted tokensUsed efficiency emoji currentTask cost'.split(' '),
    );
    expect(body.agents.find((row: { id: string }) => row.id === 'api')).toMatchObject({
      status: 'active',
      tasksCompleted: 9,
    });
  });

  it('comes in pages when asked for', async () => {
    const { get } = await startOffice();
    const first = (await get('/api/agents?limit=10')).body;
    const second = (await get(`/api/agents?limit=10&cursor=${first.next_cursor}`)).body;
    expect([first.agents.length, second.agents.length, second.next_cursor]).toEqual([10, 6, null]);
    expect((await get('/api/agents?limit=0')).status).toBe(400);
    expect((await get('/api/agents?cursor=nonsense')).body).toMatchObject({ code: 'input.invalid' });
  });

  it('is shown one by one with the whole state, or 404', async () => {
    const { get } = await startOffice();
    const { body } = await get('/api/agents/watchman');
    expect(body).toMatchObject({ id: 'watchman', status: 'unknown', state: { system: { gatewayPid: 4375 } } });
    const missing = await get('/api/agents/nobody');
    expect([missing.status, missing.body.error, missing.body.code]).toEqual([
      404,
      'Agent not found',
      'agent.not_found',
    ]);
  });

  it('tells a state above 256 kB whole, although events do not', async () => {
    const office = await startOffice();
    const state = { status: 'idle', blob: 'x'.repeat(300_000) };
    await writeFile(join(office.root, 'mission-control/agents/api/state.json'), JSON.stringify(state));
    await expect
      .poll(async () => (await office.get('/api/agents/api')).body.normalized_status, { timeout: 10_000 })
      .toBe('idle');
    expect((await office.get('/api/agents/api')).body.state.blob).toHaveLength(300_000);
  });
});

describe('office, tasks and stream', () => {
  it('serves an office file with leading zeros as it is, and with coordinates for all nine', async () => {
    const { get } = await startOffice();
    const { body } = await get('/api/system/status');
    expect(Object.keys(body)).toEqual(['office_state', 'office', 'metrics', 'timestamp']);
    expect(body.office_state).toMatchObject({ hour: 6, positions: { lead: 'conference' } });
    const places = Object.values(body.office.positions as Record<string, { x: unknown; y: unknown }>);
    expect(places).toHaveLength(9);
    expect(places.every(({ x, y }) => typeof x === 'number' && typeof y === 'number')).toBe(true);
    expect(body.metrics.agents.tester).toMatchObject({ agent_id: 'tester', tasks_completed: 24, error_rate: 0.111111 });
    expect(body.metrics.system).toMatchObject({ total_agents: 16, timestamp: body.metrics.timestamp });
  });

  it('answers without an office', async () => {
    const office = await startOffice();
    await writeFile(join(office.root, 'mission-control/current_office_state.json'), '{"positions": {"api": "ops');
    await expect
      .poll(async () => (await office.get('/api/notifications')).body.notifications.length, { timeout: 10_000 })
      .toBeGreaterThan(0);
    expect((await office.get('/api/system/status')).body.office_state.positions.lead.zone).toBe('conference');
  });

  it('lists the sixteen tasks and what agents work on', async () => {
    const { get } = await startOffice();
    const { tasks } = (await get('/api/tasks')).body as { tasks: { text: string; status: string }[] };
    expect(tasks).toHaveLength(16);
    expect(tasks.find(({ text }) => text === 'handle [x] case in parser')?.status).toBe('pending');
    expect((await get('/api/tasks/active')).body.active_tasks).toEqual(
      expect.arrayContaining([
        { agent: 'api', task: 'build_api' },
        { agent: 'tester', task: { id: 'T-9', title: 'Replay the outage', started_at: '2026-02-18T03:10:00Z' } },
      ]),
    );
  });

  it('tells its health, its readiness and where the stream is', async () => {
    const { get, root } = await startOffice();
    const { status, body } = await get('/api/health');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'healthy',
      services: {
        api: 'running',
        websocket: 'available',
        pipeline: 'available',
        backup: 'available',
        watcher: 'available',
        alerts: 'available',
      },
      active: { websocket: true, pipeline: true, backup: true, watcher: true, alerts: true },
      workspace: root,
    });
    expect((await get('/healthz')).body).toEqual({ alive: true });
    expect((await get('/readyz')).body).toEqual({ ready: true, failing: [] });
    expect((await get('/api/websocket/status')).body).toMatchObject({
      status: 'running',
      connected_clients: 0,
      peers: [],
    });
  });
});

describe('answers that have not changed', () => {
  it.each(['/api/agents', '/api/agents/api', '/api/tasks', '/api/system/status'])('are 304 on %s', async (path) => {
    const { get } = await startOffice();
    const first = await get(path);
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^W\/".+"$/);
    for (const match of [etag, etag.slice(2), `"other", ${etag}`, '*']) {
      const again = await get(path, { 'if-none-match': match });
      expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', etag]);
    }
    expect((await get(path, { 'if-none-match': '"other"' })).status).toBe(200);
  });

  it('have another tag once the river has changed them', async () => {
    const office = await startOffice();
    const before = (await office.get('/api/agents')).headers.get('etag') ?? '';
    await office.send('POST', '/api/agents/api/report', { status: 'idle' });
    const after = await office.get('/api/agents', { 'if-none-match': before });
    expect(after.status).toBe(200);
    expect(after.body.agents.find((row: Row) => row.id === 'api').normalized_status).toBe('idle');
  });

  it('are packed for those who take it', async () => {
    const { get } = await startOffice();
    const packed = await get('/api/agents', { 'accept-encoding': 'gzip' });
    const plain = await get('/api/agents', { 'accept-encoding': 'gzip;q=0, identity' });
    expect([packed.headers.get('content-encoding'), plain.headers.get('content-encoding')]).toEqual(['gzip', null]);
    expect(packed.text).toBe(plain.text);
  });
});

describe('writes', () => {
  it('report into the agent’s own file, and answer with what came back', async () => {
    const office = await startOffice();
    const { status, body } = await office.send('POST', '/api/agents/api/report', {
      status: 'busy',
      task: 'Review the parser',
      zone: 'qa_station',
      counters: { tasks_completed: 10 },
      activity: 'began a review',
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      success: true,
      agent: {
        id: 'api',
        normalized_status: 'busy',
        tasks_completed: 10,
        zone: 'qa_station',
        currentTask: 'Review the parser',
      },
    });
    const state = JSON.parse(await readFile(join(office.root, 'mission-control/agents/api/state.json'), 'utf8'));
    expect(state).toMatchObject({ status: 'busy', tasks_completed: 10, messages_sent: 41 });
  });

  it('refuse reports of nobody, of nothing, and in words nobody knows', async () => {
    const { send } = await startOffice();
    expect((await send('POST', '/api/agents/nobody/report', { status: 'idle' })).status).toBe(404);
    expect((await send('POST', '/api/agents/api/report', {})).body).toMatchObject({ code: 'input.invalid' });
    expect((await send('POST', '/api/agents/api/report')).status).toBe(400);
    expect((await send('POST', '/api/agents/api/report', { status: 'sleepy' })).body.hint).toContain('idle');
    expect((await send('POST', '/api/agents/archivist/report', { status: 'idle' })).body).toMatchObject({
      code: 'state.unreadable',
    });
  });

  it('create tasks in the pending file under ids that nobody has', async () => {
    const office = await startOffice();
    const { status, body } = await office.send('POST', '/api/tasks/create', {
      tasks: [{ title: 'Sweep\n## the floor' }, { id: 'TASK-900', title: 'Dust', assignee: 'builder', priority: 'P1' }],
      source: 'test',
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ success: true, tasks_created: 2, file_path: 'mission-control/PENDING_TASKS.md' });
    expect(body.ids).toHaveLength(2);
    const { tasks } = (await office.get('/api/tasks')).body as {
      tasks: { id: string; text: string; assignee: string }[];
    };
    expect(tasks).toHaveLength(18);
    expect(tasks.find(({ id }) => id === 'TASK-900')).toMatchObject({ text: 'Dust', assignee: 'builder' });
  });

  it('create tasks asked for at the same time one after the other', async () => {
    const office = await startOffice();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        office.send('POST', '/api/tasks/create', { tasks: [{ title: `Job ${n}` }] }),
      ),
    );
    const ids = answers.flatMap(({ body }) => body.ids as string[]);
    expect(new Set(ids).size).toBe(20);
    expect((await office.get('/api/tasks')).body.tasks).toHaveLength(36);
  });

  it('take null for what older clients leave open', async () => {
    const { send } = await startOffice();
    const tasks = [
      { id: null, title: 'Open', assignee: null, priority: null, deadline: null },
      { id: 77, title: 'Number' },
    ];
    const { status, body } = await send('POST', '/api/tasks/create', { tasks, source: null });
    expect([status, body.tasks_created, body.ids[1]]).toEqual([200, 2, '77']);
  });

  it.each([undefined, {}, { tasks: [] }])('create nothing from %j', async (body) => {
    const { send } = await startOffice();
    const answer = await send('POST', '/api/tasks/create', body);
    expect([answer.status, answer.body.error]).toEqual([400, 'No tasks provided']);
  });

  it('change a task by its id, its key or its hash', async () => {
    const office = await startOffice();
    const patch = (id: string, body: unknown) => office.send('PATCH', `/api/tasks/${encodeURIComponent(id)}`, body);
    expect((await patch('TASK-037', { status: 'in_progress' })).body).toMatchObject({
      success: true,
      task: { id: 'TASK-037', status: 'in_progress' },
    });
    expect((await patch('mission-control/TASK_QUEUE.md#32', { priority: 'P2' })).body.task).toMatchObject({
      priority: 'P2',
    });
    const { tasks } = (await office.get('/api/tasks')).body as { tasks: { key: string; id: string | null }[] };
    const nameless = tasks.find((task) => task.id === null);
    const hash = nameless?.key.split('#')[1] ?? '';
    expect(hash).toMatch(/^~/);
    expect((await patch(hash, { status: 'completed' })).body.task.status).toBe('completed');
  });

  it('refuse to guess which task is meant, and tasks that are none', async () => {
    const office = await startOffice();
    await writeFile(
      join(office.root, 'PENDING_TASKS.md'),
      '| ID | Task | Status |\n|---|---|---|\n| 31 | Another thirty-one | PENDING |\n',
    );
    await expect
      .poll(async () => (await office.get('/api/tasks')).text.includes('Another thirty-one'), { timeout: 10_000 })
      .toBe(true);
    const answer = await office.send('PATCH', '/api/tasks/31', { status: 'completed' });
    expect([answer.status, answer.body.code]).toEqual([409, 'task.ambiguous']);
    expect(answer.body.hint).toContain('PENDING_TASKS.md#31');
    expect((await office.send('PATCH', '/api/tasks/nothing', { status: 'completed' })).status).toBe(404);
    expect((await office.send('PATCH', '/api/tasks/32', {})).status).toBe(400);
    expect((await office.send('PATCH', '/api/tasks/32', { status: 'done' })).body.hint).toContain('completed');
  });

  it('notify everyone, and acknowledge once for everyone', async () => {
    const office = await startOffice();
    const sent = await office.send('POST', '/api/notifications', { message: 'Look', level: 'warning', agent: 'api' });
    expect(sent.body).toMatchObject({
      success: true,
      notification: { title: 'Mission Control', message: 'Look', level: 'warning', acknowledged_at: null },
      seq: expect.any(Number),
    });
    await office.send('POST', '/api/notifications', { title: 'T', message: 'Later' });
    const { notifications } = (await office.get('/api/notifications')).body;
    expect(notifications.map((kept: { message: string }) => kept.message)).toEqual([
      'Later',
      'Look',
      // The fixture's database is of the old system.
      expect.stringContaining('720 samples and 1 events were kept'),
    ]);
    const path = `/api/notifications/${sent.body.notification.id}/ack`;
    const first = await office.send('POST', path);
    expect(first.body.notification.acknowledged_at).toMatch(/Z$/);
    expect((await office.send('POST', path)).body).toEqual(first.body);
    expect((await office.send('POST', '/api/notifications/nothing/ack')).status).toBe(404);
    expect((await office.send('POST', '/api/notifications', { title: 'no message' })).status).toBe(400);
  });
});

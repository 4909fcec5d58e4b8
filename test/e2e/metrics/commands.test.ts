import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workspaceLayout } from '../../../src/base/index.js';
import type { Check } from '../../../src/cli/check.js';
import { makePlace, type Place, run, runJson, type Served, serve } from '../cli/mc.js';

const RANGE = ['--since', '2026-02-17T00:00:00Z', '--until', '2026-02-18T12:00:00Z'];
const QUERY = ['metrics', 'query', 'tasks_completed', '--agent', 'tester', ...RANGE];

describe('without a server', () => {
  let place: Place;
  let here: string[];
  beforeAll(async () => {
    place = await makePlace();
    here = ['-w', place.office];
  });
  afterAll(() => place.clear());

  it('mc metrics query reads the old database, all of it', async () => {
    const { status, json } = await runJson(place, [...QUERY, '--step', 'raw', ...here]);
    expect(status).toBe(0);
    expect(json).toMatchObject({
      since: '2026-02-17T00:00:00.000Z',
      until: '2026-02-18T12:00:00.000Z',
      step: 'raw',
      agg: 'last',
    });
    expect(json.series).toHaveLength(1);
    expect(json.series[0]).toMatchObject({ metric: 'tasks_completed', unit: 'tasks', agent: 'tester' });
    expect(json.series[0].points).toHaveLength(180);
  });

  it('prints it as table, CSV, NDJSON and chart', async () => {
    const hourly = [...QUERY, '--step', '1h', ...here];
    const table = await run(place, hourly);
    expect(table.out).toContain('tasks_completed tester (tasks)');
    expect(table.out).toMatch(/–/);
    const csv = (await run(place, [...hourly, '--format', 'csv'])).out.split('\r\n');
    expect(csv[0]).toBe('time,metric,agent,value,unit');
    expect(csv[1]).toBe('2026-02-17T00:00:00.000Z,tasks_completed,tester,,tasks');
    const lines = (await run(place, [...hourly, '--format', 'ndjson'])).out.trim().split('\n');
    expect(lines).toHaveLength(36);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      t: '2026-02-17T00:00:00.000Z',
      metric: 'tasks_completed',
      agent: 'tester',
      v: null,
      unit: 'tasks',
    });
    const chart = (await run(place, [...hourly, '--format', 'chart'])).out;
    expect(chart).toContain('24 ┤');
    expect(JSON.parse((await run(place, [...hourly, '--format', 'json'])).out).step).toBe('1h');
  });

  it('mc metrics list and top', async () => {
    const { json } = await runJson(place, ['metrics', 'list', ...here]);
    expect(json.metrics).toContainEqual({
      name: 'success_rate',
      scope: 'agent',
      kind: 'ratio',
      unit: 'ratio',
      meaning: expect.any(String),
      computed: expect.any(String),
    });
    const top = await runJson(place, ['metrics', 'top', '--since', '2026-02-17T00:00:00Z', ...here]);
    expect(top.json.agents[0]).toEqual({ rank: 1, agent: 'tester', value: 14 });
  });

  it('mc events list shows what came with the old database', async () => {
    const { json } = await runJson(place, ['events', 'list', ...here]);
    expect(json.events).toMatchObject([
      { id: 1, event_type: 'task_started', agent_id: 'api', data: { task: 'build_api' } },
    ]);
    expect((await run(place, ['events', 'list', '--agent', 'api', ...here])).out).toContain('task_started');
  });

  it.each([
    [['metrics', 'query', 'task_completed'], 'tasks_completed'],
    [['metrics', 'query', 'nope'], 'mc metrics list shows all'],
    [['metrics', 'query', 'tasks_completed', '--agent', 'testr'], 'tester'],
    [['metrics', 'top', '--by', 'tasks'], 'mc metrics list'],
    [['events', 'list', '--agent', 'testr'], 'tester'],
  ])('mc %j ends with 4 and says what there is', async (args, hint) => {
    const { status, json } = await runJson(place, [...args, ...here]);
    expect(status).toBe(4);
    expect(json.error.hint).toContain(hint);
  });

  it.each([
    [['metrics', 'query', 'tasks_completed', '--step', '10s'], 'raw, 1m, 5m'],
    [['metrics', 'query', 'tasks_completed', '--since', '1h', '--until', '2h'], 'swap'],
    [['metrics', 'query', 'tasks_completed', '--since', 'abc'], 'a duration ago'],
    [['metrics', 'query'], 'mc metrics list'],
    [['metrics', 'query', 'rss', '--format', 'cvs'], 'csv'],
    [['events', 'list', '--type', 'task_startd'], 'task_started'],
    [['check', '--offline', '--min-health', '2'], 'from 0 to 1'],
    [['check', '--offline', '--max-stale', 'soon'], '10m'],
  ])('mc %j ends with 2 and says what is accepted', async (args, hint) => {
    const { status, json, err } = await runJson(place, [...args, ...here]);
    expect(status).toBe(2);
    expect(`${json.error.message} ${json.error.hint}`).toContain(hint);
    expect(err).toContain(hint);
  });

  it('mc check needs a server, or --offline', async () => {
    expect((await run(place, ['check', ...here, '--server', 'http://127.0.0.1:9'])).status).toBe(3);
    const { status, json } = await runJson(place, [
      'check',
      '--offline',
      '--require-agent',
      'tester',
      '--require-agent',
      'courier',
      ...here,
    ]);
    expect(status).toBe(5);
    const named = Object.fromEntries((json.checks as Check[]).map((check) => [check.name, check]));
    expect(named.backup_age).toMatchObject({ ok: false, limit: 43_200, unit: 'seconds' });
    // The fixture's agents state themselves when they were last active, and that is long ago.
    expect(named.staleness).toMatchObject({ ok: false, limit: 600 });
    expect(named.files).toMatchObject({ ok: false });
    expect(named['agent:tester']).toMatchObject({ ok: true, value: 'busy' });
    expect(named['agent:courier']).toMatchObject({ ok: false, value: 'offline' });
    expect(named.error_rate?.value).toBeCloseTo(4 / 39, 4);
    expect(json.ok).toBe(false);
  });

  it('mc check writes JUnit, and ends with 0 when all is well', async () => {
    const file = join(place.home, 'reports', 'check.xml');
    for (const id of ['scribe', 'archivist']) {
      await writeFile(join(workspaceLayout(place.office).agents, id, 'state.json'), '{"status":"idle"}');
    }
    const limits = ['--max-error-rate', '0.5', '--max-backup-age', '5200w', '--min-health', '0.5'];
    const lax = [...limits, '--max-stale', '36500d', '--junit', file];
    const { status, out } = await run(place, ['check', '--offline', ...lax, ...here]);
    expect(status).toBe(0);
    expect(out).toMatch(/^✓ health /m);
    const xml = await readFile(file, 'utf8');
    expect(xml).toContain('<testsuite name="mc check" tests="7" failures="0"');
    await run(place, ['check', '--offline', '--require-agent', '<none>', '--junit', file, ...here]);
    expect(await readFile(file, 'utf8')).toContain(
      '<testcase classname="mc.check" name="agent:&lt;none&gt;" time="0"><failure message=',
    );
  });

  it('says when there is no database', async () => {
    await rm(workspaceLayout(place.office).database);
    const { status, json } = await runJson(place, ['metrics', 'query', 'rss', ...here]);
    expect([status, json.error.code]).toEqual([4, 'not_found']);
    expect((await runJson(place, ['check', '--offline', ...here])).json.checks).toHaveLength(7);
  });
});

describe('with a server', () => {
  let place: Place;
  let served: Served;
  let here: string[];
  beforeAll(async () => {
    place = await makePlace();
    served = await serve(place, ['--collect-interval', '1s']);
    here = ['-w', place.office];
  });
  afterAll(async () => {
    await served.end();
    await place.clear();
  });

  it('mc metrics query answers the same from the database and from REST', async () => {
    const direct = await runJson(place, [...QUERY, '--step', '1h', ...here]);
    const asked = await runJson(place, [...QUERY, '--step', '1h', '--server', served.ready.http]);
    expect(asked.json).toEqual(direct.json);
    const both = ['--metric-that-is-none'];
    expect((await run(place, [...QUERY, ...both, ...here])).status).toBe(2);
    const bad = await runJson(place, ['metrics', 'query', 'task_completed', '--server', served.ready.http]);
    expect([bad.status, bad.json.error.code]).toEqual([4, 'metric.unknown']);
  });

  it('explains the health score', async () => {
    const { out } = await run(place, ['metrics', 'query', 'system_health_score', '--explain', ...here]);
    for (const part of ['agents', 'tasks', 'freshness', 'backup']) expect(out).toContain(part);
    const { json } = await runJson(place, [
      'metrics',
      'query',
      'system_health_score',
      '--system',
      '--explain',
      ...here,
    ]);
    expect(json.explain.parts).toHaveLength(4);
  });

  it('mc check asks the server', async () => {
    const { status, json } = await runJson(place, [
      'check',
      '--max-error-rate',
      '0.5',
      '--require-agent',
      'tester',
      ...here,
    ]);
    const named = Object.fromEntries((json.checks as Check[]).map((check) => [check.name, check]));
    expect(named.health?.value).toBeGreaterThan(0.5);
    expect(named['agent:tester']).toMatchObject({ ok: true });
    expect(status).toBe(json.ok ? 0 : 5);
  });

  it('mc events list shows what happened since', async () => {
    await run(place, ['notify', 'Look here', '--agent', 'api', ...here]);
    await expect
      .poll(
        async () =>
          (await runJson(place, ['events', 'list', '--type', 'notification', '--agent', 'api', ...here])).json.events,
        { timeout: 10_000 },
      )
      .toMatchObject([{ data: { message: 'Look here' } }]);
    const asked = await runJson(place, ['events', 'list', '--agent', 'api', '--server', served.ready.http]);
    expect(asked.json.events[0]).toMatchObject({ event_type: 'notification' });
  });
});

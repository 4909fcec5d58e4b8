import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Alert, AlertHistoryAnswer, AlertsAnswer } from '../../../src/protocol/index.js';
import { makePlace, type Place, run, runJson, type Served, serve } from './mc.js';

let place: Place;
let served: Served;
let here: string[];

const mcAlerts = (...args: string[]) => run(place, ['alerts', ...args, ...here]);
const mcAlertsJson = (...args: string[]) => runJson(place, ['alerts', ...args, ...here]);
const say = (agent: string, state: object) =>
  writeFile(join(place.office, 'mission-control/agents', agent, 'state.json'), JSON.stringify(state));

beforeAll(async () => {
  place = await makePlace({ overdue: true });
  const directory = join(place.home, 'config', 'mission-control');
  await mkdir(directory, { recursive: true });
  const builtin = { agent_waiting: { for: '0s' }, agent_error: { for: '0s', severity: 'critical' } };
  await writeFile(join(directory, 'alerts.json'), JSON.stringify({ builtin }), { mode: 0o600 });
  served = await serve(place);
  here = ['-w', place.office];
  await run(place, ['agents', 'report', 'api', '--status', 'needs_input', '--waiting-for', 'which region?', ...here]);
  await say('builder', { status: 'error' });
  await vi.waitFor(
    async () => {
      const { alerts } = (await (await fetch(`${served.ready.http}/api/alerts?state=firing`)).json()) as AlertsAnswer;
      const firing = alerts.map(({ rule, agent }) => `${rule} ${agent}`);
      expect(firing).toEqual(expect.arrayContaining(['agent_waiting api', 'agent_error builder']));
    },
    { timeout: 20_000, interval: 200 },
  );
});
afterAll(async () => {
  await served.end();
  await place.clear();
});

it('mc agents list --status waiting lists who waits for a person', async () => {
  const { json } = await runJson(place, ['agents', 'list', '--status', 'waiting', ...here]);
  expect(json.agents).toMatchObject([{ id: 'api', status: 'needs_input', waiting_for: 'which region?' }]);
});

describe('mc alerts', () => {
  it('lists what fires, worst first, as REST does', async () => {
    const { status, json } = await mcAlertsJson('list');
    expect(status).toBe(0);
    const rest = (await (await fetch(`${served.ready.http}/api/alerts`)).json()) as AlertsAnswer;
    expect(Object.keys(json)).toEqual(Object.keys(rest));
    expect(json.alerts.map(({ id }: Alert) => id)).toEqual(rest.alerts.map(({ id }) => id));
    const { out } = await mcAlerts('list', '--state', 'firing');
    const lines = out.split('\n');
    const at = (words: RegExp) => lines.findIndex((line) => words.test(line));
    expect(at(/✕ critical +agent_error +builder +.* firing .*state\.json status: error/)).toBeGreaterThan(0);
    expect(at(/▲ warning +agent_waiting +api .*api waits for a person: which region\?/)).toBeGreaterThan(
      at(/agent_error +builder/),
    );
  });

  it('lists those of one rule or agent, and says when there are none', async () => {
    const { json } = await mcAlertsJson('list', '--rule', 'agent_waiting');
    expect(json.alerts.map(({ agent }: Alert) => agent)).toEqual(['api']);
    const none = await mcAlerts('list', '--rule', 'disk_low', '--agent', 'api');
    expect([none.status, none.err]).toEqual([0, expect.stringMatching(/no such alerts; \d+ rules are watching/)]);
  });

  it('lists the rules, the quiet ones too, and shows one of them', async () => {
    const { out } = await mcAlerts('list', '--rules');
    expect(out).toMatch(/agent_waiting +1 firing +builtin +at once +the status of each agent/);
    expect(out).toMatch(/agent_offline/);
    const shown = await mcAlerts('show', 'agent_waiting');
    expect(shown.status).toBe(0);
    expect(shown.out).toMatch(/agent_waiting · Agent waits for a person\n +state +1 firing/);
    expect((await mcAlertsJson('show', 'agent_waiting')).json).toMatchObject({ rule: { name: 'agent_waiting' } });
  });

  it.each([
    ['list', '--rule', 'agent_wating'],
    ['show', 'agent_wating'],
    ['ack', 'agent_wating'],
    ['silence', 'agent_wating', '--for', '1h', '--reason', 'x'],
    ['unsilence', 'agent_wating'],
    ['history', '--rule', 'agent_wating'],
  ])('%s ends with 4 for a rule that there is not, and names the nearest', async (...args) => {
    const { status, json, err } = await mcAlertsJson(...args);
    expect(status).toBe(4);
    expect(json.error).toMatchObject({ code: 'alert.not_found', message: 'there is no rule "agent_wating"' });
    expect(err).toContain('did you mean agent_waiting');
  });

  it('ends with 2 for what is not a duration, and with 4 for an agent that there is not', async () => {
    const soon = await mcAlertsJson('silence', 'agent_error', '--for', 'soon', '--reason', 'x');
    expect([soon.status, soon.json.error.code]).toEqual([2, 'input.invalid']);
    const nobody = await mcAlertsJson('silence', 'agent_error', '--agent', 'bilder', '--for', '1h', '--reason', 'x');
    expect([nobody.status, nobody.json.error.code]).toEqual([4, 'agent.not_found']);
    expect(nobody.err).toContain('builder');
    expect((await mcAlerts('silence', 'agent_error', '--for', '1h')).status).toBe(2);
  });

  it('acknowledges what fires; what does not fire is not an unknown rule', async () => {
    const { status, json } = await mcAlertsJson('ack', 'agent_waiting', '--agent', 'api');
    expect(status).toBe(0);
    expect(json.alerts).toMatchObject([{ rule: 'agent_waiting', acknowledged_at: expect.any(String) }]);
    expect((await mcAlerts('list')).out).toMatch(/agent_waiting +api .*firing, acknowledged/);
    const quiet = await mcAlerts('ack', 'agent_waiting', '--agent', 'builder');
    expect(quiet.status).toBe(4);
    expect(quiet.err).toMatch(/no alert of agent_waiting about builder fires\n +what fires: mc alerts list/);
  });

  it('silences with a reason and an end, which mc check honours, and ends a silence', async () => {
    const check = () => runJson(place, ['check', '--no-firing', ...here]);
    const said = (answer: Awaited<ReturnType<typeof check>>) =>
      answer.json.checks.find(({ name }: { name: string }) => name === 'alerts');
    const loud = said(await check());
    expect(loud.ok).toBe(false);
    expect(loud.message).toContain('agent_error of builder (critical)');
    expect(loud.message).toContain('agent_waiting of api (warning, acknowledged)');
    const reason = 'the new key comes at noon';
    const silenced = await mcAlerts('silence', 'agent_error', '--agent', 'builder', '--for', '2h', '--reason', reason);
    expect(silenced.out).toMatch(/^nobody is told of agent_error of builder until .*: the new key comes at noon/);
    expect((await mcAlerts('list')).out).toMatch(/agent_error +builder .*firing, silenced for [12]h/);
    expect(said(await check()).message).toContain('(silenced: agent_error of builder)');
    expect(said(await check()).message).not.toContain('agent_error of builder (critical)');
    const ended = await mcAlertsJson('unsilence', 'agent_error');
    expect(ended.json).toMatchObject({ success: true, silences: [{ rule: 'agent_error', agent: 'builder', reason }] });
    expect((await mcAlerts('unsilence', 'agent_error')).status).toBe(4);
  });

  it('are counted in mc status and need a person', async () => {
    const { json } = await runJson(place, ['status', ...here]);
    expect(json.alerts.map(({ rule }: Alert) => rule)).toContain('agent_error');
    expect((await run(place, ['status', '--once', ...here])).out).toMatch(
      /needs a person: \d+\n +✕ builder +builder is in error/,
    );
    expect((await run(place, ['status', '--line', '--timeout', '20s', ...here])).out).toMatch(/\| ✕ \d+ alerts? \|/);
  });

  it('are history when they are over', async () => {
    await say('api', { status: 'busy' });
    await vi.waitFor(
      async () => {
        const answer = await fetch(`${served.ready.http}/api/alerts/history?rule=agent_waiting`);
        expect(((await answer.json()) as AlertHistoryAnswer).alerts).toHaveLength(1);
      },
      { timeout: 20_000, interval: 200 },
    );
    const { json } = await mcAlertsJson('history', '--rule', 'agent_waiting', '--since', '1h');
    expect(json.alerts).toMatchObject([{ rule: 'agent_waiting', agent: 'api', state: 'resolved' }]);
    expect((await mcAlerts('history')).out).toMatch(/▲ warning +agent_waiting +api +api waits for a person/);
    expect((await mcAlerts('history', '--agent', 'courier')).err).toContain('no such alerts');
  });

  it('need a server, and end with 3 without one', async () => {
    const { status, err } = await run(place, ['alerts', 'list', '--server', 'http://127.0.0.1:9']);
    expect(status).toBe(3);
    expect(err).toContain('mc serve');
  });
});

it('mc check --no-firing cannot do without a server, and says so', async () => {
  const { status, err } = await run(place, ['check', '--no-firing', '--offline', ...here]);
  expect(status).toBe(2);
  expect(err).toContain('--no-firing');
});

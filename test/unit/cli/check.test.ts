import { describe, expect, it } from 'vitest';
import { type CheckedAgent, type CheckFacts, type CheckLimits, runChecks } from '../../../src/cli/check.js';
import { checkJunit, checkText } from '../../../src/cli/check-report.js';
import { checkedAgent } from '../../../src/cli/check-facts.js';
import type { Alert } from '../../../src/protocol/index.js';
import { alertOf } from '../../support/alerts.js';
import { terminalOf } from '../../../src/cli/print/terminal.js';

const NOW = Date.UTC(2026, 2, 2);
const LIMITS: CheckLimits = {
  minHealth: 0.8,
  maxErrorRate: 0.1,
  maxBackupAge: 43_200_000,
  wantsBackup: false,
  maxStale: 600_000,
  maxWaiting: 600_000,
  requireAgents: [],
  noFiring: false,
};
const agent = (changes: Partial<CheckedAgent> = {}): CheckedAgent => ({
  id: 'api',
  normalized_status: 'busy',
  since: null,
  last_active: new Date(NOW - 5000).toISOString(),
  heartbeat_interval: null,
  warnings: [],
  completed: 9,
  failed: 1,
  ...changes,
});
const silent = (ms: number, changes: Partial<CheckedAgent> = {}) =>
  agent({ last_active: new Date(NOW - ms).toISOString(), ...changes });
const waits = (minutes: number | null, id = 'api') =>
  agent({
    id,
    normalized_status: 'waiting',
    since: minutes === null ? null : new Date(NOW - minutes * 60_000).toISOString(),
  });
const facts = (changes: Partial<CheckFacts> = {}): CheckFacts => ({
  server: null,
  health: 0.9,
  agents: [agent()],
  backup: { age: 60, scheduled: true },
  alerts: null,
  ...changes,
});
const outcome = (changes: Partial<CheckFacts>, limits: Partial<CheckLimits> = {}) => {
  const { ok, checks } = runChecks(facts(changes), { ...LIMITS, ...limits }, NOW);
  const named = (wanted: (check: (typeof checks)[number]) => boolean) => checks.filter(wanted).map(({ name }) => name);
  return { ok, failing: named((check) => !check.ok), skipped: named((check) => check.skipped) };
};
const broken = (place: string | null, reason = 'unexpected end') => [{ file: 'state.json', place, reason }];
const services = { api: 'running', websocket: 'available', pipeline: 'the disk is full' } as never;

describe('the checks', () => {
  it.each<[string, Partial<CheckFacts>, Partial<CheckLimits>, string[]]>([
    ['all well', {}, {}, []],
    ['health below its limit', { health: 0.79 }, {}, ['health']],
    ['health unknown', { health: null }, {}, ['health']],
    ['an agent that waits for a person too long', { agents: [waits(11)] }, {}, ['waiting']],
    ['one that waits no longer than is said', { agents: [waits(11)] }, { maxWaiting: 700_000 }, []],
    ['one of which nobody knows since when it waits', { agents: [waits(null)] }, {}, []],
    ['a required agent that waits for a person', { agents: [waits(1)] }, { requireAgents: ['api'] }, []],
    ['too many failed tasks', { agents: [agent({ failed: 2 })] }, {}, ['error_rate']],
    ['an old backup', { backup: { age: 43_201, scheduled: true } }, {}, ['backup_age']],
    ['no backup although they are scheduled', { backup: { age: null, scheduled: true } }, {}, ['backup_age']],
    [
      'no backup although one is asked for',
      { backup: { age: null, scheduled: false } },
      { wantsBackup: true },
      ['backup_age'],
    ],
    ['a silent agent', { agents: [silent(600_001)] }, {}, ['staleness']],
    ['one whose heart beats once an hour', { agents: [silent(5_000_000, { heartbeat_interval: 3600 })] }, {}, []],
    [
      'one that is late by its own heart',
      { agents: [silent(7_300_000, { heartbeat_interval: 3600 })] },
      {},
      ['staleness'],
    ],
    ['one that never gave a sign', { agents: [agent({ last_active: null })] }, {}, ['staleness']],
    ['one from ahead of the clock', { agents: [silent(-3_600_000)] }, {}, ['staleness']],
    ['no agent at all', { agents: [] }, {}, ['fleet']],
    ['all of them offline', { agents: [agent({ normalized_status: 'offline' })] }, {}, ['fleet']],
    ['a state file that is broken', { agents: [agent({ warnings: broken('line 1, column 2') })] }, {}, ['files']],
    ['one that cannot be read', { agents: [agent({ warnings: broken(null, 'permission denied') })] }, {}, ['files']],
    ['a field that makes no sense', { agents: [agent({ warnings: broken('status', 'expected a text') })] }, {}, []],
    ['a server that is not well', { server: { status: 'degraded', services } }, {}, ['server']],
    [
      'a source of agents that cannot be read',
      { server: { status: 'degraded', services, sources: { runtime: { state: 'locked', last_error: null } } } },
      {},
      ['server'],
    ],
    ['a required agent that is there', {}, { requireAgents: ['api'] }, []],
    ['one that is not', {}, { requireAgents: ['api', 'tester'] }, ['agent:tester']],
    ['one in error', { agents: [agent({ normalized_status: 'error' })] }, { requireAgents: ['api'] }, ['agent:api']],
  ])('with %s', (_, changes, limits, failing) => {
    expect(outcome(changes, limits)).toMatchObject({ ok: failing.length === 0, failing });
  });

  it.each<[string, Partial<CheckFacts>, string[]]>([
    ['no task that ended', { agents: [agent({ completed: 0, failed: 0 })] }, ['error_rate']],
    ['tasks that nobody counted', { agents: [agent({ completed: null })] }, ['error_rate']],
    ['nobody who works', { agents: [silent(9e9, { normalized_status: 'idle' })] }, ['staleness']],
    ['no backup and no schedule', { backup: { age: null, scheduled: false } }, ['backup_age']],
    ['no backup where no server was', { backup: { age: null, scheduled: null } }, ['backup_age']],
  ])('have nothing to look at with %s, and neither pass nor fail', (_, changes, skipped) => {
    expect(outcome(changes)).toEqual({ ok: true, failing: [], skipped });
  });

  it('count what was measured, and what files state only before anything was', () => {
    const row = { ...agent(), tasks_completed: 100, tasks_failed: 0 };
    const measured = { error_rate: 0.5, tasks_completed: 1, tasks_failed: 1 };
    expect(checkedAgent(row, measured)).toMatchObject({ completed: 1, failed: 1 });
    expect(checkedAgent(row, { error_rate: null, tasks_completed: null, tasks_failed: 1 })).toMatchObject({
      completed: null,
    });
    expect(checkedAgent(row, undefined)).toMatchObject({ completed: 100, failed: 0 });
    const text = checkText(
      runChecks(facts({ agents: [agent(), agent({ id: 'mute', completed: null })] }), LIMITS, NOW),
      terminalOf({}, { LANG: 'C.UTF-8' }),
    );
    expect(text).toContain('0.1, 1 of 10 tasks failed, not known of mute (at most 0.1)');
  });

  it('are one line each, with figure and limit, and a tick only for what was looked at', () => {
    const answer = runChecks(facts({ health: 0.5, backup: { age: null, scheduled: false } }), LIMITS, NOW);
    const terminal = terminalOf({}, { LANG: 'C.UTF-8' });
    expect(checkText(answer, terminal).split('\n')).toEqual([
      '✓ fleet       1 agent: 1 busy',
      '✓ files       every state.json that is there can be read',
      '✗ health      0.5 (at least 0.8)',
      '✓ error_rate  0.1, 1 of 10 tasks failed (at most 0.1)',
      '– backup_age  there is no backup, and none are scheduled',
      '✓ staleness   api silent for 5s (at most 10m)',
      '✓ waiting     no agent waits for a person',
    ]);
    expect(checkText(answer, terminalOf({}, { TERM: 'dumb' }))).toMatch(/^x health/m);
  });

  it('name who waits for a person, the longest wait first', () => {
    const said = (agents: CheckedAgent[]) =>
      runChecks(facts({ agents }), LIMITS, NOW).checks.find(({ name }) => name === 'waiting');
    expect(said([waits(12), waits(30, 'builder'), waits(2, 'fresh')])).toMatchObject({
      ok: false,
      value: 1800,
      message: 'builder, api wait for a person, for 30m (at most 10m)',
    });
    expect(said([waits(2), agent()])?.message).toBe('api waits for a person, for 2m (at most 10m)');
    expect(said([waits(null)])?.message).toBe('api waits for a person, nobody knows since when (at most 10m)');
    expect(said([])).toMatchObject({ ok: true, skipped: true });
  });

  it('name the alerts that fire, and do not fail for those that are silenced', () => {
    const firing = (alerts: Alert[] | null) =>
      runChecks(facts({ alerts }), { ...LIMITS, noFiring: true }, NOW).checks.find(({ name }) => name === 'alerts');
    const loud = alertOf({ rule: 'disk_low', severity: 'critical', agent: null, summary: '2 GB are free' });
    const known = alertOf({ rule: 'agent_error', agent: 'api', summary: 'api is in error', acknowledged_at: 'x' });
    const quiet = alertOf({ rule: 'agent_stale', agent: 'api', silenced_until: '2030-01-01T00:00:00Z' });
    const pending = alertOf({ rule: 'health_score', state: 'pending' });
    expect(firing([quiet, known, pending, loud])).toMatchObject({
      ok: false,
      value: 2,
      message:
        'disk_low (critical): 2 GB are free; agent_error of api (error, acknowledged): api is in error (silenced: agent_stale of api)',
    });
    expect(firing([quiet, pending])).toMatchObject({
      ok: true,
      skipped: false,
      value: 0,
      message: 'no alert fires (silenced: agent_stale of api)',
    });
    const muted = alertOf({ rule: 'watcher_polling', agent: null, muted: true });
    expect(firing([quiet, muted])).toMatchObject({
      ok: true,
      message: 'no alert fires (silenced: agent_stale of api) (muted: watcher_polling)',
    });
    expect(firing(null)).toMatchObject({ ok: false, message: 'not known: this server watches for none' });
    expect(runChecks(facts({ alerts: [loud] }), LIMITS, NOW).ok).toBe(true);
  });

  it('are JUnit XML that holds any name', () => {
    const backup = { age: null, scheduled: false };
    const xml = checkJunit(runChecks(facts({ backup }), { ...LIMITS, requireAgents: ['<"&>\u0007'] }, NOW));
    expect(xml).toContain('tests="8" failures="1" errors="0" skipped="1"');
    expect(xml).toContain('name="agent:&lt;&quot;&amp;&gt;\ufffd"');
    expect(xml.match(/<testcase /g)).toHaveLength(8);
  });
});

import { describe, expect, it } from 'vitest';
import type { AgentStatus, AgentWarning, Alert, NotificationLevel } from '../../../src/protocol/index.js';
import {
  agentSign,
  alertState,
  evidenceOf,
  isUrgent,
  levelSign,
  needsOf,
  unwellServices,
} from '../../../src/view/index.js';
import { alertOf } from '../../support/alerts.js';

const NOW = Date.parse('2026-02-18T06:00:00Z');
const BROKEN: AgentWarning = { file: 'state.json', place: 'line 3', reason: 'not JSON' };

const agent = (id: string, status: AgentStatus, warnings: AgentWarning[] = []) => ({
  id,
  normalized_status: status,
  since: '2026-02-18T05:02:00Z',
  evidence: { file: 'state.json', field: 'status', value: status },
  warnings,
});

describe('an agent needs a person', () => {
  it.each([
    ['error', false, true],
    ['waiting', false, true],
    ['stale', false, true],
    ['idle', true, true],
    ['unknown', true, true],
    ['busy', false, false],
    ['active', false, false],
    ['offline', false, false],
  ] as const)('%s, with broken files %s: %s', (status, broken, needs) => {
    expect(needsOf([agent('a', status, broken ? [BROKEN] : [])], [], NOW)).toHaveLength(needs ? 1 : 0);
  });

  it('the loudest first', () => {
    const agents = [
      agent('e', 'idle', [BROKEN]),
      agent('d', 'stale'),
      agent('c', 'waiting'),
      agent('b', 'error'),
      agent('a', 'error'),
    ];
    expect(needsOf(agents, [], NOW).map(({ who }) => who)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('and it is said why, and since when', () => {
    const why = (agents: Parameters<typeof needsOf>[0]) => needsOf(agents, [], NOW, 'UTC');
    expect(why([agent('a', 'error')])).toEqual([
      {
        sign: agentSign('error'),
        who: 'a',
        mark: null,
        why: 'error since 05:02 (58m) · evidence: state.json status="error"',
      },
    ]);
    expect(why([{ ...agent('a', 'waiting'), waiting_for: 'approve the release' }])[0]?.why).toBe(
      'approve the release · waiting since 05:02 (58m) · evidence: state.json status="waiting"',
    );
    // A server of before does not say what for.
    expect(why([agent('a', 'waiting')])[0]?.why).toMatch(/^waiting since 05:02/);
    const [broken] = why([{ ...agent('a', 'idle', [BROKEN]), since: null, evidence: null }]);
    expect([broken?.mark?.glyph, broken?.why]).toEqual(['⚠', 'state.json: not JSON · idle · evidence: none']);
  });
});

describe('an alert needs a person', () => {
  const since = '2026-02-18T05:02:00Z';
  const alert = (rule: string, known: Partial<Alert> = {}) => alertOf({ rule, since, ...known });

  it('while it fires and nobody has seen to it, before the agents, the loudest first and then the oldest', () => {
    const alerts = [
      alert('young', { since: '2026-02-18T05:30:00Z' }),
      alert('old'),
      alert('loud', { severity: 'critical', since: '2026-02-18T05:59:00Z' }),
      alert('about_to', { state: 'pending' }),
      alert('over', { state: 'resolved' }),
      alert('known', { acknowledged_at: since }),
      alert('quiet', { silenced_until: '2026-02-18T08:00:00Z' }),
      alert('muted', { muted: true }),
    ];
    const needs = needsOf([agent('a', 'error')], alerts, NOW);
    expect(needs.map(({ who }) => who)).toEqual(['loud', 'old', 'young', 'a']);
  });

  it('with its sign, what is wrong, since when, and what it was seen by', () => {
    expect(needsOf([], [alert('disk_low', { severity: 'critical', summary: '2 GB are free' })], NOW, 'UTC')).toEqual([
      {
        sign: levelSign('critical'),
        who: 'disk_low',
        mark: null,
        why: '2 GB are free · firing since 05:02 (58m) · evidence: state.json status: error',
      },
    ]);
  });

  it('in place of the agent whose status it is about, but not of one with files that cannot be used', () => {
    const fires = [alert('agent_error', { agent: 'a' })];
    const who = (agents: Parameters<typeof needsOf>[0]) => needsOf(agents, fires, NOW).map((need) => need.who);
    expect(who([agent('a', 'error')])).toEqual(['a']);
    expect(who([agent('a', 'error', [BROKEN])])).toEqual(['a', 'a']);
    expect(who([agent('a', 'waiting')])).toEqual(['a', 'a']);
    expect(who([agent('b', 'error')])).toEqual(['a', 'b']);
  });

  it('stands as it has been seen to', () => {
    expect(alertState(alert('x'), NOW)).toBe('firing');
    expect(alertState(alert('x', { acknowledged_at: since }), NOW)).toBe('firing, acknowledged');
    expect(alertState(alert('x', { silenced_until: '2026-02-18T08:00:00Z' }), NOW)).toBe('firing, silenced for 2h');
    expect(alertState(alert('x', { muted: true }), NOW)).toBe('firing, muted');
    expect(alertState(alert('x', { state: 'pending', silenced_until: 'nonsense' }), NOW)).toBe(
      'pending, silenced for –',
    );
    expect(alertState(alert('x', { state: 'resolved', acknowledged_at: since }), NOW)).toBe('over');
  });
});

describe('evidence', () => {
  it.each([
    [{ file: 'state.json', field: 'status', value: 'busy' }, 'state.json status="busy"'],
    [{ file: 'HEARTBEAT.md', field: null, value: null }, 'HEARTBEAT.md'],
    [null, null],
  ])('%j is told as %s', (evidence, text) => {
    expect(evidenceOf({ evidence })).toBe(text);
  });
});

describe('a notification is urgent', () => {
  it.each([
    ['info', null, false],
    ['success', null, false],
    ['warning', null, true],
    ['error', null, true],
    ['critical', null, true],
    ['critical', '2026-02-18T05:00:00Z', false],
  ] as [NotificationLevel, string | null, boolean][])('%s, acknowledged at %s: %s', (level, at, urgent) => {
    expect(isUrgent({ level, acknowledged_at: at })).toBe(urgent);
  });
});

describe('services', () => {
  it('that are not well are named with what is said of them', () => {
    const works = { websocket: 'available', pipeline: 'available', backup: 'available', alerts: 'available' };
    const services = { api: 'running', ...works, watcher: 'polls: out of watches' } as const;
    const watcher = { service: 'watcher', state: 'polls: out of watches' };
    expect(unwellServices({ services })).toEqual([watcher]);
    const sources = {
      workspace: { state: services.watcher, last_error: null },
      sound: { state: 'available', last_error: null },
      runtime: { state: 'its records are locked', last_error: null },
    };
    expect(unwellServices({ services, sources })).toEqual([
      watcher,
      { service: 'source runtime', state: 'its records are locked' },
    ]);
  });
});

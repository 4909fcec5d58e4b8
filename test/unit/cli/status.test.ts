import { describe, expect, it } from 'vitest';
import { noServerLine, type Status, statusLine, statusText } from '../../../src/cli/print/status.js';
import { terminalOf } from '../../../src/cli/print/terminal.js';
import type { AgentStatus, Backup } from '../../../src/protocol/index.js';
import { alertOf } from '../../support/alerts.js';
import { NOW, peerOf, rowOf } from './rows.js';

const pipe = terminalOf({}, {});

function statusOf(counts: Partial<Record<AgentStatus, number>>, more: Partial<Status> = {}): Status {
  const all = { active: 0, busy: 0, idle: 0, error: 0, waiting: 0, stale: 0, offline: 0, unknown: 0, ...counts };
  return {
    server: {
      url: 'http://127.0.0.1:8080',
      version: '0.1.0',
      installed_version: null,
      uptime: 12,
      workspace: '/home/x/office',
      peers: [],
    },
    position: { epoch: 'e', seq: 1 },
    summary: {
      totalAgents: 0,
      activeAgents: all.active,
      busyAgents: all.busy,
      idleAgents: all.idle + all.waiting,
      waitingAgents: all.waiting,
      totalTokens: null,
      totalTasks: null,
      totalCost: null,
      avgEfficiency: null,
      counts: all,
    },
    agents: Object.entries(all).flatMap(([status, n]) =>
      Array.from({ length: n }, (_, at) => rowOf(`${status}-${at}`, status as AgentStatus)),
    ),
    tasks: [],
    office: null,
    notifications: [],
    alerts: [],
    backups: [],
    health: {
      status: 'healthy',
      services: {
        api: 'running',
        websocket: 'available',
        pipeline: 'available',
        backup: 'available',
        watcher: 'available',
        alerts: 'available',
      },
      score: null,
    },
    ...more,
  };
}

describe('statusLine', () => {
  it('is one line of who works and who is in trouble', () => {
    expect(statusLine(statusOf({ active: 9, busy: 2, error: 1, idle: 4 }), pipe, NOW)).toBe(
      '● 9 active 2 busy 1 error | health – | backup –',
    );
    expect(statusLine(statusOf({}), pipe, NOW)).toBe('○ 0 active | health – | backup –');
  });

  it('counts who waits for a person, before who is in error', () => {
    const line = statusLine(statusOf({ busy: 1, waiting: 2, error: 1 }), pipe, NOW);
    expect(line).toBe('◐ 1 busy 2 waiting 1 error | health – | backup –');
    expect(statusLine(statusOf({ waiting: 1 }), pipe, NOW)).toMatch(/^\? 1 waiting /);
  });

  it('shows the health score when there is one', () => {
    const status = statusOf({ stale: 1 });
    status.health.score = 0.923;
    expect(statusLine(status, pipe, NOW)).toBe('◌ 1 stale | health 0.92 | backup –');
  });

  it('tells the age of what the newest full backup holds', () => {
    const made = (backup_type: Backup['backup_type'], hoursAgo: number, heldHoursAgo: number | null = null) => ({
      backup_type,
      timestamp: iso(hoursAgo),
      holds_at: heldHoursAgo === null ? null : iso(heldHoursAgo),
    });
    const iso = (hoursAgo: number) => new Date(NOW - hoursAgo * 3_600_000).toISOString();
    const backups = [made('full', 9, 2), made('full', 5), made('agent_state', 1), made('snapshot', 1)] as Backup[];
    const status = statusOf({}, { backups });
    expect(statusLine(status, pipe, NOW)).toMatch(/backup 2h$/);
    expect(statusText(status, pipe, NOW)).toContain('health –  backup 2h');
  });

  it('counts the alerts that nobody has seen to, with the sign of the loudest', () => {
    const alerts = [alertOf(), alertOf({ severity: 'info' }), alertOf({ acknowledged_at: 'x' })];
    expect(statusLine(statusOf({ busy: 1 }, { alerts }), pipe, NOW)).toBe(
      '◐ 1 busy | ✕ 2 alerts | health – | backup –',
    );
    const known = [alertOf({ silenced_until: '2030-01-01T00:00:00Z' })];
    for (const none of [null, [], known]) {
      expect(statusLine(statusOf({ busy: 1 }, { alerts: none }), pipe, NOW)).toBe('◐ 1 busy | health – | backup –');
    }
  });

  it('says when there is no server', () => {
    expect(noServerLine(pipe)).toBe('✕ no server');
  });
});

describe('statusText', () => {
  it('lists alerts with the agents that need a person', () => {
    const alerts = [alertOf({ rule: 'disk_low', severity: 'critical', summary: '2 GB are free' })];
    const text = statusText(statusOf({ error: 1 }, { alerts }), pipe, NOW);
    expect(text).toMatch(/needs a person: 2\n {2}✕ disk_low {2}2 GB are free · firing .*\n {2}✕ error-0 {3}error /);
  });

  it('counts one thing as one', () => {
    const text = statusText(statusOf({ busy: 1 }), pipe, NOW);
    expect(text).toContain('1 agent  ◐ 1 busy');
    expect(text).not.toContain('1 agents');
  });

  it('names who waits for a person, with what for, and nothing that a terminal would obey', () => {
    const waits = { since: '2026-02-18T05:02:00.000Z', waiting_for: 'approve \u001b[31mthe release\u202e' };
    const text = statusText(statusOf({}, { agents: [rowOf('api', 'waiting', waits)] }), pipe, NOW);
    expect(text).toMatch(/needs a person: 1\n {2}\? api {2}approve .*the release.* · waiting since .* \(58m\)/);
    // oxlint-disable-next-line no-control-regex -- control characters are what this is about
    expect(text).not.toMatch(/[\u001b\u202e]/);
  });

  it('has a header, counts and the table', async () => {
    const text = statusText(statusOf({ active: 1, error: 1 }), pipe, NOW);
    expect(text).toContain('mc · office  http://127.0.0.1:8080  healthy  health –');
    expect(text).toContain('2 agents  ✕ 1 error  ● 1 active  · 0 tasks, 0 pending, 0 in progress');
    expect(text).toContain('0 clients');
    expect(text.indexOf('error-0')).toBeLessThan(text.indexOf('active-0'));
  });

  it('says who needs a person and why, the loudest first, and of many how many more', () => {
    const status = statusOf({ idle: 1, error: 1, stale: 6 });
    const [idle] = status.agents.filter(({ normalized_status: word }) => word === 'idle');
    if (idle) idle.warnings = [{ file: 'state.json', place: 'line 3', reason: 'not JSON\u001b[2J' }];
    const lines = statusText(status, pipe, NOW).split('\n');
    const at = lines.indexOf('needs a person: 8');
    expect(lines[at + 1]).toMatch(/^ {2}✕ error-0 {2}error.* · evidence: /);
    expect(lines[at + 2]).toContain('◌ stale-0');
    expect(lines[at + 6]).toBe('  and 3 more');

    const broken = statusText({ ...status, agents: status.agents.slice(0, 1) }, terminalOf({}, { LC_ALL: 'C' }), NOW);
    expect(broken).toMatch(/needs a person: 1\n {2}- idle-0 {2}! state.json: not JSON\S* · idle/);
    expect(broken).not.toContain('\u001b');
    expect(statusText(statusOf({ busy: 3 }), pipe, NOW)).not.toContain('needs a person');
  });

  it('tells how many listen, and how many of them are slow', () => {
    const status = statusOf({});
    status.server.peers = [peerOf({}), peerOf({ lag: 500 }), peerOf({ outbox_bytes: 300_000 })];
    expect(statusText(status, pipe, NOW)).toContain('3 clients  2 slow');
    status.server.peers = [peerOf({})];
    expect(statusText(status, pipe, NOW)).toMatch(/1 client$/m);
  });

  it('says that another version was installed where the server runs', () => {
    const status = statusOf({});
    expect(statusText(status, pipe, NOW)).not.toContain('mc restart');
    status.server.installed_version = '99.0.0';
    expect(statusText(status, pipe, NOW)).toMatch(
      /^the server runs \S+, and 99\.0\.0 was installed there since: mc restart$/m,
    );
  });

  it('names what is unwell', async () => {
    const status = statusOf({});
    status.health.status = 'degraded';
    status.health.services.watcher = 'polls: out of watches';
    const text = statusText(status, pipe, NOW);
    expect(text).toContain('degraded');
    expect(text).toContain('watcher: polls: out of watches');
    expect(text).toContain('no agents yet');
  });
});

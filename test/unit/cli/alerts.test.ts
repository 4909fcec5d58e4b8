import { describe, expect, it } from 'vitest';
import { alertHistoryTable, alertsTable, ruleCard, rulesTable } from '../../../src/cli/print/alerts.js';
import { type Terminal, terminalOf } from '../../../src/cli/print/terminal.js';
import { widthOf } from '../../../src/cli/print/width.js';
import type { AlertRule } from '../../../src/protocol/index.js';
import { alertOf } from '../../support/alerts.js';
import { NOW } from './rows.js';

const pipe = terminalOf({}, { LANG: 'C.UTF-8' });
const narrow: Terminal = { ...pipe, width: 80, boxes: true };
const ago = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();

const ALERTS = [
  alertOf({
    rule: 'disk_low',
    severity: 'critical',
    since: ago(12),
    summary: 'the disk has 0.8 GB left',
    evidence: 'disk_free_bytes',
  }),
  alertOf({ agent: 'builder', since: ago(3), acknowledged_at: ago(1) }),
  alertOf({
    rule: 'agent_waiting',
    agent: 'an-agent-with-a-long-name',
    severity: 'warning',
    since: ago(90),
    silenced_until: ago(-119),
  }),
  alertOf({ rule: 'health_score', state: 'pending', since: ago(1), summary: 'health is 0.5' }),
];

const rule = (known: Partial<AlertRule> = {}): AlertRule => ({
  name: 'disk_low',
  source: 'builtin',
  severity: 'critical',
  title: 'Disk nearly full',
  looks_at: 'the metric disk_free_bytes: below the limit',
  enabled: true,
  muted: false,
  for_seconds: 0,
  keep_firing_seconds: 120,
  cooldown_seconds: 0,
  limit: 1_000_000_000,
  unit: 'bytes',
  state: 'inactive',
  pending: 0,
  firing: 0,
  error: null,
  ...known,
});

describe('alerts as a table', () => {
  it('say what fires, of whom, since when, how it stands and why', () => {
    const lines = alertsTable({ alerts: ALERTS }, pipe, NOW).split('\n');
    expect(lines[0]).toMatch(/^SEVERITY +RULE +AGENT +SINCE +STATE +WHY$/);
    expect(lines[1]).toMatch(/^✕ critical +disk_low +12m +firing +the disk has 0\.8 GB left \(disk_free_bytes\)$/);
    expect(lines[2]).toMatch(/^✕ error +agent_error +builder +3m +firing, acknowledged +builder is in error/);
    expect(lines[3]).toMatch(/^▲ warning +agent_waiting +an-agent-with-a-long-name +1h 30m +firing, silenced for 1h/);
    expect(lines[4]).toMatch(/^✕ error +health_score +1m +pending +health is 0\.5/);
  });

  it('say what an Alertmanager holds back', () => {
    const text = alertsTable({ alerts: ALERTS, suppressed: [ALERTS[0]?.id ?? ''] }, pipe, NOW);
    expect(text.split('\n').filter((line) => line.includes('held back'))).toEqual([
      expect.stringMatching(/disk_low +12m +firing, held back by Alertmanager/),
    ]);
  });

  it('fit into 80 columns, with some of the reason in each', () => {
    const lines = alertsTable({ alerts: ALERTS }, narrow, NOW).split('\n');
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(80);
    expect(lines.find((line) => line.includes('disk_low'))).toContain('the disk');
  });

  it('hold nothing that a terminal would obey', () => {
    const text = alertsTable({ alerts: [alertOf({ agent: 'a\u001b[31m', summary: 'x\u202ey\nz' })] }, pipe, NOW);
    // oxlint-disable-next-line no-control-regex -- control characters are what this is about
    expect(text).not.toMatch(/[\u001b\u202e]/);
    expect(text.split('\n')).toHaveLength(2);
  });

  it('say how long those that are over lasted, and not where nobody knows', () => {
    const over = alertOf({ state: 'resolved', since: ago(90), resolved_at: ago(30) });
    expect(alertHistoryTable([over], pipe)).toMatch(/1h 00m +✕ error +agent_error/);
    expect(alertHistoryTable([{ ...over, resolved_at: null }], pipe)).toMatch(/– +✕ error/);
  });
});

describe('rules', () => {
  it.each<[string, Partial<AlertRule>, RegExp]>([
    ['quiet', {}, /disk_low +inactive +builtin +at once +the metric disk_free_bytes/],
    [
      'firing and pending',
      { firing: 2, pending: 1, state: 'firing', for_seconds: 300 },
      /2 firing, 1 pending +builtin +5m/,
    ],
    ['switched off', { enabled: false }, /disk_low +off/],
    ['muted', { muted: true }, /inactive, muted/],
    ['not judged', { error: 'no sample', source: 'user' }, /inactive, not judged +user/],
  ])('that are %s', (_, known, text) => {
    expect(rulesTable([rule(known)], pipe)).toMatch(text);
  });

  it('are shown whole: what they ask, what fires, who silenced it, what is over', () => {
    const silence = {
      id: 's1',
      rule: 'disk_low',
      agent: null,
      reason: 'new disk',
      created_at: ago(5),
      until: ago(-60),
    };
    const over = alertOf({ rule: 'disk_low', state: 'resolved', since: ago(90), resolved_at: ago(30) });
    const card = ruleCard(
      { rule: rule({ error: 'no sample' }), alerts: ALERTS.slice(0, 1), silences: [silence], history: [over] },
      pipe,
      NOW,
    );
    for (const words of [
      'disk_low · Disk nearly full',
      '1.0 GB',
      'is over after  2m',
      'not judged     no sample',
      'new disk (id s1)',
      '\nover\n',
    ]) {
      expect(card).toContain(words);
    }
    const quiet = ruleCard(
      { rule: rule({ limit: null, unit: null }), alerts: [], silences: [], history: [] },
      pipe,
      NOW,
    );
    expect(quiet).not.toMatch(/silences|over\n/);
    expect(quiet).toMatch(/limit +–/);
  });
});

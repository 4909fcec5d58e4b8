import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { metricsOf } from '../../../src/metrics/store/registry.js';
import { agentRow, systemRow } from '../../../src/metrics/store/rows.js';
import { emptySnapshot } from '../../../src/protocol/index.js';
import type { ApiContext } from '../../../src/server/api/context.js';
import { createPrometheus } from '../../../src/server/api/prometheus.js';
import { newAgent, T0 } from '../../support/metrics.js';

const HOSTILE = ['plain', 'quote"back\\slash', 'line\nbreak', 'esc\u001b[31m\u009b\u202e'];

const RULES = [
  { name: 'agent_error', severity: 'error', enabled: true, pending: 1, firing: 2 },
  { name: 'disk_low', severity: 'critical', enabled: false, pending: 0, firing: 0 },
];

function scraper(names: readonly string[]) {
  const snapshot = emptySnapshot();
  for (const [n, id] of names.entries()) {
    const signs = [new Date(T0 - 5000).toISOString(), null, new Date(T0 + 3_600_000).toISOString()];
    snapshot.agents.set(id, newAgent(id, { normalized_status: 'stale', last_active: signs[n % 3] ?? null }));
  }
  const values = metricsOf('agent').map(() => 1.5);
  const agents = new Map(names.map((name) => [name, agentRow(name, T0, values)]));
  const system = systemRow(
    T0,
    metricsOf('system').map(() => 250),
  );
  const context = {
    feed: { snapshot, revision: () => 1 },
    bus: { position: () => ({ epoch: 'e', seq: 7 }) },
    hub: { clients: 2 },
    lastRows: () => ({ revision: 1, agents, system, timestamp: null }),
    alerts: () => ({ rows: () => RULES }),
    delivery: {
      figures: () => ({
        outcomes: [{ target: 'ops', outcome: 'delivered', count: 3 }],
        lags: [{ target: 'ops', seconds: 12.5 }],
      }),
    },
    clock: { now: () => T0 },
    startedAt: T0 - 1000,
    version: '1.2.3',
  };
  return createPrometheus(context as unknown as ApiContext);
}

const linesOf = (text: string, name: string) =>
  text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));

function lacksPromtool(): boolean {
  if (spawnSync('promtool', ['--version']).status === 0) return false;
  console.log(
    'LOUD: no promtool on this machine: what Prometheus thinks of /metrics was not asked (apt-get install prometheus)',
  );
  return true;
}

describe('what Prometheus is told', () => {
  it('has how many alerts of each rule fire, and none of a rule that is switched off', async () => {
    const { text } = await scraper([])();
    expect(linesOf(text, 'mc_alerts')).toEqual([
      'mc_alerts{rule="agent_error",severity="error",state="pending"} 1',
      'mc_alerts{rule="agent_error",severity="error",state="firing"} 2',
    ]);
  });

  it('has the status of each agent and its last sign, none of a time that cannot be', async () => {
    const { text } = await scraper(HOSTILE)();
    expect(linesOf(text, 'mc_agent_status')).toHaveLength(4);
    expect(text).toContain('mc_agent_status{agent="plain",status="stale"} 1');
    expect(text).toContain(`mc_agent_last_seen_timestamp_seconds{agent="plain"} ${(T0 - 5000) / 1000}`);
    // Agents are told in the order of their names, each with one of three signs.
    expect(linesOf(text, 'mc_agent_last_seen_timestamp_seconds').length).toBe(2);
  });

  it('has what became of messages to targets of alerts, and how long they wait', async () => {
    const { text } = await scraper([])();
    expect(text).toContain('mc_alert_deliveries_total{target="ops",outcome="delivered"} 3');
    expect(text).toContain('mc_alert_delivery_lag_seconds{target="ops"} 12.5');
  });

  it('uses base units, and says each thing once', async () => {
    const { text } = await scraper(['a'])();
    expect(text).toContain('mc_event_loop_delay_p99_seconds 0.25');
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
    expect(text).toContain('mc_ws_clients 2');
    expect(text).toMatch(/^mc_build_info\{version="1.2.3",node="v[\d.]+"\} 1$/m);
    for (const gone of ['mc_rss_bytes', 'mc_ws_connected_clients', '_ms'])
      expect(text).not.toMatch(new RegExp(`${gone}\\b`));
  });

  it('escapes names, and bounds their number', async () => {
    const { text } = await scraper(HOSTILE)();
    // oxlint-disable-next-line no-control-regex -- control characters are what this is about
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(text).toContain('agent="quote\\"back\\\\slash"');
    const many = Array.from({ length: 1200 }, (_, n) => `agent-${n}`);
    const scrape = await scraper(many)();
    expect(linesOf(scrape.text, 'mc_agent_status')).toHaveLength(1000);
    expect(linesOf(scrape.text, 'mc_agent_cpu_usage_percent')).toHaveLength(1000);
    expect(scrape.text).toContain(`mc_dropped_series_total ${200 * metricsOf('agent').length}`);
  });

  it.skipIf(lacksPromtool())('is clean in the eyes of promtool', async () => {
    const { text } = await scraper(HOSTILE)();
    expect(execFileSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })).toBe('');
  });
});

import {
  agentCharts,
  agentEvents,
  agentFigures,
  agentFiles,
  BACKUPS,
  chartCall,
  EVENTS,
  RUNTIMES,
  SCORE,
  SPARKS,
  SYSTEM,
  usageCall,
} from '../../../src/tui/polls.js';
import type { Quota } from '../../../src/protocol/index.js';
import { callPath, type RestCall } from '../../../src/client/index.js';
import type { Store } from '../../../src/tui/link/store.js';
import { runtimesIn, sumOf } from '../../support/used.js';
import { at, NOW } from './models.js';

/** A series of `count` points, a minute apart. */
function series(metric: string, unit: string, values: readonly (number | null)[]) {
  return { metric, unit, agent: null, points: values.map((v, index) => ({ t: at((values.length - index) * 60), v })) };
}

const WAVE = Array.from({ length: 60 }, (_, index) => 10 + 8 * Math.sin(index / 6));

const HARBOR = {
  responses: 412,
  input: 91_000,
  output: 240_000,
  cache_read: 41_000_000,
  cache_write: 1_300_000,
  cost_usd: '61.204500000000',
};
const PIER = { responses: 30, input: 250_000, output: 12_000, cache_read: 1_900_000 };

/** What two agents used today, a part of it without a price, while older records are being read. */
export const USED = {
  groups: [
    { agent: 'codex:pier', ...sumOf({ ...PIER, unpriced_responses: 30, unpriced_tokens: 2_162_000 }) },
    { agent: 'claude-code:harbor', ...sumOf(HARBOR) },
  ],
  total: sumOf({
    responses: 442,
    input: 341_000,
    output: 252_000,
    cache_read: 42_900_000,
    cache_write: 1_300_000,
    cost_usd: '61.204500000000',
    unpriced_responses: 30,
    unpriced_tokens: 2_162_000,
  }),
  cost_basis: 'list',
  unpriced_models: ['gpt-5.9'],
  backfill: { done_bytes: 420_000_000, total_bytes: 1_000_000_000 },
};

const QUOTAS: Quota[] = [
  {
    runtime: 'codex',
    name: 'primary',
    used_percent: 42,
    window_minutes: 300,
    resets_at: new Date(NOW + 7_440_000).toISOString(),
    at: at(180),
  },
  { runtime: 'codex', name: 'secondary', used_percent: 97, window_minutes: 10_080, resets_at: at(60), at: at(9000) },
];

/** Answers of a server with history and backups, as contracts tell them. */
export function answerAll(store: Store): void {
  const answer = (call: RestCall, value: unknown) =>
    store.poll(callPath(call), { at: NOW, value, error: null, missing: false });
  answer(SYSTEM, { metrics: { system: { system_health_score: 0.92 }, timestamp: at(30) } });
  answer(SCORE, {
    series: [],
    explain: {
      parts: [
        { name: 'fleet', weight: 0.4, value: 0.9 },
        { name: 'success', weight: 0.3, value: 0.87 },
        { name: 'freshness', weight: 0.2, value: 1 },
        { name: 'backup', weight: 0.1, value: 1 },
      ],
    },
  });
  answer(SPARKS[0].call, { series: [series('events_per_minute', 'events/min', WAVE)] });
  answer(SPARKS[1].call, {
    series: [
      series(
        'success_rate',
        'ratio',
        WAVE.map((v) => v / 20),
      ),
    ],
  });
  answer(SPARKS[2].call, {
    series: [
      series(
        'active_agents',
        'agents',
        WAVE.map((v) => Math.round(v / 3)),
      ),
    ],
  });
  answer(usageCall({ by: 'agent', since: 'today' }, NOW), USED);
  answer(RUNTIMES, runtimesIn('reading', QUOTAS));
  answer(BACKUPS, {
    backups: [
      {
        id: '20260216_120000_000',
        timestamp: at(94_000),
        size_bytes: 38_000_000,
        file_count: 420,
        backup_type: 'full',
        verified_at: null,
      },
      {
        id: 'agent_api_20260217_041500',
        timestamp: at(30_000),
        size_bytes: 12_000,
        file_count: 4,
        backup_type: 'agent_state',
        agent: 'api',
        verified_at: at(100),
      },
      {
        id: '20260217_120436_000',
        timestamp: at(7440),
        size_bytes: 38_200_000,
        file_count: 431,
        backup_type: 'full',
        verified_at: at(7400),
        label: 'before the move',
      },
      {
        id: '20260215_000000_000',
        timestamp: at(200_000),
        size_bytes: 37_000_000,
        file_count: 400,
        backup_type: 'full',
        verified_at: at(190_000),
        verify_error: 'checksum differs',
      },
    ],
    next_at: new Date(NOW + 14_160_000).toISOString(),
  });
  answer(EVENTS, {
    events: [
      { id: 2, timestamp: at(300), event_type: 'agent_status', agent_id: 'tester', data: { status: 'busy' } },
      { id: 1, timestamp: at(900), event_type: 'service_started', agent_id: null, data: { version: '0.1.0' } },
    ],
  });
  answer(agentFigures('tester'), {
    agent_id: 'tester',
    avg_success_rate: 0.89,
    work_time: 9120,
    idle_time: 660,
    avg_task_duration: 1860,
  });
  answer(agentCharts('tester'), {
    series: [
      series(
        'success_rate',
        'ratio',
        WAVE.map((v) => v / 20),
      ),
      series('tasks_completed', 'tasks', WAVE),
    ],
  });
  answer(agentEvents('tester'), {
    events: [{ id: 2, timestamp: at(300), event_type: 'agent_status', agent_id: 'tester', data: { status: 'busy' } }],
  });
  answer(agentFiles('tester'), {
    path: 'x',
    items: [
      { name: 'SOUL.md', type: 'file', size: 812, modified: at(5000) },
      { name: 'memory', type: 'directory', size: null, modified: at(50) },
    ],
  });
  answer(chartCall({ metric: 'system_health_score', agent: null, since: '24h' }), {
    series: [
      series(
        'system_health_score',
        'ratio',
        WAVE.map((v) => v / 20),
      ),
    ],
  });
}

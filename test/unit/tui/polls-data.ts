import {
  agentCharts,
  agentEvents,
  agentFigures,
  agentFiles,
  BACKUPS,
  chartCall,
  EVENTS,
  SCORE,
  SPARKS,
  SYSTEM,
} from '../../../src/tui/polls.js';
import { callPath, type RestCall } from '../../../src/client/index.js';
import type { Store } from '../../../src/tui/link/store.js';
import { at, NOW } from './models.js';

/** A series of `count` points, a minute apart. */
function series(metric: string, unit: string, values: readonly (number | null)[]) {
  return { metric, unit, agent: null, points: values.map((v, index) => ({ t: at((values.length - index) * 60), v })) };
}

const WAVE = Array.from({ length: 60 }, (_, index) => 10 + 8 * Math.sin(index / 6));

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

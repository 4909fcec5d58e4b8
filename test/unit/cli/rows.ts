import type { AgentRow, AgentStatus, AgentTask, PeerRow } from '../../../src/protocol/index.js';

/** The moment at which the rows of these tests are looked at. */
export const NOW = Date.parse('2026-02-18T06:00:00Z');

/** A row as REST answers it; what the test does not name is unknown. */
export function rowOf(id: string, status: AgentStatus, more: Partial<AgentRow> = {}): AgentRow {
  return {
    id,
    name: id,
    status,
    current_tasks: [],
    tasks_completed: null,
    tasks_failed: null,
    metrics: {},
    normalized_status: status,
    since: null,
    evidence: null,
    waiting_for: null,
    role: 'Tester',
    display_name: null,
    emoji: null,
    heartbeat_interval: null,
    last_active: '2026-02-18T05:55:00.000Z',
    zone: null,
    warnings: [],
    tasks: [],
    tasksCompleted: null,
    tokensUsed: null,
    efficiency: null,
    currentTask: null,
    cost: null,
    runtime: null,
    live: null,
    sessions: null,
    ...more,
  };
}

/** A client that keeps up, but for what the test names. */
export function peerOf(more: Partial<PeerRow>): PeerRow {
  return {
    id: 1,
    kind: 'mc',
    address: '127.0.0.1',
    user_agent: null,
    connected_at: '2026-02-18T05:00:00.000Z',
    channels: null,
    agents: null,
    agents_total: null,
    lag: 0,
    outbox_events: 0,
    outbox_bytes: 0,
    ...more,
  };
}

/** A task of an agent's state.json. */
export function taskOf(title: string): AgentTask {
  return { source: 'state.json', id: null, title, status: 'in_progress', started_at: null, priority: null };
}

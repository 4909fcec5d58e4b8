import type { Agent, AgentReading, AgentTask, Reading, Task, TaskFile } from '../../../src/protocol/index.js';
import { agentOf } from '../../support/agents.js';

export const T0 = Date.parse('2026-11-23T04:00:00.000Z');
export const STALE_AFTER = 10 * 60_000;

export function iso(ms: number): string {
  return new Date(ms).toISOString();
}

export function agent(id: string, more: Partial<Agent> = {}): Agent {
  const word = more.status ?? 'idle';
  return agentOf(id, {
    status: 'idle',
    normalized_status: 'idle',
    since: iso(T0),
    evidence: { file: 'state.json', field: 'status', value: word },
    last_active: iso(T0),
    state: { status: word },
    ...more,
  });
}

/** An agent that says it works, last seen at `at`. */
export function worker(id: string, at: number, more: Partial<Agent> = {}): Agent {
  return agent(id, { status: 'busy', normalized_status: 'busy', since: iso(at), last_active: iso(at), ...more });
}

export function agentTask(title: string, more: Partial<AgentTask> = {}): AgentTask {
  return { source: 'state.json', id: null, title, status: null, started_at: null, priority: null, ...more };
}

export function task(key: string, line: number, more: Partial<Task> = {}): Task {
  const source: TaskFile = 'mission-control/TASK_QUEUE.md';
  const nothing = { id: null, assignee: null, priority: null, due: null, created: null };
  return { key, text: key, status: 'pending', ...nothing, source, line, ...more };
}

export function reads(...agents: (Agent | AgentReading)[]): Reading {
  const readings = agents.map((item) => ('agent' in item ? item : { agent: item, broken: null, memory: {} }));
  return {
    at: T0,
    agents: new Map(readings.map((reading) => [reading.agent.id, reading])),
    tasks: new Map(),
    files: [],
  };
}

/** Ids that count up. */
export function ids(): () => string {
  let last = 0;
  return () => {
    last += 1;
    return `n${last}`;
  };
}

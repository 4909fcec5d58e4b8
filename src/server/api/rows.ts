import {
  type Agent,
  type AgentAnswer,
  type AgentRow,
  type AgentStatusRow,
  type AgentsSummary,
  countIdle,
  countStatuses,
  type MetricRow,
  type Office,
} from '../../protocol/index.js';

/** An agent as `/api/agents` shows it. What its files do not say is null; `metric` is its latest sample, if any. */
export function agentRow(agent: Agent, office: Office | null, metric: MetricRow | undefined): AgentRow {
  const { counters } = agent;
  return {
    id: agent.id,
    name: agent.name,
    status: agent.status,
    current_tasks: agent.current_tasks,
    tasks_completed: counters.tasks_completed,
    tasks_failed: counters.tasks_failed,
    metrics: metricsOf(agent, metric),
    normalized_status: agent.normalized_status,
    since: agent.since,
    evidence: agent.evidence,
    waiting_for: agent.waiting_for,
    role: agent.role,
    display_name: agent.display_name,
    emoji: agent.emoji,
    last_active: agent.last_active,
    heartbeat_interval: agent.heartbeat_interval,
    zone: zoneOf(agent, office),
    warnings: agent.warnings,
    tasks: agent.tasks,
    tasksCompleted: counters.tasks_completed,
    tokensUsed: counters.tokens_used,
    efficiency: efficiencyOf(agent),
    currentTask: currentTaskOf(agent),
    cost: counters.cost,
    runtime: agent.runtime,
    live: agent.live,
    sessions: agent.sessions,
  };
}

/** One agent, with all that its state.json says. */
export function agentAnswer(row: AgentRow, agent: Agent, state: unknown): AgentAnswer {
  return { ...row, state, counters: agent.counters };
}

/** The short form of older clients; its `status` is the normalised one. */
export function agentStatusRow(row: AgentRow): AgentStatusRow {
  const { id, name, role, normalized_status, tasksCompleted, tokensUsed, efficiency, emoji, currentTask, cost } = row;
  return {
    id,
    name,
    role,
    status: normalized_status,
    tasksCompleted,
    tokensUsed,
    efficiency,
    emoji,
    currentTask,
    cost,
  };
}

/** Sums over what is known; null when nothing is. */
export function agentsSummary(agents: readonly Agent[]): AgentsSummary {
  const counts = countStatuses(agents);
  const efficiencies = agents.map(efficiencyOf).filter((value) => value !== null);
  return {
    totalAgents: agents.length,
    activeAgents: counts.active,
    busyAgents: counts.busy,
    idleAgents: countIdle(counts),
    waitingAgents: counts.waiting,
    totalTokens: sum(agents.map((agent) => agent.counters.tokens_used)),
    totalTasks: sum(agents.map((agent) => agent.counters.tasks_completed)),
    totalCost: sum(agents.map((agent) => agent.counters.cost)),
    avgEfficiency: efficiencies.length === 0 ? null : round((sum(efficiencies) ?? 0) / efficiencies.length),
    counts,
  };
}

function zoneOf({ id }: Agent, office: Office | null): string | null {
  // Not read at once: an agent may be called `constructor`.
  return office !== null && Object.hasOwn(office.positions, id) ? (office.positions[id]?.zone ?? null) : null;
}

function metricsOf({ counters }: Agent, metric: MetricRow | undefined): AgentRow['metrics'] {
  if (!metric) return {};
  return {
    ...metric,
    cpu_usage: metric.cpu_usage ?? counters.cpu_usage,
    memory_usage: metric.memory_usage ?? counters.memory_usage,
  };
}

/** Percent of the finished tasks that did not fail; null before the first. */
function efficiencyOf({ counters: { tasks_completed, tasks_failed } }: Agent): number | null {
  if (tasks_completed === null || tasks_failed === null) return null;
  const finished = tasks_completed + tasks_failed;
  return finished > 0 ? round((100 * tasks_completed) / finished) : null;
}

function currentTaskOf({ tasks }: Agent): string | null {
  const open = tasks.filter((task) => task.status !== 'completed' && task.status !== 'failed');
  return (open.find((task) => task.status === 'in_progress') ?? open[0])?.title ?? null;
}

function sum(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : round(known.reduce((total, value) => total + value, 0));
}

/** Money and percentages need no sixteen digits. */
function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}

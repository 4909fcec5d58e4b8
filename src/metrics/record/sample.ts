import {
  type Agent,
  type AgentStatus,
  type CounterName,
  countIdle,
  countStatuses,
  countTasks,
  type Figures,
  listTasks,
  type MetricScope,
  type Snapshot,
  type TaskStatus,
} from '../../protocol/index.js';
import type { Observation } from './observer.js';
import { decodeValue, encodeValue, metricsOf } from '../store/registry.js';
import type { Values } from '../store/store.js';
import { type Counter, isStated, measured, statedBy } from './sources.js';

/** The figures of one agent. Each is a finite number or null: nothing that a file says can throw here. */
export function sampleAgent(agent: Agent, seen: Observation | null): Figures<'agent'> {
  const stated = (name: CounterName) => measured(agent.counters?.[name]);
  const bits = (seen?.stated ?? 0) | statedBy(agent);
  /** A counter keeps its source: once its file has stated it, a file that does not leaves a gap. */
  const counted = (name: Counter, counts: number | null | undefined) =>
    isStated(bits, name) ? stated(name) : measured(counts);
  const ended = {
    completed: counted('tasks_completed', seen?.completed),
    failed: counted('tasks_failed', seen?.failed),
    comparable: isOneSource(bits, 'tasks_completed', 'tasks_failed'),
  };
  const errorRate = rateOf(ended);
  return {
    tasks_completed: ended.completed,
    tasks_failed: ended.failed,
    tasks_in_progress: tasksInProgress(agent),
    avg_task_duration: seconds(seen?.taskDuration),
    total_work_time: counted('total_work_time', seconds(whenKnown(agent, seen?.work))),
    idle_time: counted('idle_time', seconds(whenKnown(agent, seen?.idle))),
    messages_sent: counted('messages_sent', seen?.sent),
    messages_received: counted('messages_received', seen?.received),
    error_rate: errorRate,
    success_rate: errorRate === null ? null : 1 - errorRate,
    cpu_usage: stated('cpu_usage'),
    memory_usage: stated('memory_usage'),
  };
}

/** Figures that are counted in the snapshot. */
type Counted = 'total_agents' | `${AgentStatus}_agents` | `total_tasks_${TaskStatus}`;

/** Figures of the server itself and of the whole, which do not follow from the snapshot. null: not measured. */
export type SystemFacts = Omit<Figures<'system'>, Counted>;

/** The figures of the system. */
export function sampleSystem(snapshot: Snapshot, facts: SystemFacts): Figures<'system'> {
  const agents = countStatuses(snapshot.agents.values());
  const tasks = countTasks(listTasks(snapshot));
  return {
    ...facts,
    total_agents: snapshot.agents.size,
    active_agents: agents.active,
    busy_agents: agents.busy,
    idle_agents: countIdle(agents),
    waiting_agents: agents.waiting,
    error_agents: agents.error,
    stale_agents: agents.stale,
    offline_agents: agents.offline,
    unknown_agents: agents.unknown,
    total_tasks_pending: tasks.pending,
    total_tasks_in_progress: tasks.in_progress,
    total_tasks_completed: tasks.completed,
    total_tasks_failed: tasks.failed,
    total_tasks_blocked: tasks.blocked,
    total_tasks_delegated: tasks.delegated,
  };
}

/** The figures in a sample's order, as exact as the database keeps them: a figure is the same wherever it is read. */
export function sampleValues<S extends MetricScope>(scope: S, figures: Figures<S>): Values {
  const byName: Partial<Figures<MetricScope>> = figures;
  return metricsOf(scope).map((metric) => decodeValue(metric, encodeValue(metric, measured(byName[metric.name]))));
}

interface Ended {
  completed: number | null;
  failed: number | null;
  /** Both were counted by the same hand, from the same beginning. */
  comparable: boolean;
}

function isOneSource(stated: number, one: Counter, other: Counter): boolean {
  return isStated(stated, one) === isStated(stated, other);
}

function rateOf({ completed, failed, comparable }: Ended): number | null {
  if (!comparable || completed === null || failed === null || completed + failed <= 0) return null;
  return failed / (completed + failed);
}

function tasksInProgress(agent: Agent): number | null {
  if (agent.normalized_status === 'unknown' && agent.state === null && agent.tasks.length === 0) return null;
  return agent.tasks.filter(({ status }) => status === null || status === 'in_progress').length;
}

/** Time is only measured where there is a status to measure. */
function whenKnown(agent: Agent, time: number | undefined): number | null {
  if (time === undefined || (agent.normalized_status === 'unknown' && time === 0)) return null;
  return time;
}

function seconds(ms: number | null | undefined): number | null {
  return ms === null || ms === undefined ? null : ms / 1000;
}

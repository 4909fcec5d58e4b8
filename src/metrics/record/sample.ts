import { type Agent, countStatuses, countTasks, listTasks, type Snapshot } from '../../protocol/index.js';
import type { Observation } from './observer.js';
import { decodeValue, encodeValue, type MetricScope, metricsOf } from '../store/registry.js';
import { type Counter, isStated, measured, statedBy } from './sources.js';
import type { Values } from '../store/store.js';

/** The figures of one agent, by metric. Each is a finite number or null: nothing that a file says can throw here. */
export function sampleAgent(agent: Agent, seen: Observation | null): Values {
  const stated = (name: keyof Agent['counters']) => measured(agent.counters?.[name]);
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
  const figures: Record<string, number | null> = {
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
  return inOrder('agent', figures);
}

/** Figures of the server itself and of the whole, which do not follow from the snapshot. null: not measured. */
export interface SystemFacts {
  system_health_score: number;
  avg_response_time: number | null;
  events_per_minute: number | null;
  ws_clients: number | null;
  event_loop_delay_p99: number | null;
  rss: number | null;
  db_bytes: number | null;
  disk_free_bytes: number | null;
  backup_age_seconds: number | null;
}

/** The figures of the system, by metric. */
export function sampleSystem(snapshot: Snapshot, facts: SystemFacts): Values {
  const agents = countStatuses(snapshot.agents.values());
  const tasks = countTasks(listTasks(snapshot));
  const figures: Record<string, number | null> = { ...facts, total_agents: snapshot.agents.size };
  for (const [status, count] of Object.entries(agents)) figures[`${status}_agents`] = count;
  for (const [status, count] of Object.entries(tasks)) figures[`total_tasks_${status}`] = count;
  return inOrder('system', figures);
}

/** As exact as the database keeps them, so that a figure is the same wherever it is read. */
function inOrder(scope: MetricScope, figures: Record<string, number | null>): Values {
  return metricsOf(scope).map((metric) => decodeValue(metric, encodeValue(metric, measured(figures[metric.name]))));
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

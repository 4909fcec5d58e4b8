import type { Agent, AgentActivityData, AgentStatus } from '../../protocol/index.js';
import { claimsWork } from '../../protocol/index.js';
import { createEndings, type Endings, type ReportedBy } from './agent-endings.js';
import { type Counter, newlyStated, statedBy } from './sources.js';
import type { IntervalRow, ObservedTotals } from '../store/store.js';

/** What was seen of one agent by a given time. Milliseconds and pieces; null: never seen. */
export interface Observation extends ObservedTotals {
  /** Mean duration of the tasks that ended in the last hour. */
  taskDuration: number | null;
}

/**
 * Watches agents and counts what their own files may not: time in each status, tasks that come and go, messages that are
 * reported. Time enters as an argument; what happened before an agent was first seen is not counted.
 */
export interface Observer {
  /** An agent as it is from `at` on. Returns the intervals that began or ended. */
  see(agent: Agent, at: number): IntervalRow[];
  /** An agent's directory is gone. */
  lose(agent: string, at: number): IntervalRow[];
  /** A reported activity. */
  hear(data: AgentActivityData): void;
  /** A task of the task files ended; it counts for its assignee once, however often it is reported. */
  endTask(agent: string, task: string, outcome: Outcome, at: number): void;
  figures(agent: string, at: number): Observation | null;
  /** Counters that were seen and sampled so far, and that the agent's own files state since the last call. */
  takeBreaks(): { agent: string; metric: Counter }[];
  /** The clock was set by so many milliseconds: what lasts goes on as if it had not been. */
  shift(ms: number): void;
  /** Ends every interval: nobody watches from now on. */
  stop(at: number): IntervalRow[];
}

export type Outcome = 'completed' | 'failed';

interface Begun {
  name: string;
  startedAt: number | null;
}

interface Watched {
  status: AgentStatus;
  /** Since when the status has been watched, as the clock said then. */
  began: number;
  /** The same by the clock of now: what has passed is counted from here. */
  since: number;
  /** Tasks it has begun, by key, with their start where it is known. */
  tasks: Map<string, Begun>;
  totals: ObservedTotals;
  endings: Endings;
}

/** `saved`: totals of an earlier life of the server. */
export function createObserver(saved: ReadonlyMap<string, ObservedTotals>): Observer {
  const watched = new Map<string, Watched>();
  const totals = new Map([...saved].map(([agent, known]) => [agent, { ...known }]));
  const sampled = new Set(saved.keys());
  let breaks: { agent: string; metric: Counter }[] = [];
  const totalsOf = (agent: string) => {
    const known = totals.get(agent) ?? NOTHING_SEEN();
    totals.set(agent, known);
    return known;
  };
  const noteStated = (agent: Agent, seen: ObservedTotals) => {
    const before = seen.stated;
    const now = (before ?? 0) | statedBy(agent);
    seen.stated = now;
    if (before === null || now === before || !sampled.has(agent.id)) return;
    const others = newlyStated(before, now).filter((name) => seen[SEEN[name]] !== null);
    breaks.push(...others.map((metric) => ({ agent: agent.id, metric })));
  };

  return {
    see(agent, at) {
      const held = watched.get(agent.id);
      noteStated(agent, totalsOf(agent.id));
      if (!held) {
        watched.set(agent.id, firstLook(agent, at, totalsOf(agent.id)));
        return [{ agent: agent.id, began: at, ended: null, status: agent.normalized_status }];
      }
      followTasks(held, agent, at);
      if (held.status === agent.normalized_status) return [];
      const ended = endInterval(agent.id, held, at);
      held.status = agent.normalized_status;
      held.began = at;
      held.since = at;
      return [ended, { agent: agent.id, began: at, ended: null, status: held.status }];
    },
    lose(agent, at) {
      const held = watched.get(agent);
      watched.delete(agent);
      return held ? [endInterval(agent, held, at)] : [];
    },
    hear: ({ agent, activity }) => {
      countReport(totalsOf(agent), activity);
    },
    endTask(agent, task, outcome, at) {
      const held = watched.get(agent);
      if (held) endTask(held, { name: task, startedAt: null }, { reportedBy: 'queue', outcome, at });
    },
    figures(agent, at) {
      const held = watched.get(agent);
      if (!held) return null;
      sampled.add(agent);
      const running = timeSpent(held, at);
      return {
        ...held.totals,
        work: held.totals.work + running.work,
        idle: held.totals.idle + running.idle,
        taskDuration: held.endings.meanDuration(at),
      };
    },
    takeBreaks() {
      const taken = breaks;
      breaks = [];
      return taken;
    },
    shift(ms) {
      for (const held of watched.values()) {
        held.since += ms;
        for (const task of held.tasks.values()) if (task.startedAt !== null) task.startedAt += ms;
      }
    },
    stop(at) {
      const ended = [...watched].map(([agent, held]) => endInterval(agent, held, at));
      watched.clear();
      return ended;
    },
  };
}

const NOTHING_SEEN = (): ObservedTotals => ({
  work: 0,
  idle: 0,
  completed: null,
  failed: null,
  sent: null,
  received: null,
  stated: 0,
});

/** Where the observer counts what a counter of the same meaning may state. */
const SEEN: Record<Counter, Exclude<keyof ObservedTotals, 'stated'>> = {
  tasks_completed: 'completed',
  tasks_failed: 'failed',
  total_work_time: 'work',
  idle_time: 'idle',
  messages_sent: 'sent',
  messages_received: 'received',
};

function firstLook(agent: Agent, at: number, totals: ObservedTotals): Watched {
  const watched: Watched = {
    status: agent.normalized_status,
    began: at,
    since: at,
    tasks: new Map(),
    totals,
    endings: createEndings(),
  };
  // When a task was there from the beginning only its own file can say since when.
  for (const task of begunTasks(agent)) {
    watched.tasks.set(keyOf(task), { name: task.id ?? task.title, startedAt: startOf(task.started_at, at) });
  }
  if (watched.tasks.size > 0) startCounting(totals);
  return watched;
}

function followTasks(held: Watched, agent: Agent, at: number): void {
  const begun = new Map(begunTasks(agent).map((task) => [keyOf(task), task]));
  const statuses = new Map(agent.tasks.map((task) => [keyOf(task), task.status]));
  for (const [key, task] of held.tasks) {
    if (begun.has(key)) continue;
    held.tasks.delete(key);
    const status = statuses.get(key);
    if (status === 'pending' || status === 'delegated') continue;
    const failed = status === 'failed' || (status !== 'completed' && agent.normalized_status === 'error');
    endTask(held, task, { reportedBy: 'agent', outcome: failed ? 'failed' : 'completed', at });
  }
  for (const [key, task] of begun) {
    if (held.tasks.has(key)) continue;
    held.tasks.set(key, { name: task.id ?? task.title, startedAt: startOf(task.started_at, at) ?? at });
    startCounting(held.totals);
  }
}

interface TaskEnd {
  reportedBy: ReportedBy;
  outcome: Outcome;
  at: number;
}

function endTask(held: Watched, { name, startedAt }: Begun, { reportedBy, outcome, at }: TaskEnd): void {
  if (!held.endings.add(name, reportedBy, startedAt === null ? null : at - startedAt, at)) return;
  startCounting(held.totals);
  held.totals[outcome] = (held.totals[outcome] ?? 0) + 1;
}

/** From the first task on, 0 is a figure and no longer a gap. */
function startCounting(totals: ObservedTotals): void {
  totals.completed ??= 0;
  totals.failed ??= 0;
}

const REPORTS: Record<string, 'completed' | 'failed' | 'sent' | 'received'> = {
  message_sent: 'sent',
  messages_sent: 'sent',
  message_received: 'received',
  messages_received: 'received',
  task_completed: 'completed',
  task_failed: 'failed',
};

function countReport(totals: ObservedTotals, activity: AgentActivityData['activity']): void {
  const field =
    REPORTS[
      activity.action
        .trim()
        .toLowerCase()
        .replaceAll(/[\s-]+/g, '_')
    ];
  if (!field) return;
  if (field === 'completed' || field === 'failed') startCounting(totals);
  const count =
    typeof activity.count === 'number' && Number.isInteger(activity.count) && activity.count > 0 ? activity.count : 1;
  totals[field] = (totals[field] ?? 0) + count;
}

function endInterval(agent: string, held: Watched, at: number): IntervalRow {
  const { work, idle } = timeSpent(held, at);
  held.totals.work += work;
  held.totals.idle += idle;
  return { agent, began: held.began, ended: Math.max(held.began, at), status: held.status };
}

function timeSpent({ status, since }: Watched, at: number): { work: number; idle: number } {
  const spent = Math.max(0, at - since);
  return { work: claimsWork(status) ? spent : 0, idle: status === 'idle' || status === 'waiting' ? spent : 0 };
}

function begunTasks(agent: Agent): Agent['tasks'] {
  return agent.tasks.filter(({ status }) => status === null || status === 'in_progress' || status === 'blocked');
}

function keyOf(task: Agent['tasks'][number]): string {
  return `${task.source}\0${task.id ?? task.title}`;
}

/** A start that a file states, unless it is not a full time or lies in the future. */
function startOf(stated: string | null, at: number): number | null {
  const start = stated !== null && stated.includes('T') ? Date.parse(stated) : Number.NaN;
  return start <= at ? start : null;
}

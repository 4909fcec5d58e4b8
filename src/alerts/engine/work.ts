import { type Agent, type AgentTask, ageOf } from '../../protocol/index.js';
import type { WorkView } from '../rules/index.js';
import type { KeptWork } from '../store/store.js';

/** Of fewer tasks nothing is usual. */
const ENOUGH = 5;
/** The last so many tasks of an agent say what is usual for it. */
const KEPT = 100;
/** A task that was begun longer ago than this was not begun by who works on it now. */
const OLDEST_MS = 30 * 86_400_000;

/** What agents work on, and how long their tasks take: seen in their files as they change. */
export interface Works {
  /**
   * Takes in an agent as it is now. `now` in milliseconds since the epoch, `at` monotonic. `isFirst`: at the start, when
   * nobody knows for how long its task has been going on.
   */
  see(agent: Agent, now: number, at: number, isFirst?: boolean): void;
  /** It is gone. */
  drop(agent: string): void;
  view(agent: string, at: number): WorkView | null;
  /** What has changed since the last time, to be kept; null for agents that are gone. */
  changed(): Map<string, KeptWork | null>;
}

interface Held {
  task: HeldTask | null;
  /** Newest last, in milliseconds. */
  durations: number[];
  p95: number | null;
}

/** The task that an agent works on for longest. */
interface HeldTask {
  key: string;
  title: string;
  source: string;
  /** Since when: monotonic, and by the clock. */
  since: number;
  wall: number;
  /** Its beginning is known, so that its end tells how long it took. */
  whole: boolean;
}

/** Begins with what was kept; `now` and `at` are those of the start. */
export function createWorks(kept: readonly KeptWork[], now: number, at: number): Works {
  const works = new Map<string, Held>();
  for (const { agent, task: key, since, durations } of kept) {
    const age = since === null ? null : ageOf(since, now);
    const known = key !== null && age !== null;
    const task = known ? { key, title: '', source: '', since: at - age, wall: now - age, whole: true } : null;
    works.set(agent, { task, durations, p95: p95Of(durations) });
  }
  const changed = new Map<string, KeptWork | null>();
  return {
    see(agent, wall, mono, isFirst = false) {
      const held = works.get(agent.id) ?? { task: null, durations: [], p95: null };
      const tasks = workedOn(agent);
      const same = tasks.find((task) => keyOf(task) === held.task?.key);
      if (held.task && same) {
        held.task.title = same.title;
        held.task.source = same.source;
        return;
      }
      const [task] = tasks;
      if (!held.task && !task) return;
      if (held.task?.whole) {
        held.durations = [...held.durations, mono - held.task.since].slice(-KEPT);
        held.p95 = p95Of(held.durations);
      }
      held.task = task ? begun(task, wall, mono, isFirst) : null;
      works.set(agent.id, held);
      const { key = null, wall: since = null } = held.task ?? {};
      changed.set(agent.id, { agent: agent.id, task: key, since, durations: held.durations });
    },
    drop(agent) {
      if (works.delete(agent)) changed.set(agent, null);
    },
    view(agent, mono) {
      const held = works.get(agent);
      if (!held?.task) return null;
      const { title, source, since } = held.task;
      return { task: title, source, ms: mono - since, p95Ms: held.p95 };
    },
    changed() {
      const all = new Map(changed);
      changed.clear();
      return all;
    },
  };
}

function begun(task: AgentTask, wall: number, mono: number, isFirst: boolean): HeldTask {
  const age = begunFor(task, wall);
  const { title, source } = task;
  return {
    key: keyOf(task),
    title,
    source,
    since: mono - (age ?? 0),
    wall: wall - (age ?? 0),
    whole: age !== null || !isFirst,
  };
}

/**
 * The tasks that an agent works on. Its `active_projects` stand in its state.json as well and go on for weeks: they are not
 * among its current tasks.
 */
function workedOn(agent: Agent): AgentTask[] {
  const own = agent.tasks.filter(({ source }) => source === 'state.json').slice(0, agent.current_tasks.length);
  const cards = agent.tasks.filter(({ source }) => source !== 'state.json');
  return [...own, ...cards].filter(({ status }) => status === null || status === 'in_progress');
}

function keyOf({ source, id, title }: AgentTask): string {
  return `${source}\0${id ?? title}`;
}

const FULL_TIME = /^\d{4}-\d{2}-\d{2}T.*Z$/;

/** How long ago a task was begun by its own word, in milliseconds; null where it does not say or cannot be believed. */
function begunFor({ started_at: started }: AgentTask, now: number): number | null {
  if (started === null || !FULL_TIME.test(started)) return null;
  const age = ageOf(Date.parse(started), now);
  return age === null || age > OLDEST_MS ? null : age;
}

function p95Of(durations: readonly number[]): number | null {
  if (durations.length < ENOUGH) return null;
  const sorted = durations.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? null;
}

import type { Agent } from '../../protocol/index.js';
import { COLUMNS, ago, longSpan, percent, troubleRank, UNKNOWN } from '../../view/index.js';
import { agentTone } from '../draw/glyphs.js';
import type { Tone } from '../draw/theme.js';

/** A column of the table of agents. */
export interface AgentColumn {
  /** Its name in `:sort` and in the key table's `sort.…`. */
  name: string;
  title: string;
  width: number;
  /** Takes a share of the room that is left. */
  grows?: number;
  align?: 'right';
  /** The highest go first when the window is narrow. */
  rank: number;
  text(agent: Agent, now: number): string;
  tone?(agent: Agent): Tone;
  /** Smallest first; null sorts last in both directions. */
  value(agent: Agent): number | string | null;
  /** The direction of the first sort. */
  descending?: true;
}

const count = (value: number | null) => (value === null ? UNKNOWN : String(value));
const since = (iso: string | null) => (iso === null ? null : Date.parse(iso) || null);

/** Every column, in their order from the left. The glyph stands before them. */
export const AGENT_COLUMNS: readonly AgentColumn[] = [
  {
    name: 'agent',
    title: COLUMNS.agents.agent,
    width: 11,
    grows: 1,
    rank: 0,
    text: (agent) => agent.id,
    value: (agent) => agent.id,
  },
  {
    name: 'status',
    title: COLUMNS.agents.status,
    width: 8,
    rank: 9,
    text: (agent) => agent.normalized_status,
    tone: (agent) => agentTone(agent.normalized_status),
    value: (agent) => troubleRank(agent.normalized_status),
  },
  {
    name: 'name',
    title: COLUMNS.agents.name,
    width: 14,
    grows: 1,
    rank: 8,
    text: (agent) => (agent.display_name ?? agent.name) || UNKNOWN,
    value: (agent) => agent.display_name ?? agent.name,
  },
  {
    name: 'role',
    title: COLUMNS.agents.role,
    width: 12,
    grows: 1,
    rank: 4,
    text: (agent) => agent.role ?? UNKNOWN,
    value: (agent) => agent.role,
  },
  {
    name: 'task',
    title: COLUMNS.agents.task,
    width: 12,
    grows: 3,
    rank: 1,
    text: taskText,
    tone: taskTone,
    value: (agent) => currentTasks(agent)[0] ?? null,
  },
  {
    name: 'done',
    title: COLUMNS.agents.done,
    width: 5,
    align: 'right',
    rank: 3,
    text: (agent) => count(agent.counters.tasks_completed),
    value: (agent) => agent.counters.tasks_completed,
    descending: true,
  },
  {
    name: 'fail',
    title: COLUMNS.agents.fail,
    width: 4,
    align: 'right',
    rank: 3,
    text: (agent) => count(agent.counters.tasks_failed),
    tone: (agent) => ((agent.counters.tasks_failed ?? 0) > 0 ? 'plain' : 'dim'),
    value: (agent) => agent.counters.tasks_failed,
    descending: true,
  },
  {
    name: 'ok',
    title: COLUMNS.agents.ok,
    width: 4,
    align: 'right',
    rank: 5,
    text: (agent) => percent(success(agent)),
    tone: (agent) => ((success(agent) ?? 1) < 0.5 ? 'warn' : 'plain'),
    value: success,
  },
  {
    name: 'work',
    title: COLUMNS.agents.work,
    width: 7,
    align: 'right',
    rank: 7,
    text: (agent) => span(agent.counters.total_work_time),
    value: (agent) => agent.counters.total_work_time,
    descending: true,
  },
  {
    name: 'idle',
    title: COLUMNS.agents.idle,
    width: 7,
    align: 'right',
    rank: 7,
    text: (agent) => span(agent.counters.idle_time),
    value: (agent) => agent.counters.idle_time,
    descending: true,
  },
  {
    name: 'last',
    title: COLUMNS.agents.last,
    width: 4,
    align: 'right',
    rank: 2,
    text: (agent, now) => ago(agent.last_active, now),
    tone: (agent) => (agent.normalized_status === 'stale' ? 'warn' : 'plain'),
    value: (agent) => since(agent.last_active),
    descending: true,
  },
  {
    name: 'warnings',
    title: '⚠',
    width: 2,
    align: 'right',
    rank: 6,
    text: (agent) =>
      agent.warnings.length > 0 ? (agent.warnings.length > 1 ? String(Math.min(99, agent.warnings.length)) : '⚠') : '',
    tone: () => 'warn',
    value: (agent) => agent.warnings.length,
    descending: true,
  },
];

/** A column with the width that it has on this window. */
export type PlacedColumn = AgentColumn & { placed: number };

/** The columns that fit into `width` (glyph and cursor bar left out), those that matter least gone first. */
export function placeColumns(width: number): readonly PlacedColumn[] {
  const known = placed.get(width);
  if (known) return known;
  const columns = fitted(width);
  placed.set(width, columns);
  return columns;
}

/** The same columns for the same width: lines are remembered by them. At most a few hundred widths. */
const placed = new Map<number, readonly PlacedColumn[]>();

function fitted(width: number): PlacedColumn[] {
  // The word of a status says what its glyph says: only where there is room for both.
  let shown = AGENT_COLUMNS.filter(({ rank }) => width >= 112 || rank < 9);
  const needed = () => shown.reduce((sum, column) => sum + column.width + 1, 0);
  while (needed() > width && shown.length > 1) {
    const least = Math.max(...shown.map(({ rank }) => rank));
    shown = shown.filter(({ rank }) => rank < least || least === 0);
  }
  const spare = Math.max(0, width - needed());
  const shares = shown.reduce((sum, { grows = 0 }) => sum + grows, 0);
  let given = 0;
  return shown.map((column, index) => {
    const last = shown.slice(index + 1).every(({ grows = 0 }) => grows === 0);
    const share = column.grows === undefined ? 0 : last ? spare - given : Math.floor((spare * column.grows) / shares);
    given += share;
    return { ...column, placed: shown.length === 1 ? Math.max(1, width - 1) : column.width + share };
  });
}

/** Share of ended tasks that were completed; null when none ended or a counter is unknown. */
function success({ counters }: Agent): number | null {
  const { tasks_completed: done, tasks_failed: failed } = counters;
  return done === null || failed === null || done + failed === 0 ? null : done / (done + failed);
}

/** Titles of what the agent works on, by its own files. */
export function currentTasks(agent: Agent): string[] {
  const open = agent.tasks.filter(({ status }) => status === null || status === 'in_progress');
  return open.length > 0
    ? open.map(({ title }) => title)
    : agent.current_tasks.flatMap((task) => (typeof task === 'string' ? [task] : []));
}

function taskText(agent: Agent): string {
  if (agent.waiting_for) return agent.waiting_for;
  const [first, ...more] = currentTasks(agent);
  if (first !== undefined) return more.length > 0 ? `${first} +${more.length}` : first;
  const [warning] = agent.warnings;
  if (agent.normalized_status === 'error' && warning) return `${warning.file}: ${warning.reason}`;
  return UNKNOWN;
}

function taskTone(agent: Agent): Tone {
  if (agent.waiting_for) return 'warn';
  return currentTasks(agent).length > 0 ? 'plain' : 'dim';
}

function span(seconds: number | null): string {
  return seconds === null ? UNKNOWN : longSpan(seconds * 1000).replace(/ \d\ds$/, '');
}

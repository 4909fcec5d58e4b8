import type { AgentTask } from '../../protocol/index.js';
import type { Warn } from './files.js';
import { type FoundFile, type RefusedFile, isFound } from '../text/read-bytes.js';
import { clip } from '../../protocol/index.js';
import { isObject, kindOf, parseTolerantJson } from '../text/json.js';
import { isoTime, timeIn } from './signs.js';
import { priorityIn } from '../tasks/fields.js';
import { taskStatusOf } from '../tasks/words.js';

/** An agent with more current tasks than this is shown with the first ones: they travel in every event about it. */
const CURRENT_TASKS_LIMIT = 200;

/** `Agent.current_tasks` takes at most this many bytes of JSON. */
const CURRENT_TASKS_BYTES = 64 * 1024;

/** The current tasks of a state.json: as the file has them, and in one shape. */
export function currentTasks(fields: Record<string, unknown>, warn: Warn): { raw: unknown[]; tasks: AgentTask[] } {
  const list = listOf(fields.current_tasks, 'current_tasks', warn);
  const all = list.length > 0 ? list : listOf(fields.current_task, 'current_task', warn, true);
  const raw = bounded(all, warn);
  return { raw, tasks: raw.flatMap((entry) => agentTask('state.json', entry) ?? []) };
}

/** The entries of `active_projects` as tasks. */
export function projectTasks(fields: Record<string, unknown>): AgentTask[] {
  const projects = Array.isArray(fields.active_projects) ? (fields.active_projects as unknown[]) : [];
  return projects.slice(0, CURRENT_TASKS_LIMIT).flatMap((project) => agentTask('state.json', project) ?? []);
}

/** The task that one tasks/*.json describes, or null with a warning. */
export function readTaskCard(source: string, file: FoundFile | RefusedFile, warn: Warn): AgentTask | null {
  if (!isFound(file)) {
    warn(null, file.refused);
    return null;
  }
  const parsed = file.json ?? parseTolerantJson(file.bytes);
  if (!parsed.ok) {
    warn(parsed.place, parsed.reason);
    return null;
  }
  const task = isObject(parsed.value) ? agentTask(source, parsed.value) : null;
  if (task === null)
    warn(
      null,
      isObject(parsed.value) ? 'a task without id and title' : `expected an object, found ${kindOf(parsed.value)}`,
    );
  return task;
}

function listOf(value: unknown, place: string, warn: Warn, single = false): unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  if (value === undefined || (single && (value === null || value === ''))) return [];
  if (typeof value === 'string' || isObject(value)) {
    if (!single) warn(place, `expected a list, found ${kindOf(value)}`);
    return [value];
  }
  warn(place, `expected ${single ? 'a task' : 'a list'}, found ${kindOf(value)}`);
  return [];
}

function bounded(list: unknown[], warn: Warn): unknown[] {
  const few = list.length > CURRENT_TASKS_LIMIT ? list.slice(0, CURRENT_TASKS_LIMIT) : list;
  const kept = JSON.stringify(few).length <= CURRENT_TASKS_BYTES ? few : shortened(few);
  if (kept.length < list.length) warn('current_tasks', `${list.length} tasks, only the first ${kept.length} are shown`);
  return kept;
}

/** The first entries that fit. */
function shortened(list: unknown[]): unknown[] {
  let bytes = 0;
  const end = list.findIndex((entry) => {
    bytes += JSON.stringify(entry).length;
    return bytes > CURRENT_TASKS_BYTES;
  });
  return end === -1 ? list : list.slice(0, end);
}

function agentTask(source: string, entry: unknown): AgentTask | null {
  if (typeof entry === 'string') {
    const title = clip(entry);
    return title === '' ? null : { source, id: null, title, status: null, started_at: null, priority: null };
  }
  if (!isObject(entry)) return null;
  const id = textOf(entry, 'id', 'task_id', 'taskId');
  const title = textOf(entry, 'title', 'description', 'name', 'text', 'task') ?? id;
  if (title === null) return null;
  return {
    source,
    id,
    title,
    status: taskStatusOf(textOf(entry, 'status') ?? ''),
    started_at: startOf(textOf(entry, 'started_at', 'startedAt', 'started')),
    priority: priorityIn(textOf(entry, 'priority') ?? ''),
  };
}

function textOf(entry: Record<string, unknown>, ...names: string[]): string | null {
  for (const name of names) {
    const value = entry[name];
    if (typeof value === 'number') return String(value);
    if (typeof value === 'string' && value.trim() !== '') return clip(value);
  }
  return null;
}

/** A full time becomes UTC; a bare date stays as it is. */
function startOf(text: string | null): string | null {
  const at = text === null || text.length <= 10 ? null : timeIn(text);
  return at === null ? text : isoTime(at);
}

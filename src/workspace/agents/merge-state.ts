import type { AgentReport, CounterName } from '../../protocol/index.js';
import { SPELLINGS } from './counters.js';
import { type JsonEdit, editJson } from '../text/json-edit.js';
import { isObject, parseTolerantJson } from '../text/json.js';

/**
 * A state.json with a report merged into it, in the form and under the names the file already uses; everything else stays
 * byte for byte. `bytes` must hold a JSON object; null begins a file. `now` in milliseconds.
 */
export function mergeState(bytes: Uint8Array | null, report: AgentReport, now: number): Buffer {
  const old = bytes ?? Buffer.from('{}\n');
  const parsed = parseTolerantJson(old);
  const state = parsed.ok && isObject(parsed.value) ? parsed.value : {};
  const edits: JsonEdit[] = [];
  if (report.status !== undefined) edits.push({ path: ['status'], value: report.status });
  edits.push(...waitingEdits(state, report));
  if (report.task !== undefined) edits.push(taskEdit(state, report.task));
  for (const [counter, value] of Object.entries(report.counters ?? {})) {
    edits.push({ path: counterPath(state, counter as CounterName), value });
  }
  const lastActive = 'lastActive' in state ? 'lastActive' : 'last_active';
  edits.push({ path: [lastActive], value: new Date(now).toISOString() });
  return editJson(old, edits);
}

/** What an earlier wait was for says nothing of the next one: a new status takes it away. */
function waitingEdits(state: Record<string, unknown>, { status, waiting_for: what }: AgentReport): JsonEdit[] {
  if (what !== undefined) return [{ path: ['waiting_for'], value: what === '' ? null : what }];
  const isOld = status !== undefined && state.waiting_for !== undefined && state.waiting_for !== null;
  return isOld ? [{ path: ['waiting_for'], value: null }] : [];
}

/** An empty task says that there is none now. */
function taskEdit(state: Record<string, unknown>, task: string): JsonEdit {
  const single = !Array.isArray(state.current_tasks) && ('current_task' in state || isObject(state.stats));
  if (!single) return { path: ['current_tasks'], value: task === '' ? [] : [task] };
  if (task === '') return { path: ['current_task'], value: null };
  if (typeof state.current_task === 'string') return { path: ['current_task'], value: task };
  return { path: ['current_task', 'description'], value: task };
}

function counterPath(state: Record<string, unknown>, counter: CounterName): JsonEdit['path'] {
  const names = SPELLINGS[counter];
  for (const holder of [null, 'stats', 'metrics'] as const) {
    const fields = holder === null ? state : state[holder];
    const name = isObject(fields) ? names.find((known) => Object.hasOwn(fields, known)) : undefined;
    if (name !== undefined) return holder === null ? [name] : [holder, name];
  }
  return isObject(state.stats) ? ['stats', names[1] ?? counter] : [counter];
}

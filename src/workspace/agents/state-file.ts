import { type Agent, type AgentTask, STATE_LIMIT_BYTES } from '../../protocol/index.js';
import type { Warn } from './files.js';
import type { FoundFile } from '../text/read-bytes.js';
import { currentTasks, projectTasks } from './tasks.js';
import { type CounterSource, numberIn } from './counters.js';
import { isObject, kindOf, parseTolerantJson } from '../text/json.js';
import { type Sign, fieldSigns } from './signs.js';
import { type StatusWord, statusWord } from './status.js';
import { waitingFor } from './waiting.js';

/** What state.json says of an agent. */
export interface StateFile {
  /** As `Agent.state` has it: the whole value, or what stands in for one too large for a frame. */
  state: unknown;
  status: StatusWord | null;
  /** What it waits for; null unless its status says that it waits for a person. */
  waitingFor: string | null;
  currentTasks: Agent['current_tasks'];
  tasks: AgentTask[];
  /** Seconds. */
  heartbeatInterval: number | null;
  counters: CounterSource[];
  signs: Sign[];
}

/** The state of an agent that has none. */
export const NO_STATE: StateFile = {
  state: null,
  status: null,
  waitingFor: null,
  currentTasks: [],
  tasks: [],
  heartbeatInterval: null,
  counters: [],
  signs: [],
};

/** Reads a state.json, or says why it cannot be used (`broken`). */
export function readStateFile(
  file: FoundFile,
  warn: Warn,
): { state: StateFile } | { broken: { place: string | null; reason: string } } {
  const parsed = file.json ?? parseTolerantJson(file.bytes);
  if (!parsed.ok) return { broken: { place: parsed.place, reason: parsed.reason } };
  for (const note of parsed.notes) warn(note.place, note.reason);
  const state = carried(parsed.value, file.size);
  if (isObject(parsed.value)) return { state: { ...readFields(parsed.value, file.mtimeMs, warn), state } };
  warn(null, `expected an object, found ${kindOf(parsed.value)}`);
  return { state: { ...NO_STATE, state } };
}

function readFields(fields: Record<string, unknown>, mtimeMs: number, warn: Warn): StateFile {
  const current = currentTasks(fields, warn);
  const interval = numberIn(fields.heartbeat_interval);
  const status = statusWord(fields, 'state.json', mtimeMs, warn);
  return {
    state: null,
    status,
    waitingFor: status?.normalized === 'waiting' ? waitingFor(fields, warn) : null,
    currentTasks: current.raw,
    tasks: [...current.tasks, ...projectTasks(fields)],
    heartbeatInterval: interval !== null && interval > 0 && Number.isFinite(interval) ? interval : null,
    counters: [
      { fields, prefix: '', strict: true, warn },
      { fields: isObject(fields.stats) ? fields.stats : {}, prefix: 'stats.', strict: true, warn },
      { fields: isObject(fields.metrics) ? fields.metrics : {}, prefix: 'metrics.', strict: false, warn },
    ],
    signs: fieldSigns(fields, '', warn),
  };
}

/** The size in the file says when measuring is worth the while: numbers may be written longer than they were read. */
function carried(value: unknown, size: number): unknown {
  if (size < STATE_LIMIT_BYTES / 8) return value;
  const bytes = Buffer.byteLength(JSON.stringify(value));
  return bytes > STATE_LIMIT_BYTES ? { $truncated: true, bytes } : value;
}

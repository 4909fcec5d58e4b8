import { isDeepStrictEqual } from 'node:util';
import type { AgentReading, OfficeReading, Reading, Task, TaskFileReading } from '../../protocol/index.js';
import { reasonOf } from '../../base/index.js';
import { type Circumstances, type Dirty, readSome } from '../read/read.js';
import type { Value } from './delivery.js';
import type { FileNoun, Noun } from './places.js';

/** A noun whose files have to be read. */
export type ReadNoun = Exclude<Noun, FileNoun>;

/** Reads one noun. */
export async function readNoun(root: string, noun: ReadNoun, circumstances: Circumstances): Promise<Value> {
  const read = (dirty: Dirty) => readSome(root, dirty, circumstances);
  if (noun.kind === 'agent') return (await read({ agents: [noun.id] })).agents.get(noun.id) ?? null;
  if (noun.kind === 'tasks') return (await read({ tasks: [noun.file] })).tasks.get(noun.file) ?? null;
  return (await read({ office: true })).office ?? null;
}

/** True when a second read of a noun found what the first had found. */
export function isSameValue(a: Value | undefined, b: Value | undefined): boolean {
  if (!holdsTasks(a) || !holdsTasks(b)) return isDeepStrictEqual(a, b);
  // Thousands of small objects: comparing them field by field takes a tenth of the time.
  const { tasks, ...others } = a;
  const { tasks: now, ...othersNow } = b;
  return (
    tasks.length === now.length &&
    isDeepStrictEqual(others, othersNow) &&
    tasks.every((task, at) => isSameTask(task, now[at]))
  );
}

type TasksRead = Extract<TaskFileReading, { tasks: Task[] }>;

function holdsTasks(value: Value | undefined): value is TasksRead {
  return value !== null && value !== undefined && 'tasks' in value;
}

function isSameTask(task: Task, other: Task | undefined): boolean {
  if (other === undefined) return false;
  const { subtasks, ...fields } = task;
  const { subtasks: otherSubtasks, ...otherFields } = other;
  const names = Object.keys(fields) as (keyof typeof fields)[];
  return (
    names.length === Object.keys(otherFields).length &&
    names.every((name) => fields[name] === otherFields[name]) &&
    isDeepStrictEqual(subtasks, otherSubtasks)
  );
}

/** Nouns of a whole reading that could not be read for want of file handles. */
export function starvedIn(reading: Reading): ReadNoun[] {
  const starved: ReadNoun[] = [];
  for (const [id, agent] of reading.agents) if (isStarved(agent)) starved.push({ kind: 'agent', id });
  for (const [file, tasks] of reading.tasks) if (isStarved(tasks)) starved.push({ kind: 'tasks', file });
  if (reading.office && isStarved(reading.office)) starved.push({ kind: 'office' });
  return starved;
}

/** True for what is not news of a file but of this process: it had no file handle left to read it with. */
export function isStarved(value: Value): boolean {
  if (value === null || 'kind' in value) return false;
  return reasonsIn(value).some((reason) => NO_HANDLES.has(reason));
}

const NO_HANDLES = new Set(['EMFILE', 'ENFILE'].map((code) => reasonOf({ code })));

function reasonsIn(value: AgentReading | OfficeReading | TaskFileReading): string[] {
  if ('refused' in value) return [value.refused.reason];
  return 'agent' in value ? value.agent.warnings.map(({ reason }) => reason) : [];
}

import type { TaskFile, TaskFileReading } from '../../protocol/index.js';
import { type Reading, TASK_FILES, emptyReading } from '../../protocol/index.js';
import type { ReadAgentOptions } from './agent-directory.js';
import { listAgentIds, readAgents } from './agent-list.js';
import { readOfficeAt, readTaskFileAt } from './files.js';
import type { Reader } from './thread.js';

/** At what time it is read (milliseconds), from nowhere but which real paths, and for whom (absent: whatever it takes). */
export interface Circumstances {
  now: number;
  within: readonly string[];
  reader?: Reader | undefined;
}

/** What is to be read. */
export interface Dirty {
  agents?: Iterable<string>;
  office?: boolean;
  tasks?: Iterable<TaskFile>;
}

/** A whole reading, and the entries of `agents/` that look like agents but cannot be. */
export interface WholeReading {
  reading: Reading;
  refused: { name: string; reason: string }[];
}

/**
 * Reads everything a workspace says at `now` (milliseconds), from nowhere but the real paths `within`, for `reader` (absent:
 * whatever it takes). Nothing in it makes this throw.
 */
export async function readAll(
  root: string,
  now: number,
  within: readonly string[],
  reader?: Reader,
): Promise<WholeReading> {
  const { ids, refused } = await listAgentIds(root, within);
  const reading = await readSome(root, { agents: ids, office: true, tasks: TASK_FILES }, { now, within, reader });
  // One that went between the list and its reading never was there.
  for (const [id, agent] of reading.agents) if (agent === null) reading.agents.delete(id);
  return { reading, refused };
}

/** Reads only what is dirty; an agent whose directory is gone is null in it. */
export async function readSome(root: string, dirty: Dirty, { now, within, reader }: Circumstances): Promise<Reading> {
  const options = { within, reader };
  const reading = emptyReading(now);
  const [agents, office, tasks] = await Promise.all([
    readAgents(root, dirty.agents ?? [], now, options),
    dirty.office ? readOfficeAt(root, options) : null,
    readTaskFiles(root, dirty.tasks ?? [], options),
  ]);
  reading.agents = agents;
  if (office) reading.office = office;
  reading.tasks = tasks;
  return reading;
}

async function readTaskFiles(
  root: string,
  files: Iterable<TaskFile>,
  options: ReadAgentOptions,
): Promise<Map<TaskFile, TaskFileReading>> {
  return new Map(
    await Promise.all([...files].map(async (file) => [file, await readTaskFileAt(root, file, options)] as const)),
  );
}

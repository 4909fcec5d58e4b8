import { type Dirent, promises } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, workspaceLayout } from '../base/index.js';
import type { AgentReading } from '../protocol/index.js';
import { type ReadAgentOptions, readAgentAt } from './agent-directory.js';
import { reasonOf } from './read-bytes.js';

/** The agents of a workspace, and the entries of `agents/` that cannot be agents although they look like it. */
export interface AgentList {
  ids: string[];
  refused: { name: string; reason: string }[];
}

/** How many agents are read at one time. */
const AT_ONCE = 32;

/**
 * Lists the agents: the directories of `agents/` but hidden ones. No `agents/` is no agent. A name that is no UTF-8 is
 * refused (it could not be told to anybody); so is an `agents/` that cannot be listed, under the name `.`.
 */
export async function listAgentIds(root: string): Promise<AgentList> {
  const { agents } = workspaceLayout(root);
  const list: AgentList = { ids: [], refused: [] };
  const entries = await entriesOf(agents, list);
  for (const entry of entries) {
    const name = entry.name.toString('utf8');
    if (name.startsWith('.') || !(await isDirectory(agents, name, entry))) continue;
    if (Buffer.from(name).equals(entry.name)) list.ids.push(name);
    else list.refused.push({ name, reason: 'the name is not valid UTF-8' });
  }
  list.ids.sort();
  return list;
}

/** True for names that an agent may have; what is not among them never names a directory of ours. */
export function isAgentId(id: string): boolean {
  return (
    id !== '' && !id.startsWith('.') && !id.includes('/') && !id.includes('\0') && Buffer.from(id).toString() === id
  );
}

/** Reads these agents, a bounded number at a time; null for one whose directory is gone. `now` as in `readAgent`. */
export async function readAgents(
  root: string,
  ids: Iterable<string>,
  now?: number,
  options: ReadAgentOptions = {},
): Promise<Map<string, AgentReading | null>> {
  const readings = new Map<string, AgentReading | null>();
  const queue = [...new Set(ids)];
  for (const id of queue) readings.set(id, null);
  const next = queue.values();
  const worker = async (): Promise<void> => {
    for (const id of next) readings.set(id, await readAgentAt(root, id, now, options));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return readings;
}

async function entriesOf(agents: string, list: AgentList): Promise<Dirent<Buffer>[]> {
  try {
    // Buffers, because a name need not be UTF-8.
    return await promises.readdir(agents, { withFileTypes: true, encoding: 'buffer' });
  } catch (error) {
    const code = errnoOf(error);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') list.refused.push({ name: '.', reason: reasonOf(error) });
    return [];
  }
}

async function isDirectory(agents: string, name: string, entry: Dirent<Buffer>): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  try {
    return (await stat(join(agents, name))).isDirectory();
  } catch {
    return false;
  }
}

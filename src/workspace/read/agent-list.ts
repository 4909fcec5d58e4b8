import { type Dirent, promises } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  errnoOf,
  holdDirectory,
  LEADS_OUT,
  linksLeadOut,
  McError,
  reasonOf,
  rootsOf,
  workspaceLayout,
} from '../../base/index.js';
import type { AgentReading } from '../../protocol/index.js';
import { type ReadAgentOptions, readAgentAt } from './agent-directory.js';
import { isNowhere } from '../text/directory.js';
import { LEADS_NOWHERE } from '../text/read-bytes.js';

/** The agents of a workspace, and the entries of `agents/` that cannot be agents although they look like it. */
export interface AgentList {
  ids: string[];
  refused: { name: string; reason: string }[];
  /** Why what stands in the place of `agents/` is not a directory. Absent: it is one, or nothing is there. */
  inItsPlace?: string;
}

/** How many agents are read at one time. */
const AT_ONCE = 32;

/**
 * Lists the agents: the directories of `agents/` but hidden ones. Without `agents/` there are no agents. A name that is not UTF-8 is
 * refused (it could not be told to anybody); so is a link that leads nowhere, and under the name `.` an `agents/` that
 * cannot be listed or lies outside of the real paths `within` (absent: the workspace as it is now).
 */
export async function listAgentIds(root: string, within?: readonly string[]): Promise<AgentList> {
  const layout = workspaceLayout(root);
  const list: AgentList = { ids: [], refused: [] };
  const roots = within ?? (await rootsOf(layout));
  const entries = await entriesOf(layout.agents, roots, list);
  for (const entry of entries) {
    const name = entry.name.toString('utf8');
    if (name.startsWith('.')) continue;
    const refused = await refusalOf(join(layout.agents, name), entry, roots);
    if (refused === 'no agent') continue;
    if (refused !== null) list.refused.push({ name, reason: refused });
    else if (Buffer.from(name).equals(entry.name)) list.ids.push(name);
    else list.refused.push({ name, reason: 'the name is not valid UTF-8' });
  }
  list.ids.sort();
  return list;
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
  const within = options.within ?? (await rootsOf(workspaceLayout(root)));
  for (const id of queue) readings.set(id, null);
  const next = queue.values();
  const worker = async (): Promise<void> => {
    for (const id of next) readings.set(id, await readAgentAt(root, id, now, { ...options, within }));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return readings;
}

async function entriesOf(agents: string, within: readonly string[], list: AgentList): Promise<Dirent<Buffer>[]> {
  try {
    const held = await holdDirectory(agents, within);
    try {
      // Buffers, because a name need not be UTF-8.
      return await promises.readdir(held.path, { withFileTypes: true, encoding: 'buffer' });
    } finally {
      await held.close();
    }
  } catch (error) {
    const reason = error instanceof McError ? LEADS_OUT : reasonOf(error);
    if (isNowhere(error) && errnoOf(error) !== 'ENOENT') list.inItsPlace = reason;
    if (!isNowhere(error)) list.refused.push({ name: '.', reason });
    return [];
  }
}

/**
 * Null for an agent; as the reader of one has it, a link is one unless it leads nowhere or to what is not a directory. One that
 * leads out is an agent, which the reader refuses: nobody looks at what lies there.
 */
async function refusalOf(path: string, entry: Dirent<Buffer>, within: readonly string[]): Promise<string | null> {
  if (!entry.isSymbolicLink()) return entry.isDirectory() ? null : 'no agent';
  if (linksLeadOut(path, within)) return null;
  try {
    return (await stat(path)).isDirectory() ? null : 'no agent';
  } catch (error) {
    return isNowhere(error) ? LEADS_NOWHERE : null;
  }
}

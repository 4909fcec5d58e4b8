import { randomBytes } from 'node:crypto';
import { lstat, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  errnoOf,
  holdDirectory,
  makeDirectory,
  McError,
  rootsOf,
  workspaceLayout,
  writeFileAtomic,
} from '../../base/index.js';
import { agentPath, isAgentId } from '../../protocol/index.js';

/** What is known of a new agent; all of it can be left out. */
export interface AgentFacts {
  name?: string | undefined;
  role?: string | undefined;
  emoji?: string | undefined;
}

/** An agent that was added. `directory` is relative to the workspace. */
export interface AddedAgent {
  id: string;
  directory: string;
  files: string[];
}

/**
 * Makes an agent's directory with a small agent.json and state.json. It appears under its name complete, so that no
 * server reads half an agent. It counts as offline until it reports: nobody has heard of it yet. `now` in milliseconds.
 * `dryRun`: only says what it would make.
 * @throws McError `input.invalid` for an id that no agent may have or that is taken, `workspace.missing`, `file.refused`
 */
export async function addAgent(
  root: string,
  id: string,
  facts: AgentFacts,
  { now, dryRun = false }: { now: number; dryRun?: boolean },
): Promise<AddedAgent> {
  checkId(id);
  const layout = workspaceLayout(root);
  const files = agentFiles(id, facts, now);
  await mustBeThere(layout.missionControl, layout.root);
  const added = { id, directory: agentPath(id), files: Object.keys(files) };
  if (await exists(join(layout.agents, id))) throw taken(id);
  if (dryRun) return added;
  await makeDirectory(layout.agents, layout.missionControl);
  const agents = await holdDirectory(layout.agents, await rootsOf(layout));
  const aside = join(agents.path, `.${randomBytes(6).toString('hex')}.mc-tmp`);
  try {
    await mkdir(aside);
    for (const [name, value] of Object.entries(files)) {
      await writeFileAtomic(join(aside, name), `${JSON.stringify(value, null, 2)}\n`);
    }
    // Only an empty directory could be replaced by this; one that was made since we looked is not empty.
    await rename(aside, join(agents.path, id));
    await agents.sync();
  } catch (error) {
    if (errnoOf(error) === 'ENOTEMPTY' || errnoOf(error) === 'EEXIST') throw taken(id);
    throw error;
  } finally {
    await rm(aside, { recursive: true, force: true });
    await agents.close();
  }
  return added;
}

function agentFiles(id: string, { name, role, emoji }: AgentFacts, now: number): Record<string, object> {
  const card = { id, name: name ?? id, role, emoji, created_at: new Date(now).toISOString() };
  return { 'agent.json': card, 'state.json': { status: 'offline', current_tasks: [] } };
}

/** Longer names than this no file system takes, with room for what is put beside them. */
const MAX_ID_BYTES = 200;

function checkId(id: string): void {
  // What steers a terminal or looks like a flag could be made, and hardly be named again on a command line.
  const odd = !isAgentId(id) || /^-|^\s|\s$|\p{Cc}/u.test(id) || Buffer.byteLength(id) > MAX_ID_BYTES;
  if (!odd) return;
  throw new McError('input.invalid', `${JSON.stringify(id.slice(0, 80))} cannot be the id of an agent`, {
    hint: 'an id is the name of a directory: letters and figures, as in api or web-2; no "/" in it, no "." or "-" before it',
  });
}

async function mustBeThere(directory: string, root: string): Promise<void> {
  if (await exists(directory)) return;
  throw new McError('workspace.missing', `no workspace at ${root}: there is no directory ${directory}`, {
    hint: `make one with mc init ${root}`,
  });
}

function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: unknown) => {
      if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return false;
      throw error;
    },
  );
}

function taken(id: string): McError {
  return new McError('input.invalid', `there is an agent "${id}" already`, {
    hint: `see it with: mc agents show ${id}`,
  });
}

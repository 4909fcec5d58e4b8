import { lstat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { errnoOf, makeDirectory, McError, workspaceLayout } from '../base/index.js';
import { quote } from './quote.js';

/** What `mc init` did. Paths relative to the workspace; a directory ends with a slash. */
export interface Starter {
  workspace: string;
  created: string[];
  /** Was there already and stayed as it was. */
  kept: string[];
  /** True: nothing was made, `created` is what would be. */
  dry_run: boolean;
}

export interface StarterOptions {
  /** Milliseconds since the epoch. */
  now: number;
  /** Also two sample agents, an office and a task queue. They look real: never without being asked for. */
  sample?: boolean;
  dryRun?: boolean;
}

/**
 * Makes a directory into a workspace; never overwrites. A sample agent whose directory is there already is somebody's
 * own: nothing is put into it.
 * @throws McError `usage` when a file stands where a directory belongs, `io` when the directory cannot be written
 */
export async function writeStarter(
  root: string,
  { now, sample = false, dryRun = false }: StarterOptions,
): Promise<Starter> {
  const layout = workspaceLayout(root);
  const starter: Starter = { workspace: layout.root, created: [], kept: [], dry_run: dryRun };
  const files = Object.entries(sample ? sampleFiles(now) : {});
  const named = (path: string) => relative(layout.root, path);
  try {
    const note = (there: boolean, name: string) => (there ? starter.kept : starter.created).push(name);
    note(await exists(layout.agents), `${named(layout.agents)}/`);
    const taken = new Set<string>();
    for (const [path] of files) {
      const place = dirname(join(layout.missionControl, path));
      if (path.startsWith('agents/') && (await exists(place))) taken.add(place);
    }
    if (!dryRun) await makeDirectory(layout.agents);
    for (const [path, text] of files) {
      const target = join(layout.missionControl, path);
      const there = taken.has(dirname(target)) || (await exists(target));
      note(there || (!dryRun && !(await writeNew(target, text))), named(target));
    }
  } catch (error) {
    throw refusal(layout.root, error);
  }
  return starter;
}

/** What was done, in words, and what to do next. */
export function starterText({ workspace, created, kept, dry_run: dryRun }: Starter): string {
  const place = quote(workspace);
  const sampled = created.some((path) => !path.endsWith('/'));
  return [
    ...created.map((path) => `${dryRun ? 'would create' : 'created'}  ${path}`),
    ...kept.map((path) => `kept     ${path}`),
    '',
    ...(sampled ? ['scout and writer are samples: delete their directories when you do not need them'] : []),
    `next: mc agents add ID --workspace ${place}`,
    `      mc serve --workspace ${place}`,
  ].join('\n');
}

/** False when something of that name has come to be there. */
async function writeNew(path: string, text: string): Promise<boolean> {
  await makeDirectory(dirname(path));
  try {
    await writeFile(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

function refusal(root: string, cause: unknown): McError {
  const errno = errnoOf(cause);
  const why = cause instanceof Error ? cause.message : String(cause);
  if (errno === 'EEXIST' || errno === 'ENOTDIR') {
    return new McError('usage', `${root} cannot become a workspace: a file is in the way (${why})`, {
      hint: 'name another directory: mc init DIR',
      cause,
    });
  }
  return new McError('io', `${root} cannot be written: ${why}`, { hint: 'name another directory: mc init DIR', cause });
}

function sampleFiles(now: number): Record<string, string> {
  const time = new Date(now).toISOString();
  const office = {
    timestamp: time,
    hour: new Date(now).getUTCHours(),
    state: 'open',
    zone: 'command_center',
    description: 'The office has just opened',
    positions: { scout: 'ops_center', writer: 'content_corner' },
  };
  return {
    'agents/scout/SOUL.md': '# Scout\n\n- **Name:** Scout\n- **Role:** Looks ahead\n',
    'agents/scout/state.json': json({
      status: 'active',
      current_tasks: ['Look around'],
      tasks_completed: 0,
      tasks_failed: 0,
      total_work_time: 0,
    }),
    'agents/writer/SOUL.md': '# Writer\n\n- **Name:** Writer\n- **Role:** Writes things down\n',
    'agents/writer/state.json': json({ status: 'idle', current_tasks: [], tasks_completed: 0, tasks_failed: 0 }),
    'current_office_state.json': json(office),
    'TASK_QUEUE.md': `# Mission Control - Task Queue System

## Active Task Queue

| ID | Task | Status | Assigned To | Priority | Created | Due |
|----|------|--------|-------------|----------|---------|-----|
| 1 | Look around | 🔵 IN PROGRESS | scout | P1 | ${time.slice(0, 16).replace('T', ' ')} | - |
| 2 | Write the first report | 🟡 PENDING | writer | P2 | ${time.slice(0, 16).replace('T', ' ')} | - |
`,
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

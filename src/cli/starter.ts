import { writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { errnoOf, makeDirectory, McError, workspaceLayout } from '../base/index.js';
import { quote } from './quote.js';

/** What `mc init` did. Paths relative to the workspace. */
export interface Starter {
  workspace: string;
  created: string[];
  /** Was there already and stayed as it was. */
  kept: string[];
}

/**
 * Writes a starter workspace; never overwrites. `now`: milliseconds since the epoch.
 * @throws McError `usage` when a file stands where a directory belongs, `io` when the directory cannot be written
 */
export async function writeStarter(root: string, now: number): Promise<Starter> {
  const layout = workspaceLayout(root);
  const starter: Starter = { workspace: layout.root, created: [], kept: [] };
  for (const [path, text] of Object.entries(starterFiles(now))) {
    const target = join(layout.missionControl, path);
    try {
      await makeDirectory(dirname(target));
      await writeFile(target, text, { flag: 'wx' });
      starter.created.push(relative(layout.root, target));
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST' || (await isInTheWay(dirname(target)))) throw refusal(layout.root, error);
      starter.kept.push(relative(layout.root, target));
    }
  }
  return starter;
}

/** What was done, in words, and what to do next. */
export function starterText({ workspace, created, kept }: Starter): string {
  return [
    ...created.map((path) => `created  ${path}`),
    ...kept.map((path) => `kept     ${path}`),
    '',
    `next: mc serve --workspace ${quote(workspace)}`,
  ].join('\n');
}

/** EEXIST also comes from mkdir when a file has a directory's name. */
async function isInTheWay(directory: string): Promise<boolean> {
  return makeDirectory(directory).then(
    () => false,
    () => true,
  );
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

function starterFiles(now: number): Record<string, string> {
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

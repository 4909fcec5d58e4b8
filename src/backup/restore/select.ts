import picomatch from 'picomatch';
import { McError } from '../../base/index.js';
import type { ManifestFile } from '../archive/manifest.js';
import { METRICS_DATABASE } from '../pack/plan.js';

export interface Selection {
  /** Only this agent's directory. */
  agent: string | null;
  /** Only what these globs match (relative to the workspace), and all below; empty: everything. */
  paths: string[];
  withDatabase: boolean;
}

export interface Selected {
  files: ManifestFile[];
  skipped: { path: string; reason: string }[];
  /** Whether a path on disk lies in what was asked for. */
  inScope: (path: string) => boolean;
}

const AGENTS = 'mission-control/agents/';
const NEVER = ['mission-control/backups', 'mission-control/backend/pids'];

/**
 * Chooses what of an archive is restored.
 * @throws McError `agent.not_found`, `file.not_found` when nothing was chosen
 */
export function selectFiles(files: ManifestFile[], selection: Selection): Selected {
  const inScope = scopeOf(selection);
  const skipped: Selected['skipped'] = [];
  const wanted = files.filter((file) => inScope(file.path));
  if (wanted.length === 0 && selection.agent !== null) {
    throw new McError('agent.not_found', `the backup holds no agent ${selection.agent}`, {
      hint: `it holds: ${agentsOf(files).join(', ') || 'none'}`,
    });
  }
  if (wanted.length === 0 && selection.paths.length > 0) {
    throw new McError('file.not_found', `the backup holds nothing that matches ${selection.paths.join(', ')}`, {
      hint: 'paths are relative to the workspace, such as "mission-control/agents/*/state.json"; quote them',
    });
  }
  const chosen = wanted.filter((file) => {
    const reason = reasonToSkip(file, selection);
    if (reason !== null) skipped.push({ path: file.path, reason });
    return reason === null;
  });
  return { files: chosen, skipped, inScope };
}

/** The agents an archive holds something of. */
function agentsOf(files: ManifestFile[]): string[] {
  const agents = files
    .filter((file) => file.path.startsWith(AGENTS) && (file.type === 'directory' || file.path.split('/').length > 3))
    .map((file) => file.path.split('/')[2] ?? '');
  return [...new Set(agents)].toSorted();
}

/**
 * Refuses globs that cannot match a path of a workspace.
 * @throws McError `input.invalid`
 */
export function requireGlobs(paths: readonly string[]): void {
  for (const path of paths) {
    try {
      picomatch(globs(path), { dot: true });
    } catch (cause) {
      throw new McError('input.invalid', `${JSON.stringify(path.slice(0, 100))} is not a path that can be restored`, {
        hint: 'paths are relative to the workspace, such as "mission-control/TASK_QUEUE.md"; none at all: everything',
        cause,
      });
    }
  }
}

/** Whether a path lies in what was asked for. */
export function scopeOf({ agent, paths }: Selection): (path: string) => boolean {
  const matches = paths.length === 0 ? () => true : picomatch(paths.flatMap(globs), { dot: true });
  const home = agent === null ? '' : `${AGENTS}${agent}`;
  return (path) => (agent === null || path === home || path.startsWith(`${home}/`)) && matches(path);
}

function globs(path: string): string[] {
  const plain = path.replace(/^\.\//, '').replace(/\/+$/, '');
  return [plain, `${plain}/**`];
}

/** Why an entry is never restored, or not now; null: it is. */
export function reasonToSkip(
  file: Pick<ManifestFile, 'path'>,
  { withDatabase }: Pick<Selection, 'withDatabase'>,
): string | null {
  if (NEVER.some((path) => file.path === path || file.path.startsWith(`${path}/`))) {
    return 'backups and run files are never restored';
  }
  if (withDatabase || !file.path.startsWith(METRICS_DATABASE)) return null;
  return 'the metrics database comes back only with --with-database';
}

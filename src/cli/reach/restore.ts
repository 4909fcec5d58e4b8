import { type Config, isAlive, McError, readLock, workspaceLayout } from '../../base/index.js';
import type { RestClient } from '../../client/index.js';
import type { RestoreReport } from '../../protocol/index.js';
import { namedServer } from './find.js';
import { LONG_WORK_MS, reachServer } from './reach.js';

/** What of a backup is restored into the workspace, and how. */
export interface RestoreChoice {
  agent: string | null;
  paths: string[];
  overwrite: 'always' | 'if-changed' | 'never';
  delete: boolean;
  withDatabase: boolean;
}

/**
 * The server that has this workspace's metrics database open: only it can let go of it. Null when none runs. Another server
 * that the settings name does it all itself (`backupsThere`).
 * @throws McError `busy` while it starts
 */
export async function holdingServer(config: Config, timeoutMs = LONG_WORK_MS): Promise<RestClient | null> {
  if (namedServer(config) !== null) return null;
  const holder = await readLock(workspaceLayout(config.workspace).serverLock);
  if (!holder || !(await isAlive(holder))) return null;
  if (typeof holder.details.http !== 'string') {
    throw new McError('busy', `a server (process ${holder.pid}) is just starting here`, {
      hint: 'try again in a moment',
    });
  }
  const { rest } = await reachServer(config, { timeoutMs });
  return rest;
}

/** When the server of this workspace makes the next backup, ISO 8601 UTC; null when none runs, or it does not answer. */
export async function nextBackupAt(config: Config): Promise<string | null> {
  try {
    const rest = await holdingServer(config, ASKED_MS);
    return rest === null ? null : (await rest.backups()).next_at;
  } catch {
    // What is listed is true without it.
    return null;
  }
}

const ASKED_MS = 2000;

/** Restores by a server. The report is that of a restore of one's own. */
export async function restoreThrough(
  rest: RestClient,
  id: string,
  choice: RestoreChoice,
  dryRun = false,
): Promise<RestoreReport> {
  const { withDatabase, ...same } = choice;
  const answer = await rest.restoreBackup(id, { ...same, with_database: withDatabase, dry_run: dryRun });
  const { success: _success, message: _message, ...report } = answer;
  return report;
}

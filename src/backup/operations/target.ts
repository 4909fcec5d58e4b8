import { mkdir, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { acquireLock, isAlive, McError, readLock, workspaceLayout } from '../../base/index.js';
import { METRICS_DATABASE } from '../pack/plan.js';

/** What a restore keeps in a directory that is not the workspace while it is at work there. */
export interface TargetFiles {
  lock: string;
  journal: string;
  /** Files that were replaced: no safety backup holds them. */
  kept: string;
}

export function targetFiles(root: string): TargetFiles {
  return {
    lock: join(root, '.mc-restore.lock'),
    journal: join(root, '.mc-restore-journal.json'),
    kept: join(root, '.mc-kept'),
  };
}

/** The real path of a directory to restore into. It is made unless `dryRun`. */
export async function prepareTarget(to: string, dryRun: boolean): Promise<string> {
  const target = resolve(to);
  if (!dryRun) await mkdir(target, { recursive: true });
  return realpath(target).catch(() => target);
}

/**
 * Refuses to take a database from under a server.
 * @throws McError `busy` when one runs in the workspace at `root`
 */
export async function requireNoServer(root: string, hint: (pid: number) => string): Promise<void> {
  const holder = await readLock(workspaceLayout(root).serverLock);
  if (!holder || !(await isAlive(holder))) return;
  throw new McError('busy', `a server (process ${holder.pid}) has ${join(root, METRICS_DATABASE)} open`, {
    hint: hint(holder.pid),
  });
}

/** Does something while no other restore goes into the same directory. */
export async function withTargetLock<T>(root: string, now: number, work: () => Promise<T>): Promise<T> {
  const lock = await acquireLock(targetFiles(root).lock, 'backup restore', now);
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

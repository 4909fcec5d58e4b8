import { mkdir, realpath, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isAlive, McError, readLock } from '../base/index.js';
import type { RestoreReport } from '../protocol/index.js';
import { findBackup, safetyLabel } from './catalog.js';
import { type BackupContext, catalogOf, recorded, withLock } from './context.js';
import { createLocked } from './make.js';
import { METRICS_DATABASE } from './plan.js';
import type { OnUpdate } from './progress.js';
import type { RestoreRequest } from './restore/request.js';
import { requireGlobs } from './restore/select.js';
import { snapshotToArchive } from './snapshot.js';

export interface RestoreOptions {
  agent?: string | null;
  /** Globs relative to the workspace; none: everything. */
  paths?: string[];
  /** Another directory to restore into. One that is the workspace itself under another name counts as none. */
  to?: string | null;
  dryRun?: boolean;
  overwrite?: 'always' | 'if-changed' | 'never';
  /** Deletes files that the backup's own rules would have included and that it does not hold. */
  delete?: boolean;
  withDatabase?: boolean;
  /** No file is written, replaced or removed, whatever differs by now: only missing directories, modes and times come back. */
  leaveFiles?: boolean;
  /** How a server that has the metrics database open lets go of it for the swap; without it no server may run. */
  aroundDatabase?: (swap: () => Promise<RestoreReport>) => Promise<RestoreReport>;
}

/**
 * Restores a backup: verified, compared, what it replaces saved in a backup of its own, staged, swapped.
 * @throws McError `backup.not_found`, `backup.corrupt`, `busy`, `agent.not_found`, `file.not_found`, `file.refused`,
 * `input.invalid`, `disk.full`
 */
export async function restoreBackup(
  context: BackupContext,
  id: string,
  options: RestoreOptions,
  onUpdate: OnUpdate,
): Promise<RestoreReport> {
  requireGlobs(options.paths ?? []);
  const takesDatabase = options.withDatabase && !options.dryRun && !options.leaveFiles;
  const around = takesDatabase ? options.aroundDatabase : undefined;
  const to = options.to && !(await isSameDirectory(options.to, context.layout.root)) ? options.to : null;
  if (takesDatabase && !around && to === null) await requireNoServer(context);
  const work = () => restoreLocked(context, id, { ...options, to }, onUpdate);
  // The database is let go of with the lock in hand: who is told that somebody is at it has touched nothing.
  return recorded(context, 'restore', () =>
    withLock(context, 'backup restore', () => (around ? around(work) : work())),
  );
}

async function restoreLocked(
  context: BackupContext,
  id: string,
  options: RestoreOptions,
  onUpdate: OnUpdate,
): Promise<RestoreReport> {
  const began = performance.now();
  const { backup } = findBackup(await catalogOf(context), id, context.clock.now());
  const elsewhere = options.to ? await prepareTarget(options.to, options.dryRun ?? false) : null;
  const temporary = join(context.files.directory, `.import.snapshot.${process.pid}.mc-tmp`);
  const request: RestoreRequest = {
    id: backup.id,
    archive: backup.path,
    checksum: backup.checksum || null,
    root: elsewhere ?? context.layout.root,
    journal: context.files.journal,
    kept: null,
    safety: null,
    agent: options.agent ?? null,
    paths: options.paths ?? [],
    withDatabase: options.withDatabase ?? false,
    dryRun: true,
    inspected: false,
    overwrite: options.overwrite ?? 'if-changed',
    delete: options.delete ?? false,
    leaveFiles: options.leaveFiles ?? false,
  };
  try {
    if (backup.backup_type === 'snapshot') {
      await snapshotToArchive(backup.path, backup.checksum, temporary, Date.parse(backup.timestamp));
      Object.assign(request, { archive: temporary, checksum: null });
    }
    const report = {
      id: backup.id,
      dry_run: options.dryRun ?? false,
      to: request.root,
      safety_backup: null,
      duration_ms: 0,
    };
    if (!options.dryRun) onUpdate({ id: backup.id, state: 'started', action: 'restore' });
    // Elsewhere there is nothing to save, so one pass does it all.
    const seen = elsewhere === null || options.dryRun ? await context.runner.run('restore', request, onUpdate) : null;
    if (seen && options.dryRun) return { ...seen, ...report, duration_ms: since(began) };
    const changes = seen !== null && (seen.restored > 0 || seen.deleted > 0);
    const safety = changes ? await saveBefore(context, backup.id, options) : null;
    const kept = safety === null ? null : join(context.files.kept, safety.id);
    // What was not there to be saved must not be replaced either: somebody may have written it since that look.
    const leaveFiles = request.leaveFiles || (seen !== null && !changes);
    const done = await context.runner.run(
      'restore',
      { ...request, dryRun: false, inspected: seen !== null, kept, safety: safety?.path ?? null, leaveFiles },
      onUpdate,
    );
    const result = { ...done, ...report, safety_backup: safety?.id ?? null, duration_ms: since(began) };
    const { added, changed, removed, ...told } = result;
    onUpdate({
      ...told,
      state: 'completed',
      action: 'restore',
      added: added.length,
      changed: changed.length,
      removed: removed.length,
    });
    return result;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Saves what the restore may touch: the agent's directory when only that is asked for, everything otherwise. */
async function saveBefore(context: BackupContext, id: string, options: RestoreOptions) {
  const label = safetyLabel(id);
  const agent = options.agent ?? null;
  // An agent that is gone has nothing to save.
  const exists =
    agent !== null &&
    (await realpath(join(context.layout.agents, agent)).then(
      () => true,
      () => false,
    ));
  return createLocked(context, { label, agent: exists ? agent : null }, () => {});
}

/** Whether another name leads to the workspace: then it is restored with all that protects it. */
async function isSameDirectory(path: string, root: string): Promise<boolean> {
  const [one, other] = await Promise.all([
    stat(resolve(path), { bigint: true }).catch(() => null),
    stat(root, { bigint: true }),
  ]);
  return one?.ino === other.ino && one.dev === other.dev;
}

async function prepareTarget(to: string, dryRun: boolean): Promise<string> {
  const target = resolve(to);
  if (!dryRun) await mkdir(target, { recursive: true });
  return realpath(target).catch(() => target);
}

async function requireNoServer(context: BackupContext): Promise<void> {
  const holder = await readLock(context.layout.serverLock);
  if (!holder || !(await isAlive(holder))) return;
  throw new McError('busy', `a server (process ${holder.pid}) has ${METRICS_DATABASE} open`, {
    hint: `restore through it (mc backup restore ID --with-database), or stop it first (kill ${holder.pid})`,
  });
}

function since(began: number): number {
  return Math.round(performance.now() - began);
}

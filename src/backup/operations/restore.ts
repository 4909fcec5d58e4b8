import { realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { RestoreReport } from '../../protocol/index.js';
import { findBackup } from '../catalog/catalog.js';
import { safetyLabel } from '../catalog/safety-label.js';
import { type BackupContext, catalogOf, recorded, scratchFor, withLock, withReadLock } from './context.js';
import { stampOf } from '../catalog/ids.js';
import { createLocked } from './create.js';
import type { OnUpdate } from '../progress.js';
import { removeTree } from '../remove-tree.js';
import { groundElsewhere, groundOf } from '../restore/ground.js';
import { hasJournal } from '../restore/journal.js';
import type { RestoreRequest } from '../restore/request.js';
import type { RestoreOutcome } from '../restore/run.js';
import { requireGlobs } from '../restore/select.js';
import { recover } from '../restore/swap.js';
import { snapshotToArchive } from './snapshot.js';
import { prepareTarget, requireNoServer, targetFiles, withTargetLock } from './target.js';

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
  if (takesDatabase && !around && to === null) {
    await requireNoServer(
      context.layout.root,
      (pid) => `restore through it (mc backup restore ID --with-database), or stop it first (kill ${pid})`,
    );
  }
  return recorded(context, 'restore', () => {
    const work = () => restoreLocked(context, id, { options, to, onUpdate });
    if (to !== null) return withReadLock(context, 'backup restore', work);
    if (options.dryRun) return withReadLock(context, 'backup restore', work);
    // The database is released with the lock in hand: a restore that finds the lock taken has touched nothing.
    return withLock(context, 'backup restore', () => (around ? around(work) : work()), true);
  });
}

/** Into a directory that is not the workspace: everything the restore needs to remember lies there. */
async function restoreInto(
  context: BackupContext,
  target: string,
  { withDatabase = false }: RestoreOptions,
  work: () => Promise<RestoreOutcome>,
): Promise<RestoreOutcome> {
  if (withDatabase) {
    await requireNoServer(target, (pid) => `stop it first (kill ${pid}), or restore without --with-database`);
  }
  const files = targetFiles(target);
  return withTargetLock(target, context.clock.now(), async () => {
    if (await hasJournal(files.journal)) {
      const recovered = await recover(files.journal, { ...groundElsewhere(target), kept: files.kept });
      if (recovered) context.onRecovery(recovered);
    }
    return work();
  });
}

async function restoreLocked(
  context: BackupContext,
  id: string,
  { options, to, onUpdate }: { options: RestoreOptions; to: string | null; onUpdate: OnUpdate },
): Promise<RestoreReport> {
  const began = performance.now();
  const { backup } = findBackup(await catalogOf(context), id, context.clock.now());
  const elsewhere = to === null ? null : await prepareTarget(to, options.dryRun ?? false);
  const ground = elsewhere === null ? await groundOf(context.layout, context.roots) : groundElsewhere(elsewhere);
  const scratch = backup.backup_type === 'snapshot' ? await scratchFor(context) : null;
  const request: RestoreRequest = {
    id: backup.id,
    archive: backup.path,
    checksum: backup.checksum || null,
    ...ground,
    journal: elsewhere === null ? context.files.journal : targetFiles(elsewhere).journal,
    // Elsewhere no safety backup is made: what is replaced is kept as it is.
    kept: elsewhere === null ? null : join(targetFiles(elsewhere).kept, stampOf(context.clock.now())),
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
    if (scratch !== null) {
      const temporary = join(scratch, 'snapshot.tar.gz');
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
    const kept = safety === null ? request.kept : join(context.files.kept, safety.id);
    // What was not there to be saved must not be replaced either: another process may have written it since that look.
    const leaveFiles = request.leaveFiles || (seen !== null && !changes);
    const real = {
      ...request,
      dryRun: false,
      inspected: seen !== null,
      kept,
      safety: safety?.path ?? null,
      leaveFiles,
    };
    const work = () => context.runner.run('restore', real, onUpdate);
    const done = await (elsewhere === null ? work() : restoreInto(context, elsewhere, options, work));
    const result = { ...done, ...report, safety_backup: safety?.id ?? null, duration_ms: since(began) };
    const { added, changed, removed, ...counts } = result;
    onUpdate({
      ...counts,
      state: 'completed',
      action: 'restore',
      added: added.length,
      changed: changed.length,
      removed: removed.length,
    });
    return result;
  } finally {
    if (scratch !== null) await removeTree(scratch);
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

function since(began: number): number {
  return Math.round(performance.now() - began);
}

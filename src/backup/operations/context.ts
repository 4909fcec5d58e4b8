import { mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Clock,
  errnoOf,
  isAlive,
  type Lock,
  McError,
  readLock,
  toMcError,
  type WorkspaceLayout,
  workspaceLayout,
} from '../../base/index.js';
import { type ErrorCode, EXIT, type RecoveryReport } from '../../protocol/index.js';
import { type CatalogEntry, type Look, readCatalog } from '../catalog/catalog.js';
import { type BackupFiles, lockBackups } from '../catalog/places.js';
import { recordStage, type Stage } from '../catalog/records.js';
import type { RetentionPolicy } from '../retention.js';
import { groundOf } from '../restore/ground.js';
import { freeRoom, hasJournal, type JournalScope } from '../restore/journal.js';
import { type Direction, recover } from '../restore/swap.js';
import type { TaskRunner } from '../jobs/runner.js';

/** What every operation of the room stands on. */
export interface BackupContext {
  /** With the workspace's real path: links above it are followed, links in it never. */
  layout: WorkspaceLayout;
  /** The real directories that are the workspace. */
  roots: readonly string[];
  files: BackupFiles;
  rules: { include: string[]; exclude: string[]; secrets: boolean };
  retention: RetentionPolicy;
  clock: Clock;
  runner: TaskRunner;
  /** Reads an archive that the list does not know yet, in a thread. */
  look: Look;
  /** Called when an interrupted restore was ended. */
  onRecovery: (report: RecoveryReport) => void;
  /** Called when one could not be. */
  onStuck: (error: McError) => void;
}

/** @throws McError `workspace.missing` */
export async function realLayout(layout: WorkspaceLayout): Promise<WorkspaceLayout> {
  try {
    return workspaceLayout(await realpath(layout.root));
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    throw new McError('workspace.missing', `there is no workspace at ${layout.root}`, {
      hint: 'name it with --workspace or MC_WORKSPACE',
    });
  }
}

/**
 * Does something with the backups' lock held, after ending what a killed run left. A restore that can be ended in no way is
 * told, and keeps nobody from backing up: only `strict` work waits for a person, because it needs the place for itself.
 * @throws McError `busy` naming who holds it
 */
export async function withLock<T>(
  context: BackupContext,
  purpose: string,
  work: (lock: Lock) => Promise<T>,
  strict = false,
): Promise<T> {
  const lock = await lockWithRoom(context, purpose);
  try {
    try {
      const recovered = await recoverHere(context);
      if (recovered) context.onRecovery(recovered);
    } catch (error) {
      if (strict) throw error;
      context.onStuck(toMcError(error));
    }
    return await work(lock);
  } finally {
    await lock.release();
  }
}

/**
 * As `withLock` for what changes neither the workspace nor its backups: where the lock cannot be written it goes on without
 * (a disk that is mounted read-only, somebody who may only read).
 * @throws McError `busy` naming a living holder
 */
export async function withReadLock<T>(context: BackupContext, purpose: string, work: () => Promise<T>): Promise<T> {
  return withLockUnless(context, purpose, work, {
    isPassedOver: isUnwritable,
    agree(holder) {
      if (holder) throw new McError('busy', `${holder.purpose} is running here: process ${holder.pid}`);
    },
  });
}

/** Whether the system refused to write, and not to do: nothing is wrong with what was read. */
export function isUnwritable(thrown: unknown): boolean {
  const { code, cause } = toMcError(thrown);
  const errno = errnoOf(thrown) ?? errnoOf(cause);
  return code === 'disk.full' || ['EROFS', 'EACCES', 'EPERM', 'ENOSPC', 'EDQUOT'].includes(errno ?? '');
}

/** Ends a restore into this workspace that was killed; null when there was none. Call it with the lock held. */
export async function recoverHere(context: BackupContext, direction?: Direction): Promise<RecoveryReport | null> {
  const { journal } = context.files;
  return (await hasJournal(journal)) ? recover(journal, await scopeHere(context), direction) : null;
}

/** What a journal here may be about. */
export async function scopeHere(context: BackupContext): Promise<JournalScope> {
  return { ...(await groundOf(context.layout, context.roots)), kept: context.files.kept };
}

/** A killed restore has put room aside: on a full disk it is what the lock is written into that ends it. */
async function lockWithRoom({ files, clock }: BackupContext, purpose: string): Promise<Lock> {
  try {
    return await lockBackups(files, purpose, clock.now());
  } catch (error) {
    if (toMcError(error).code !== 'disk.full' || !(await hasJournal(files.journal))) throw error;
    if (await livingHolder(files.lock)) throw error;
    await freeRoom(files.journal);
    return lockBackups(files, purpose, clock.now());
  }
}

/**
 * As `withLock`, also on a disk so full that not even a lock can be written: then nobody else can take it either, and what
 * only deletes may go on. A living holder and a restore that was killed are respected all the same.
 */
export async function withLockOrFullDisk<T>(
  context: BackupContext,
  purpose: string,
  work: () => Promise<T>,
): Promise<T> {
  return withLockUnless(context, purpose, work, {
    isPassedOver: (error) => toMcError(error).code === 'disk.full',
    async agree(holder, error) {
      if (holder || (await hasJournal(context.files.journal))) throw error;
    },
  });
}

/** When work goes on without a lock. */
interface Unless {
  isPassedOver: (error: unknown) => boolean;
  /** Throws where it must not go on after all. */
  agree: (holder: Awaited<ReturnType<typeof livingHolder>>, error: unknown) => void | Promise<void>;
}

/** As `withLock`; where the lock cannot be had for a reason that may be passed over, and `agree` does not throw, without. */
async function withLockUnless<T>(
  context: BackupContext,
  purpose: string,
  work: () => Promise<T>,
  { isPassedOver, agree }: Unless,
): Promise<T> {
  let begun = false;
  const begin = () => {
    begun = true;
    return work();
  };
  try {
    return await withLock(context, purpose, begin);
  } catch (error) {
    if (begun || !isPassedOver(error)) throw error;
    await agree(await livingHolder(context.files.lock), error);
    return work();
  }
}

/** Who holds a lock and lives; null: nobody. */
async function livingHolder(lock: string) {
  const holder = await readLock(lock);
  return holder && (await isAlive(holder)) ? holder : null;
}

/** Records how a stage went, and passes the result or the failure on. Being busy or misused is not a failure of the stage. */
export async function recorded<T>(
  context: BackupContext,
  stage: Stage,
  work: () => Promise<T>,
  failureIn: (result: T) => string | null = () => null,
): Promise<T> {
  try {
    const result = await work();
    await recordIfWritable(context, stage, failureIn(result));
    return result;
  } catch (thrown) {
    const error = toMcError(thrown);
    // A full disk may refuse the record as well; the failure itself must not be hidden by that.
    if (isFailure(error, stage))
      await recordStage(context.files.records, stage, context.clock.now(), error.message).catch(() => {});
    throw error;
  }
}

/** What was found out is worth reporting, though it cannot be noted. */
async function recordIfWritable({ files, clock }: BackupContext, stage: Stage, failure: string | null): Promise<void> {
  try {
    await recordStage(files.records, stage, clock.now(), failure);
  } catch (error) {
    if (!isUnwritable(error)) throw error;
  }
}

/** What a restore answers when it refuses a backup, or a place: nothing was touched, and backups work as before. */
const REFUSALS: ErrorCode[] = ['backup.corrupt', 'file.refused'];

/** Whether an error says that backups do not work, and not only that somebody was busy, wrong, refused or interrupted. */
export function isFailure({ code, exit }: McError, action: string): boolean {
  if (action === 'restore' && REFUSALS.includes(code)) return false;
  return code !== 'busy' && code !== 'interrupted' && exit !== EXIT.usage && exit !== EXIT.notFound;
}

/**
 * A new directory for work of a moment: beside the backups, where the next holder of the lock clears what a killed run left,
 * or where that cannot be written, where the system puts such.
 */
export async function scratchFor({ files }: BackupContext): Promise<string> {
  try {
    return await mkdtemp(join(files.directory, '.import.scratch-'));
  } catch (error) {
    if (!isUnwritable(error)) throw error;
    return mkdtemp(join(tmpdir(), 'mc-'));
  }
}

/** The catalogue, with files not yet known read in a thread. */
export async function catalogOf(context: BackupContext, save = true): Promise<CatalogEntry[]> {
  return readCatalog(context.files, context.clock.now(), context.look, save);
}

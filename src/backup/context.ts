import { realpath } from 'node:fs/promises';
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
} from '../base/index.js';
import { type ErrorCode, EXIT, type RecoveryReport } from '../protocol/index.js';
import { type CatalogEntry, type Look, readCatalog } from './catalog.js';
import { type BackupFiles, lockBackups } from './files.js';
import { recordStage, type Stage } from './records.js';
import type { RetentionPolicy } from './retention.js';
import { readJournal } from './restore/journal.js';
import { recover } from './restore/swap.js';
import type { TaskRunner } from './threads.js';

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
  /** Told when an interrupted restore was ended. */
  onRecovery: (report: RecoveryReport) => void;
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
 * Does something with the backups' lock held, after ending what a killed run left.
 * @throws McError `busy` naming who holds it
 */
export async function withLock<T>(
  context: BackupContext,
  purpose: string,
  work: (lock: Lock) => Promise<T>,
): Promise<T> {
  const lock = await lockBackups(context.files, purpose, context.clock.now());
  try {
    const recovered = await recover(context.files.journal);
    if (recovered) context.onRecovery(recovered);
    return await work(lock);
  } finally {
    await lock.release();
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
  let begun = false;
  const begin = () => {
    begun = true;
    return work();
  };
  try {
    return await withLock(context, purpose, begin);
  } catch (error) {
    if (begun || toMcError(error).code !== 'disk.full') throw error;
    const holder = await readLock(context.files.lock);
    if ((holder && (await isAlive(holder))) || (await readJournal(context.files.journal))) throw error;
    return work();
  }
}

/** Records how a stage went, and passes the result or the failure on. Being busy or misused is no failure of the stage. */
export async function recorded<T>(
  context: BackupContext,
  stage: Stage,
  work: () => Promise<T>,
  failureIn: (result: T) => string | null = () => null,
): Promise<T> {
  try {
    const result = await work();
    await recordStage(context.files.records, stage, context.clock.now(), failureIn(result));
    return result;
  } catch (thrown) {
    const error = toMcError(thrown);
    // A full disk may refuse the record as well; the failure itself must not be hidden by that.
    if (isFailure(error, stage))
      await recordStage(context.files.records, stage, context.clock.now(), error.message).catch(() => {});
    throw error;
  }
}

/** What a restore answers when it refuses a backup, or a place: nothing was touched, and backups work as before. */
const REFUSALS: ErrorCode[] = ['backup.corrupt', 'file.refused'];

/** Whether an error says that backups do not work, and not only that somebody was busy, wrong, refused or interrupted. */
export function isFailure({ code, exit }: McError, action: string): boolean {
  if (action === 'restore' && REFUSALS.includes(code)) return false;
  return code !== 'busy' && code !== 'interrupted' && exit !== EXIT.usage && exit !== EXIT.notFound;
}

/** The catalogue, with files not yet known read in a thread. */
export async function catalogOf(context: BackupContext): Promise<CatalogEntry[]> {
  return readCatalog(context.files, context.clock.now(), context.look);
}

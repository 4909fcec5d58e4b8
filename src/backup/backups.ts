import { type Clock, McError, rootsOf, type Settings, type WorkspaceLayout } from '../base/index.js';
import type {
  Backup,
  BackupCreated,
  BackupPreview,
  BackupProcedures,
  DrillReport,
  PruneReport,
  RecoveryReport,
  RestoreReport,
  VerifyReport,
} from '../protocol/index.js';
import { findBackup } from './catalog/catalog.js';
import { drillBackup, verifyAll, verifyBackup } from './operations/verify.js';
import { type BackupContext, catalogOf, realLayout } from './operations/context.js';
import { backupFiles } from './catalog/places.js';
import { type CreateOptions, createBackup, createSnapshot, previewBackup } from './operations/create.js';
import { backupProcedures } from './operations/procedures.js';
import { createLooks } from './jobs/looks.js';
import type { OnUpdate } from './progress.js';
import { readRecords, type Records } from './catalog/records.js';
import { restoreBackup, type RestoreOptions } from './operations/restore.js';
import { type RecoverOptions, recoverRestore } from './operations/recover.js';
import type { RetentionPolicy } from './retention.js';
import { deleteBackup, type PruneOptions, pruneBackups } from './operations/retire.js';
import { isPattern } from './tree/rules.js';
import { type TaskRunner, threadRunner } from './jobs/runner.js';
import { exportBackup, importBackup } from './operations/transfer.js';

/** The settings that concern backups. */
export type BackupSettings = Pick<
  Settings,
  | 'noBackups'
  | 'backupInterval'
  | 'backupKeepWithin'
  | 'backupKeepLast'
  | 'backupKeepDaily'
  | 'backupKeepWeekly'
  | 'backupKeepMonthly'
  | 'backupInclude'
  | 'backupExclude'
  | 'includeSecrets'
>;

/** Everything that can be done with the backups of one workspace. Each heavy piece runs in a worker thread. */
export interface Backups {
  list(): Promise<Backup[]>;
  /** @throws McError `backup.not_found`; `latest` is the newest full one, never a safety backup */
  get(id: string): Promise<Backup>;
  create(options?: CreateOptions, onUpdate?: OnUpdate): Promise<BackupCreated>;
  /** What `create` would make now. Writes nothing. */
  preview(options?: CreateOptions): Promise<BackupPreview>;
  snapshot(onUpdate?: OnUpdate): Promise<BackupCreated>;
  verify(id: string, deep?: boolean, onUpdate?: OnUpdate): Promise<VerifyReport>;
  verifyAll(deep?: boolean, onUpdate?: OnUpdate): Promise<VerifyReport[]>;
  drill(id?: string, onUpdate?: OnUpdate): Promise<DrillReport>;
  restore(id: string, options?: RestoreOptions, onUpdate?: OnUpdate): Promise<RestoreReport>;
  prune(options?: PruneOptions): Promise<PruneReport>;
  remove(id: string): Promise<Backup>;
  exportTo(id: string, file: string): Promise<{ backup: Backup; file: string }>;
  importFrom(file: string, onUpdate?: OnUpdate): Promise<Backup>;
  procedures(): Promise<BackupProcedures>;
  /** Each stage's last success and failure. */
  records(): Promise<Records>;
  /** Ends a restore that was killed; null when there was none. Every change does this as well, before it begins. */
  recover(options?: RecoverOptions): Promise<RecoveryReport | null>;
  /** Ends what is running; the next run cleans up after it. */
  stop(): Promise<void>;
}

export interface BackupsOptions {
  layout: WorkspaceLayout;
  settings: BackupSettings;
  clock: Clock;
  runner?: TaskRunner;
  /** Called when a restore that was killed has been finished or taken back. */
  onRecovery?: (report: RecoveryReport) => void;
  /** Called when it can be neither: other work goes on, and a person has to look (`recover`). */
  onStuck?: (error: McError) => void;
}

/**
 * Opens the backups of a workspace.
 * @throws McError `workspace.missing`, `config.invalid`
 */
export async function openBackups(options: BackupsOptions): Promise<Backups> {
  const { settings, clock, runner = threadRunner(), onRecovery = () => {}, onStuck = () => {} } = options;
  const layout = await realLayout(options.layout);
  const context: BackupContext = {
    layout,
    roots: await rootsOf(layout),
    files: backupFiles(layout),
    rules: rulesOf(settings),
    retention: retentionOf(settings),
    clock,
    runner,
    look: createLooks(runner),
    onRecovery,
    onStuck,
  };
  const list = async () => (await catalogOf(context)).map((entry) => entry.backup);
  return {
    list,
    get: async (id) => findBackup(await catalogOf(context), id, clock.now()).backup,
    create: (create = {}, onUpdate = silent) => createBackup(context, create, onUpdate),
    preview: (create = {}) => previewBackup(context, create),
    snapshot: (onUpdate = silent) => createSnapshot(context, onUpdate),
    verify: (id, deep = false, onUpdate = silent) => verifyBackup(context, id, deep, onUpdate),
    verifyAll: (deep = false, onUpdate = silent) => verifyAll(context, deep, onUpdate),
    drill: (id, onUpdate = silent) => drillBackup(context, id, onUpdate),
    restore: (id, restore = {}, onUpdate = silent) => restoreBackup(context, id, restore, onUpdate),
    prune: (prune = {}) => pruneBackups(context, prune),
    remove: (id) => deleteBackup(context, id),
    exportTo: (id, file) => exportBackup(context, id, file),
    importFrom: (file, onUpdate = silent) => importBackup(context, file, onUpdate),
    procedures: async () => backupProcedures(layout, await list(), clock.now()),
    records: () => readRecords(context.files.records),
    recover: (options = {}) => recoverRestore(context, options),
    stop: () => runner.stop(),
  };
}

const silent: OnUpdate = () => {};

function rulesOf(settings: BackupSettings): BackupContext['rules'] {
  const useless = [...settings.backupInclude, ...settings.backupExclude].find((pattern) => !isPattern(pattern));
  if (useless !== undefined) {
    throw new McError(
      'config.invalid',
      `${JSON.stringify(useless)} names no files for backups to take or to leave out`,
      {
        hint: 'mc config show --origin shows where backup-include and backup-exclude are set',
      },
    );
  }
  return {
    include: [...settings.backupInclude],
    exclude: [...settings.backupExclude],
    secrets: settings.includeSecrets,
  };
}

function retentionOf(settings: BackupSettings): RetentionPolicy {
  return {
    keepWithin: settings.backupKeepWithin,
    keepLast: settings.backupKeepLast,
    keepDaily: settings.backupKeepDaily,
    keepWeekly: settings.backupKeepWeekly,
    keepMonthly: settings.backupKeepMonthly,
    foreign: false,
  };
}

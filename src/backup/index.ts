/** Archives, their manifests, and how to get back from them. Its heavy work runs in worker threads. */
export { type Backups, type BackupSettings, type BackupsOptions, openBackups } from './backups.js';
export { openCommandBackups } from './for-command.js';
export type { CreateOptions } from './make.js';
export type { OnUpdate } from './progress.js';
export type { Records, Stage, StageRecord } from './records.js';
export type { RestoreOptions } from './restore-backup.js';
export type { RetentionPolicy } from './retention.js';
export { type BackupService, type BackupServiceOptions, createBackupService } from './service.js';

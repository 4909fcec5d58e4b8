/** Archives, their manifests, and how to get back from them. Its heavy work runs in worker threads. */
export { type Backups, type BackupSettings, openBackups } from './backups.js';
export { isFailing } from './catalog/records.js';
export { openCommandBackups } from './for-command.js';
export { type BackupService, createBackupService } from './service.js';

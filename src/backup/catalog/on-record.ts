import type { Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkspaceLayout } from '../../base/index.js';
import type { DatedBackup } from '../../protocol/index.js';
import { isSafetyLabel } from './safety-label.js';
import { backupFiles } from './places.js';
import { readRecords } from './records.js';
import { fromNaiveLocal, readMetadata } from './metadata.js';

/**
 * The full backups that are kept account of and still there: an archive that nobody has looked at yet is not one. Reads
 * the records alone, opens no archive and writes nothing; without a directory of backups there are none.
 */
export async function backupsOnRecord({ backups }: WorkspaceLayout): Promise<(DatedBackup & { id: string })[]> {
  return (await filesOnRecord(backups)).map(({ backup }) => backup);
}

/** The same, each with its file as it is now. */
async function filesOnRecord(backups: string): Promise<FileOnRecord[]> {
  const { cached, old } = await readMetadata(join(backups, 'backup_metadata.json'));
  const found: FileOnRecord[] = [];
  for (const name of await readdir(backups).catch(() => [])) {
    const [ours, theirs] = [cached.get(name), old.get(name)];
    const stats = await lstat(join(backups, name)).catch(() => null);
    if (!name.startsWith('backup_') || !stats?.isFile()) continue;
    if (stats.size !== (ours?.size ?? theirs?.size_bytes)) continue;
    const timestamp = ours?.timestamp ?? fromNaiveLocal(theirs?.timestamp ?? '');
    const id = name.slice('backup_'.length).replace(/\.tar\.gz$/, '');
    const safety = isSafetyLabel(ours?.label ?? null);
    if (timestamp === null) continue;
    found.push({ name, stats, backup: { id, backup_type: 'full', timestamp, safety } });
  }
  return found;
}

/**
 * What is on record about the archives that are still there: when each was verified, and what was wrong then. Reads the
 * records alone, as `backupsOnRecord`.
 */
export async function archivesOnRecord(layout: WorkspaceLayout): Promise<ArchiveOnRecord[]> {
  const { archives } = await readRecords(backupFiles(layout).records);
  return (await filesOnRecord(layout.backups)).map(({ name, stats, backup: { id, timestamp } }) => {
    const record = Object.hasOwn(archives, name) ? archives[name] : undefined;
    // Of another file under that name nothing is known.
    const known = record?.size === stats.size && record.mtime_ms === Math.floor(stats.mtimeMs) ? record : undefined;
    return { id, timestamp, verified_at: known?.verified_at ?? null, verify_error: known?.verify_error ?? null };
  });
}

interface FileOnRecord {
  name: string;
  stats: Stats;
  backup: DatedBackup & { id: string };
}

/** Times are ISO 8601 UTC. */
export interface ArchiveOnRecord {
  id: string;
  timestamp: string;
  /** Null: never, or its last verification failed. */
  verified_at: string | null;
  verify_error: string | null;
}

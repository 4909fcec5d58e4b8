import { basename, dirname } from 'node:path';
import { readRegular, wasRead, writeFileAtomic } from '../../base/index.js';
import type { Backup } from '../../protocol/index.js';

/** An entry as the old system wrote it. */
export interface OldEntry {
  id: string;
  timestamp: string;
  path: string;
  size_bytes: number;
  size_human: string;
  file_count: number;
  checksum: string;
  backup_type: string;
  compressed: boolean;
}

/** What the cache knows of one file in `mission-control/backups`. */
export interface CachedArchive {
  /** Of the file when the entry was made; another size or time voids the entry. */
  size: number;
  mtime_ms: number;
  checksum: string;
  file_count: number;
  /** ISO 8601 UTC. */
  timestamp: string;
  label: string | null;
  duration_ms: number | null;
  partial: boolean;
}

/** What `backup_metadata.json` says: the old system's entries, and our own beside them. By file name. */
export interface Metadata {
  old: Map<string, OldEntry>;
  cached: Map<string, CachedArchive>;
}

/** Old readers take exactly their own fields from an entry, so ours stand apart under this key. */
const OURS = 'mission_control';

/** A hundred thousand backups need less. */
const METADATA_BYTES = 128 * 1024 * 1024;

/** Reads the metadata file. Missing or corrupt: empty, the archives themselves are asked. */
export async function readMetadata(path: string): Promise<Metadata> {
  const metadata: Metadata = { old: new Map(), cached: new Map() };
  let value: Record<string, unknown> | null = null;
  try {
    const file = await readRegular(path, { limit: METADATA_BYTES });
    if (!wasRead(file)) return metadata;
    value = JSON.parse(file.bytes.toString('utf8')) as Record<string, unknown> | null;
  } catch {
    return metadata;
  }
  const listed = Array.isArray(value?.backups) ? (value.backups as unknown[]) : [];
  for (const entry of listed) if (isOldEntry(entry)) metadata.old.set(basename(entry.path), entry);
  const ours = value?.[OURS] as { archives?: Record<string, CachedArchive> } | undefined;
  for (const [name, entry] of Object.entries(ours?.archives ?? {})) {
    if (isCached(entry)) metadata.cached.set(name, entry);
  }
  return metadata;
}

/** Writes the metadata file, readable by the old system's tools. */
export async function writeMetadata(
  path: string,
  backups: Backup[],
  cached: Map<string, CachedArchive>,
  now: number,
): Promise<void> {
  const content = {
    last_updated: naiveLocal(now),
    backups: backups.filter((backup) => backup.backup_type !== 'snapshot').map(oldEntry),
    [OURS]: { version: 1, archives: Object.fromEntries(cached) },
  };
  // Of a workspace that is away nothing is begun anew.
  await writeFileAtomic(path, `${JSON.stringify(content, null, 2)}\n`, { below: dirname(dirname(path)) });
}

/** `2026-02-17T03:57:30.060316`, local time without a zone: what the old system's readers expect. */
export function naiveLocal(at: number): string {
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return `${local.toISOString().slice(0, 23)}000`;
}

/** Reads a naive local time as ISO 8601 UTC; null when it is not one. */
export function fromNaiveLocal(text: string): string | null {
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}

function oldEntry(backup: Backup): OldEntry {
  return {
    id: backup.id,
    timestamp: naiveLocal(Date.parse(backup.timestamp)),
    path: backup.path,
    size_bytes: backup.size_bytes,
    size_human: backup.size_human,
    file_count: backup.file_count,
    checksum: backup.checksum,
    backup_type: backup.backup_type,
    compressed: backup.compressed,
  };
}

function isOldEntry(value: unknown): value is OldEntry {
  const entry = value as Partial<OldEntry> | null;
  return (
    typeof entry === 'object' &&
    entry !== null &&
    typeof entry.id === 'string' &&
    typeof entry.path === 'string' &&
    typeof entry.timestamp === 'string' &&
    typeof entry.checksum === 'string'
  );
}

function isCached(value: unknown): value is CachedArchive {
  const entry = value as Partial<CachedArchive> | null;
  return (
    typeof entry === 'object' &&
    entry !== null &&
    typeof entry.size === 'number' &&
    typeof entry.mtime_ms === 'number' &&
    typeof entry.timestamp === 'string' &&
    typeof entry.checksum === 'string' &&
    typeof entry.file_count === 'number'
  );
}

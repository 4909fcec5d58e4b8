import type { Stats } from 'node:fs';
import { lstat, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { McError } from '../../base/index.js';
import { type Backup, newestBackup, oldSizeText } from '../../protocol/index.js';
import { readManifest } from '../archive/reader.js';
import { scanArchive } from '../archive/scan.js';
import { type BackupFiles, namesIn } from './places.js';
import { type BackupName, parseBackupName } from './ids.js';
import {
  type CachedArchive,
  fromNaiveLocal,
  type Metadata,
  type OldEntry,
  readMetadata,
  writeMetadata,
} from './metadata.js';
import { type ArchiveRecord, readRecords, type Records } from './records.js';
import { isSafetyLabel } from './safety-label.js';
import { unreadableBecause } from '../archive/unreadable.js';
import { checksumOf } from '../archive/inspect.js';

/** A backup and what the rest of the room needs to know of its file. */
export interface CatalogEntry {
  backup: Backup;
  name: string;
  /** False: nobody could read it when it was last tried. It may be sound all the same. */
  readable: boolean;
}

/**
 * Every backup in `mission-control/backups`, oldest first. The files are the truth: `backup_metadata.json` only saves
 * reading them again, and is written anew when it was missing, corrupt or stale.
 */
export async function readCatalog(
  files: BackupFiles,
  now: number,
  look: Look = lookAt,
  save = true,
): Promise<CatalogEntry[]> {
  const metadata = await readMetadata(files.metadata);
  const records = await readRecords(files.records);
  const cached = new Map<string, CachedArchive>();
  const entries: CatalogEntry[] = [];
  let fresh = true;
  // Newest first: that is what somebody waits for.
  const seen = (await namesIn(files.directory))
    .toSorted()
    .toReversed()
    .map(async (name) => {
      const parsed = parseBackupName(name);
      const stat = parsed ? await lstat(join(files.directory, name)).catch(() => null) : null;
      if (!parsed || !stat?.isFile()) return;
      const named = { files, name, parsed, records };
      const known = metadata.cached.get(name);
      const valid = known?.size === stat.size && known.mtime_ms === Math.floor(stat.mtimeMs);
      const found = valid ? known : await lookSafely(look, join(files.directory, name), metadata, known);
      if (found === null) return;
      if ('unreadable' in found) {
        // What was recorded of it stays: it may be readable again.
        if (known) cached.set(name, known);
        entries.push(unreadableEntry(named, stat, found.unreadable));
        return;
      }
      fresh &&= valid;
      cached.set(name, found);
      entries.push(entryOf(named, found));
    });
  // All have to end before a failure is passed on: none may still be reading.
  for (const result of await Promise.allSettled(seen)) if (result.status === 'rejected') throw result.reason;
  entries.sort((a, b) => compare(a.backup.timestamp, b.backup.timestamp) || compare(a.backup.id, b.backup.id));
  const recorded = entries.filter(({ name }) => cached.has(name));
  if (save && (!fresh || cached.size !== metadata.cached.size)) await saveCache(files, recorded, cached, now);
  return entries;
}

/**
 * The entry under an id. `latest` is the newest full one (`newestBackup`: never a safety backup), damaged or not: who
 * asks for it must hear of that. `now`: for `latest`, milliseconds since the epoch.
 * @throws McError `backup.not_found`
 */
export function findBackup(entries: CatalogEntry[], id: string, now = Number.POSITIVE_INFINITY): CatalogEntry {
  const latest = id === 'latest' ? newestFull(entries, now) : null;
  const entry = entries.find(({ backup, name }) => backup.id === (latest?.id ?? id) || name === id);
  if (entry) return entry;
  throw notFound(entries, id);
}

/**
 * What a drill proves and the runbook names by default: the newest full backup that is not known to be damaged,
 * a complete one if there is one.
 * @throws McError `backup.not_found`
 */
export function findSound(entries: CatalogEntry[], now: number): CatalogEntry {
  const sound = newestFull(entries, now, true) ?? newestFull(entries, now);
  const entry = entries.find(({ backup }) => backup === sound);
  if (entry) return entry;
  throw notFound(entries, 'latest');
}

function newestFull(entries: CatalogEntry[], now: number, sound = false): Backup | null {
  return newestBackup(
    entries.map(({ backup }) => backup),
    { type: 'full', sound },
    now,
  );
}

function notFound(entries: CatalogEntry[], id: string): McError {
  const onlySafety = id === 'latest' && entries.some(({ backup }) => backup.backup_type === 'full');
  return new McError('backup.not_found', `Backup not found: ${id}`, {
    hint: onlySafety
      ? 'only safety backups are there: name one by its id (mc backup list)'
      : 'mc backup list shows what there is',
  });
}

/** Puts an archive that was just made into the cache, so that nobody has to read it again. */
export async function rememberArchive(
  files: BackupFiles,
  name: string,
  archive: Omit<CachedArchive, 'size' | 'mtime_ms'>,
  now: number,
): Promise<void> {
  const metadata = await readMetadata(files.metadata);
  const stat = await lstat(join(files.directory, name));
  metadata.cached.set(name, { ...archive, size: stat.size, mtime_ms: Math.floor(stat.mtimeMs) });
  const records = await readRecords(files.records);
  const entries = [...metadata.cached].flatMap(([known, entry]) => {
    const parsed = parseBackupName(known);
    return parsed ? [entryOf({ files, name: known, parsed, records }, entry)] : [];
  });
  await saveCache(files, entries, metadata.cached, now);
}

/** What a record says of a file, unless the file is another by now. */
function recordOf(records: Records, name: string, size: number, mtimeMs: number): ArchiveRecord | null {
  const record = records.archives[name];
  return record?.size === size && record.mtime_ms === mtimeMs ? record : null;
}

/** Reads what the cache should know of a file. An argument, because a server does it in a thread. */
export type Look = (path: string, old: OldEntry | null) => Promise<CachedArchive>;

export const lookAt: Look = async (path, old) => {
  const parsed = parseBackupName(basename(path));
  const stat = await lstat(path);
  const base: CachedArchive = {
    size: stat.size,
    mtime_ms: Math.floor(stat.mtimeMs),
    checksum: old?.checksum || (await checksumOf(path)),
    file_count: typeof old?.file_count === 'number' ? old.file_count : 0,
    timestamp: (old && fromNaiveLocal(old.timestamp)) ?? new Date(parsed?.at ?? stat.mtimeMs).toISOString(),
    label: null,
    duration_ms: null,
    partial: false,
  };
  if (parsed?.type === 'snapshot') return { ...base, ...(await glanceAt(path)) };
  const manifest = await readManifestOf(path);
  if (manifest) {
    const { created_at, label, duration_ms, partial } = manifest;
    const file_count = manifest.files.filter((file) => file.type === 'file').length;
    return { ...base, timestamp: created_at, label, duration_ms, partial, file_count };
  }
  if (old) return base;
  const { files: found } = await scanArchive(path);
  return { ...base, file_count: found.filter((file) => file.type === 'file').length };
};

/** What was recorded earlier stays, even when the file has changed since: verifying and restoring must notice. */
async function lookAgain(
  look: Look,
  path: string,
  { old }: Pick<Metadata, 'old'>,
  known: CachedArchive | undefined,
): Promise<CachedArchive> {
  const found = await look(path, old.get(basename(path)) ?? null);
  return known ? { ...found, checksum: known.checksum } : found;
}

/** One archive that cannot be read must not hide the others: why it cannot be, or null when it is gone by now. */
async function lookSafely(
  look: Look,
  path: string,
  metadata: Pick<Metadata, 'old'>,
  known: CachedArchive | undefined,
): Promise<CachedArchive | { unreadable: string } | null> {
  try {
    return await lookAgain(look, path, metadata, known);
  } catch (error) {
    const reason = unreadableBecause(error);
    if (reason === null) throw error;
    return (await lstat(path).catch(() => null)) ? { unreadable: reason } : null;
  }
}

/** Known by its name and size only. It is not put into the cache: the next listing tries again. */
function unreadableEntry(named: Named, stat: Stats, reason: string): CatalogEntry {
  const archive: CachedArchive = {
    size: stat.size,
    mtime_ms: Math.floor(stat.mtimeMs),
    checksum: '',
    file_count: 0,
    timestamp: new Date(named.parsed.at).toISOString(),
    label: null,
    duration_ms: null,
    partial: false,
  };
  const { backup } = entryOf(named, archive);
  return { backup: { ...backup, verified_at: null, verify_error: reason }, name: named.name, readable: false };
}

/** A manifest that cannot be read makes a bad archive, not an unreadable catalogue: verifying shows it. */
async function readManifestOf(path: string) {
  try {
    return readManifest(path);
  } catch {
    return null;
  }
}

/** How many agents a snapshot holds, and whether some could not be read. */
async function glanceAt(path: string): Promise<Pick<CachedArchive, 'file_count' | 'partial'>> {
  try {
    const text = await readFile(path, 'utf8');
    const value = JSON.parse(text) as { agents?: Record<string, unknown>; problems?: unknown } | null;
    const partial = Array.isArray(value?.problems) && value.problems.length > 0;
    return { file_count: Object.keys(value?.agents ?? {}).length, partial };
  } catch {
    return { file_count: 0, partial: false };
  }
}

/** A file whose name is that of a backup, and where to look up what is on record about it. */
interface Named {
  files: BackupFiles;
  name: string;
  parsed: BackupName;
  records: Records;
}

function entryOf({ files, name, parsed, records }: Named, archive: CachedArchive): CatalogEntry {
  const record = recordOf(records, name, archive.size, archive.mtime_ms);
  const backup: Backup = {
    id: parsed.id,
    timestamp: archive.timestamp,
    path: join(files.directory, name),
    size_bytes: archive.size,
    size_human: oldSizeText(archive.size),
    file_count: archive.file_count,
    checksum: archive.checksum,
    backup_type: parsed.type,
    compressed: parsed.type !== 'snapshot',
    agent: parsed.agent,
    label: archive.label,
    safety: isSafetyLabel(archive.label),
    verified_at: record?.verify_error === null ? record.verified_at : null,
    verify_error: record?.verify_error ?? null,
    duration_ms: archive.duration_ms,
    partial: archive.partial,
    holds_at: record?.holds_at ?? null,
    origin: parsed.imported ? 'imported' : parsed.ours ? 'own' : 'old',
  };
  return { backup, name, readable: record?.unreadable !== true };
}

/** Only a cache: a read-only disk must not keep anybody from listing backups. */
async function saveCache(
  files: BackupFiles,
  entries: CatalogEntry[],
  cached: Map<string, CachedArchive>,
  now: number,
): Promise<void> {
  try {
    const backups = entries.map((entry) => entry.backup);
    await writeMetadata(files.metadata, backups, cached, now);
  } catch {
    // The next listing tries again.
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

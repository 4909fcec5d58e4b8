import type { Manifest, ManifestFile } from '../archive/manifest.js';
import { type Run, runsOf } from '../archive/runs.js';
import { METRICS_DATABASE } from '../tree/furniture.js';
import { LARGE_FILE } from './batch.js';
import { endingOf, type WalkedEntry } from '../tree/entry.js';

/** How an archive will be put together. */
export interface ArchivePlan {
  /** Directories and links: headers only, always written anew. */
  structure: WalkedEntry[];
  /** Runs of the previous archive whose files are all still the same. */
  copies: Run[];
  /** Small files to pack, in batches of one gzip member each. */
  batches: WalkedEntry[][];
  large: WalkedEntry[];
  databases: WalkedEntry[];
}

/** Bytes of tar in one gzip member: larger packs a percent better, smaller leaves more untouched when few files change. */
const BATCH_BYTES = 384 * 1024;
/** Smaller batches are not worth a member of their own. */
const LEAST_BATCH_BYTES = 64 * 1024;
const HEADER_BYTES = 512;

export { METRICS_DATABASE };

/** Decides which files are copied as they lie in the previous archive and which are packed, in batches. */
export function planArchive(entries: WalkedEntry[], previous: Manifest | null): ArchivePlan {
  const now = new Map(entries.map((entry) => [entry.path, entry]));
  const copies = previous
    ? runsOf(previous).filter((run) => run.files.every((file) => isSame(file, now.get(file.path))))
    : [];
  const copied = new Set(copies.flatMap((run) => run.files.map((file) => file.path)));
  const files = entries.filter((entry) => entry.type === 'file' && !copied.has(entry.path));
  return {
    structure: entries.filter((entry) => entry.type !== 'file'),
    copies,
    batches: batchesOf(files.filter((entry) => !entry.database && entry.size <= LARGE_FILE)),
    large: files.filter((entry) => !entry.database && entry.size > LARGE_FILE),
    databases: files.filter((entry) => entry.database),
  };
}

/**
 * Groups files so that a batch's tar bytes stay near the size of a member, and apart where another kind of file begins: a
 * deflater that has adapted itself to one kind does badly on the next.
 */
export function batchesOf(files: WalkedEntry[]): WalkedEntry[][] {
  const batches: WalkedEntry[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  let ending = '';
  for (const file of files) {
    const more = file.size + HEADER_BYTES;
    const turns = bytes >= LEAST_BATCH_BYTES && endingOf(file.path) !== ending;
    if (bytes + more > BATCH_BYTES || turns) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)?.push(file);
    bytes += more;
    ending = endingOf(file.path);
  }
  return batches;
}

/** Whether nothing but the metrics database differs from what an archive holds: then the archive still holds. */
export function stillHolds(previous: Manifest, entries: WalkedEntry[]): boolean {
  if (previous.partial) return false;
  const old = new Map(previous.files.filter((file) => counts(file.path)).map((file) => [file.path, file]));
  const now = entries.filter((entry) => counts(entry.path));
  return now.length === old.size && now.every((entry) => holdsEntry(old.get(entry.path), entry));
}

function counts(path: string): boolean {
  return path !== METRICS_DATABASE;
}

function holdsEntry(file: ManifestFile | undefined, entry: WalkedEntry): boolean {
  if (file?.type !== entry.type || file.mode !== entry.mode) return false;
  if (entry.type === 'symlink') return file.link === entry.link;
  // A directory's time moves when something aside is written and removed in it; what it holds is compared by itself.
  return entry.type === 'directory' || isSame(file, entry);
}

function isSame(file: ManifestFile, entry: WalkedEntry | undefined): boolean {
  return (
    entry !== undefined &&
    file.type === 'file' &&
    entry.type === 'file' &&
    // In use: the file can be the same while its log holds more.
    !entry.database &&
    file.identity !== undefined &&
    file.identity === entry.identity &&
    file.mode === entry.mode &&
    file.uid === entry.uid &&
    file.gid === entry.gid
  );
}

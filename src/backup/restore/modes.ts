import type { ManifestFile } from '../archive/manifest.js';

/** What SQLite keeps beside a database. */
export const SIDECARS = ['-wal', '-shm', '-journal'];

/** A file from an archive never gains the rights of its owner or group when it is run. */
export function safeMode(file: Pick<ManifestFile, 'type' | 'mode'>): number {
  return file.type === 'directory' ? file.mode & 0o3777 : file.mode & 0o777;
}

/**
 * A time in milliseconds as the system wants it. A hair more, because cutting 0.464 to nanoseconds can end at 0.463. Node
 * takes a negative number for "now", and only a Date for what it is: a time before 1970.
 */
export function timeOf(mtimeMs: number): number | Date {
  if (mtimeMs < 0) return new Date(mtimeMs);
  return mtimeMs % 1000 === 0 ? mtimeMs / 1000 : (mtimeMs + 0.001) / 1000;
}

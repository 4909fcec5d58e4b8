import type { ManifestFile } from '../archive/manifest.js';

/** What SQLite keeps beside a database. */
export const SIDECARS = ['-wal', '-shm', '-journal'];

/** A file from an archive never gains the rights of its owner or group when it is run. */
export function safeMode(file: Pick<ManifestFile, 'type' | 'mode'>): number {
  return file.type === 'directory' ? file.mode & 0o3777 : file.mode & 0o777;
}

/** Milliseconds as the system wants a file's time. A hair more, because cutting 0.464 to nanoseconds can end at 0.463. */
export function secondsOf(mtimeMs: number): string {
  // As a text: a number below zero Node takes for now.
  return String(mtimeMs % 1000 === 0 ? mtimeMs / 1000 : (mtimeMs + 0.001) / 1000);
}

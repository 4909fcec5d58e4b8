import { statfsSync } from 'node:fs';
import { McError } from '../base/index.js';

/** Bytes a normal user may still write where a directory lies. */
export type FreeSpace = (directory: string) => number;

export const freeSpace: FreeSpace = (directory) => {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
};

/** @throws McError `disk.full` when fewer than `bytes` are free where `directory` lies */
export function requireSpace(directory: string, bytes: number, what: string, free: FreeSpace = freeSpace): void {
  const available = free(directory);
  if (available >= bytes) return;
  throw new McError('disk.full', `${what} needs about ${humanSize(bytes)}, but only ${humanSize(available)} is free`, {
    hint: 'free some space (mc backup prune --dry-run shows what could go), then try again',
  });
}

/** @throws McError `disk.full` when fewer than `count` new files fit where `directory` lies; some systems do not say */
export function requireFiles(directory: string, count: number, what: string): void {
  const { files, ffree } = statfsSync(directory);
  if (files === 0 || ffree >= count) return;
  throw new McError('disk.full', `${what} makes ${count} files, and only ${ffree} more fit there`, {
    hint: 'remove files that are not needed, then try again',
  });
}

/** `0.4 KB`, `12.3 MB`: the old system's form. */
export function humanSize(bytes: number): string {
  let size = bytes / 1024;
  for (const unit of ['KB', 'MB', 'GB']) {
    if (size < 1024) return `${size.toFixed(1)} ${unit}`;
    size /= 1024;
  }
  return `${size.toFixed(1)} TB`;
}

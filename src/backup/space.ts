import { statfsSync } from 'node:fs';
import { McError } from '../base/index.js';
import { sizeText } from '../protocol/index.js';

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
  throw new McError('disk.full', `${what} needs about ${sizeText(bytes)}, but only ${sizeText(available)} is free`, {
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

import type { Stats } from 'node:fs';
import { errnoOf } from './errors.js';

/** Why the file system refuses something, in words without its path: "permission denied". */
export function reasonOf(error: unknown): string {
  const code = errnoOf(error);
  return (code === null ? undefined : REASONS[code]) ?? `cannot be read (${code ?? String(error)})`;
}

/** What stands in the place of a regular file, with its article: "a directory", "a FIFO". */
export function kindOfFile(stats: Stats): string {
  if (stats.isDirectory()) return 'a directory';
  if (stats.isFIFO()) return 'a FIFO';
  if (stats.isSymbolicLink()) return 'a symbolic link';
  return stats.isSocket() ? 'a socket' : 'a device';
}

const REASONS: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EROFS: 'the file system is mounted read-only',
  EBUSY: 'in use as a mount point',
  ETXTBSY: 'in use',
  ELOOP: 'symbolic link loop',
  EISDIR: 'is a directory',
  ENOTDIR: 'is not a directory',
  ENOENT: 'is missing',
  ENXIO: 'is a socket',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files',
  ENAMETOOLONG: 'the name is too long',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file is too large for this file system',
  EIO: 'the disk reports an error',
  ESTALE: 'the network file system lost the file',
};

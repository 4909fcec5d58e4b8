import type { Stats } from 'node:fs';
import type { ErrorCode } from '../protocol/index.js';

/** Why the file system refuses something, in words without its path: "permission denied". */
export function reasonOf(error: unknown): string {
  const code = errnoOf(error);
  return (code === null ? undefined : REFUSALS[code]?.reason) ?? `cannot be read (${code ?? String(error)})`;
}

type Kind = Pick<Stats, 'isDirectory' | 'isFIFO' | 'isSymbolicLink' | 'isSocket'>;

/** What stands in the place of a regular file, with its article: "a directory", "a FIFO". */
export function kindOfFile(stats: Kind): string {
  if (stats.isDirectory()) return 'a directory';
  if (stats.isFIFO()) return 'a FIFO';
  if (stats.isSymbolicLink()) return 'a symbolic link';
  return stats.isSocket() ? 'a socket' : 'a device';
}

/** What a refusal of the file system means: why, as which error it is reported, and what to do about it. */
export interface Refusal {
  reason: string;
  code: ErrorCode;
  hint: string;
}

/** The one table of what a file system refuses, by errno. */
export const REFUSALS: Readonly<Record<string, Refusal>> = {
  EACCES: denied('permission denied', 'give this user the right to read and write it (ls -ld shows who has it)'),
  EPERM: denied('operation not permitted', 'it is protected, or another user owns it (lsattr and ls -ld show which)'),
  EROFS: denied(
    'the file system is mounted read-only',
    'mount it writable (findmnt shows its mount), or use another place',
  ),
  EBUSY: blocked('in use as a mount point', 'mount the directory around it instead, or unmount it'),
  ETXTBSY: blocked('in use', 'stop the program that uses it, then try again'),
  ELOOP: blocked('symbolic link loop', 'remove the link'),
  EISDIR: blocked('is a directory', 'move the directory out of the way'),
  ENOTDIR: blocked('is not a directory', 'move what stands in place of the directory out of the way'),
  EEXIST: blocked('something else stands in its place', 'move it out of the way'),
  ENOTEMPTY: blocked('the directory is not empty', 'move what is in it out of the way'),
  ENOENT: blocked('is missing', 'bring it back, then try again'),
  ENXIO: blocked('is a socket', 'move it out of the way'),
  EXDEV: blocked('lies on another file system', 'use a place on the same file system'),
  ENAMETOOLONG: blocked('the name is too long', 'use a shorter name or path'),
  EMFILE: { reason: 'too many open files', code: 'io', hint: 'raise the limit (ulimit -n), or try again later' },
  ENFILE: { reason: 'too many open files', code: 'io', hint: 'raise fs.file-max, or try again later' },
  ENOSPC: full('the disk is full', 'free some space, then try again'),
  EDQUOT: full('the disk quota is used up', 'free some space or raise the quota (quota -s shows it), then try again'),
  EFBIG: full('the file is too large for this file system', 'use another file system, or a smaller file'),
  EIO: { reason: 'the disk reports an error', code: 'io', hint: 'look at the disk (dmesg shows more)' },
  ESTALE: { reason: 'the network file system lost the file', code: 'io', hint: 'mount it again, then try again' },
};

/** Codes of errors that come from the file system itself, and not from what a file holds. */
export function isSystemCode(code: ErrorCode): boolean {
  return code === 'io' || code === 'file.denied' || code === 'file.blocked';
}

/** The errno name (`ENOENT`) of a system error, or null. */
export function errnoOf(thrown: unknown): string | null {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return null;
  return typeof thrown.code === 'string' && /^E[A-Z0-9]+$/.test(thrown.code) ? thrown.code : null;
}

/**
 * A system error that names the file which was meant, not the name aside or the descriptor that it was written through.
 * Every other error stays as it is.
 */
export function calledBy(path: string, error: unknown): unknown {
  return error instanceof Error && errnoOf(error) !== null ? Object.assign(error, { path }) : error;
}

function denied(reason: string, hint: string): Refusal {
  return { reason, code: 'file.denied', hint };
}

function blocked(reason: string, hint: string): Refusal {
  return { reason, code: 'file.blocked', hint };
}

function full(reason: string, hint: string): Refusal {
  return { reason, code: 'disk.full', hint };
}

import { errnoOf, isSystemCode, reasonOf, toMcError } from '../../base/index.js';

/**
 * Why a file among the backups cannot be read, when the system says so; null for every other error. An archive that
 * nobody can read is not known to be damaged: the disk, its mount or the file's mode may be.
 */
export function unreadableBecause(thrown: unknown): string | null {
  const { code, message } = toMcError(thrown);
  if (!isSystemCode(code)) return null;
  const errno = errnoOf(thrown);
  if (errno !== null) return `cannot be read: ${errno}: ${reasonOf(thrown)}`;
  // From a worker comes `/path: permission denied (EACCES)`: the path is named already.
  return `cannot be read: ${message.slice(message.lastIndexOf(': ') + 1).trim()}`;
}

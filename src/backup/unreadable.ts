import { toMcError } from '../base/index.js';

/**
 * Why a file among the backups cannot be read, when the system says so; null for every other error. An archive that
 * nobody can read is not known to be damaged: the disk, its mount or the file's mode may be.
 */
export function unreadableBecause(thrown: unknown): string | null {
  const { code, message } = toMcError(thrown);
  // `EACCES: permission denied, open '/path'`: the path is told already.
  return code === 'io' ? `cannot be read: ${message.split(', ', 1)[0]}` : null;
}

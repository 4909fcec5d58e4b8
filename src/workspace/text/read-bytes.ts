import { lstat } from 'node:fs/promises';
import { LEADS_OUT, readRegular, rootsOf, wasRead, workspaceLayout } from '../../base/index.js';
import type { ParsedJson } from './json.js';

/** Size limits, in bytes. */
export const LIMITS = { json: 16 * 1024 * 1024, text: 1024 * 1024 } as const;

/** What a link that dangles is called. */
export const LEADS_NOWHERE = 'symbolic link that leads nowhere';

/** A file that was read. */
export interface FoundFile {
  bytes: Uint8Array;
  /** Milliseconds since the epoch. */
  mtimeMs: number;
  size: number;
  /** What the bytes say as JSON, when they have been parsed already. */
  json?: ParsedJson;
}

/** A file that is there but was not read, and why (`is a directory`, `larger than 16 MB, not read`). */
export interface RefusedFile {
  refused: string;
  mtimeMs: number | null;
}

/** True for a file that was read. */
export function isFound(file: FoundFile | RefusedFile | undefined): file is FoundFile {
  return file !== undefined && 'bytes' in file;
}

/**
 * Reads a regular file of at most `limit` bytes. Null when there is none. What is not a file, is too large, not ours to read or
 * lies outside of the real paths `within` (absent: the workspace as it is now) is refused with its reason; nothing throws.
 */
export async function readBytes(
  root: string,
  path: string,
  limit: number,
  within?: readonly string[],
): Promise<FoundFile | RefusedFile | null> {
  const file = await readRegular(path, { limit, within: within ?? (await rootsOf(workspaceLayout(root))) });
  if (wasRead(file)) return { bytes: file.bytes, mtimeMs: file.stats.mtimeMs, size: file.bytes.length };
  if (file !== null) {
    // Only an edit of a file of the workspace is a sign of life: not what happens in a directory, a FIFO or outside.
    const { stats, reason } = file;
    return { refused: reason, mtimeMs: stats?.isFile() && reason !== LEADS_OUT ? stats.mtimeMs : null };
  }
  return (await isLink(path)) ? { refused: LEADS_NOWHERE, mtimeMs: null } : null;
}

async function isLink(path: string): Promise<boolean> {
  const own = await lstat(path).catch(() => null);
  return own?.isSymbolicLink() ?? false;
}

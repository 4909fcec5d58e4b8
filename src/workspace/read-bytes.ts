import { type Stats, constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { errnoOf } from '../base/index.js';
import type { FoundFile, RefusedFile } from './agent-files.js';

/** Size limits, in bytes. */
export const LIMITS = { json: 16 * 1024 * 1024, text: 1024 * 1024 } as const;

// Without O_NONBLOCK opening a FIFO would wait for a writer for ever; without O_NOFOLLOW a symbolic link could lead out.
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

/**
 * Reads a regular file of at most `limit` bytes. Null when there is none. What is no file, too large, not ours to read or a
 * symbolic link that leads out of `root` is refused with its reason; nothing throws.
 */
export async function readBytes(root: string, path: string, limit: number): Promise<FoundFile | RefusedFile | null> {
  try {
    return await readAt(path, limit);
  } catch (error) {
    if (errnoOf(error) === 'ELOOP') return readLinked(root, path, limit);
    return refusal(error);
  }
}

/** The real path of a symbolic link, or why it may not be followed. */
export async function followLink(root: string, path: string): Promise<{ path: string } | { refused: string }> {
  try {
    const [target, home] = await Promise.all([realpath(path), realpath(root)]);
    return target.startsWith(home + sep)
      ? { path: target }
      : { refused: 'symbolic link that leads out of the workspace' };
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT') return { refused: 'symbolic link that leads nowhere' };
    return { refused: code === 'ELOOP' ? 'symbolic link loop' : reasonOf(error) };
  }
}

/** Why a file cannot be read, in words without its path. */
export function reasonOf(error: unknown): string {
  const code = errnoOf(error);
  return (code === null ? undefined : REASONS[code]) ?? `cannot be read (${code ?? String(error)})`;
}

const REASONS: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ELOOP: 'symbolic link loop',
  EISDIR: 'is a directory',
  ENOTDIR: 'is no directory',
  ENXIO: 'is a socket',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files',
  ENAMETOOLONG: 'the name is too long',
};

async function readLinked(root: string, path: string, limit: number): Promise<FoundFile | RefusedFile | null> {
  const target = await followLink(root, path);
  if ('refused' in target) return { refused: target.refused, mtimeMs: null };
  try {
    return await readAt(target.path, limit);
  } catch (error) {
    return refusal(error);
  }
}

async function readAt(path: string, limit: number): Promise<FoundFile | RefusedFile> {
  const handle = await open(path, FLAGS);
  try {
    const stats = await handle.stat();
    const { mtimeMs } = stats;
    if (!stats.isFile()) return { refused: `is ${kindOfFile(stats)}`, mtimeMs };
    const tooLarge = { refused: `larger than ${limit / 1024 / 1024} MB, not read`, mtimeMs };
    if (stats.size > limit) return tooLarge;
    const bytes = await readAll(handle, stats.size, limit);
    return bytes === null ? tooLarge : { bytes, mtimeMs, size: bytes.length };
  } finally {
    await handle.close();
  }
}

/** One read for a file that keeps its size; a file that grows meanwhile is read to its end, or null past the limit. */
async function readAll(handle: FileHandle, size: number, limit: number): Promise<Buffer | null> {
  let buffer = Buffer.allocUnsafe(size + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
    length += bytesRead;
    if (length > limit) return null;
    if (length < buffer.length) return buffer.subarray(0, length);
    buffer = Buffer.concat([buffer], Math.min(buffer.length * 2, limit + 1));
  }
}

function kindOfFile(stats: Stats): string {
  if (stats.isDirectory()) return 'a directory';
  if (stats.isFIFO()) return 'a FIFO';
  return stats.isSocket() ? 'a socket' : 'a device';
}

function refusal(error: unknown): RefusedFile | null {
  const code = errnoOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR' ? null : { refused: reasonOf(error), mtimeMs: null };
}

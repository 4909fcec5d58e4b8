import { lstat, stat } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { McError, errnoOf } from '../base/index.js';
import { isFound } from './agent-files.js';
import { encodingOf } from './decode.js';
import { work } from './desk.js';
import { LIMITS, followLink, readBytes } from './read-bytes.js';

/** A file that is about to be replaced: where it really lies and what it holds (null: it is not there yet). */
export interface WriteTarget {
  path: string;
  bytes: Uint8Array | null;
}

/**
 * Reads a file right before it is written. `name` is what an error calls it.
 * @throws McError `state.unreadable` for what is no readable file, `file.refused` for a link out of the workspace,
 *   `workspace.missing`: one that has vanished is not begun anew by who only wants to add to it
 */
export async function openTarget(root: string, path: string, name: string): Promise<WriteTarget> {
  const target = await targetPath(root, path, name);
  const file = await readBytes(root, target, LIMITS.json);
  if (file === null) {
    await requireWorkspace(root);
    return { path: target, bytes: null };
  }
  if (isFound(file)) {
    requireUtf8(file.bytes, name);
    return { path: target, bytes: file.bytes };
  }
  throw new McError('state.unreadable', `${name}: ${file.refused}`);
}

/** What we write is UTF-8: within a text of another encoding it would be garbage. */
function requireUtf8(bytes: Uint8Array, name: string): void {
  const encoding = encodingOf(bytes);
  if (encoding === 'utf-8') return;
  throw new McError('state.unreadable', `${name} is written in ${encoding.toUpperCase()}, and mc writes UTF-8 only`, {
    hint: 'convert it first: iconv -f UTF-16 -t UTF-8',
  });
}

/**
 * The same for a file that must hold a JSON object (or not be there). Half-written JSON is read a second time.
 * @throws McError also `state.unreadable` for what is no JSON object: it is never overwritten
 */
export async function openJsonTarget(root: string, path: string, name: string, retryMs: number): Promise<WriteTarget> {
  const target = await openTarget(root, path, name);
  if ((await reasonAgainst(target)) === null) return target;
  await wait(retryMs);
  const again = await openTarget(root, path, name);
  const reason = await reasonAgainst(again);
  if (reason === null) return again;
  throw new McError('state.unreadable', `${name}: ${reason}`, { hint: 'mend or remove the file, then try again' });
}

async function requireWorkspace(root: string): Promise<void> {
  if ((await stat(root).catch(() => null))?.isDirectory()) return;
  throw new McError('workspace.missing', 'the workspace is missing', {
    hint: 'bring its directory back, then try again',
  });
}

/** Writing through a link keeps the link: its target is replaced. */
async function targetPath(root: string, path: string, name: string): Promise<string> {
  try {
    if (!(await lstat(path)).isSymbolicLink()) return path;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return path;
    throw error;
  }
  const real = await followLink(root, path);
  if ('refused' in real) throw new McError('file.refused', `${name}: ${real.refused}`);
  return real.path;
}

/** Why a file cannot be edited as a JSON object; null when it can. */
async function reasonAgainst({ bytes }: WriteTarget): Promise<string | null> {
  return bytes === null ? null : work('againstObject', bytes.length, bytes);
}

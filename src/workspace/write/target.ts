import { stat } from 'node:fs/promises';
import { dirname, sep } from 'node:path';
import {
  editFile,
  errnoOf,
  type FileEdit,
  makeDirectory,
  McError,
  rootsOf,
  toMcError,
  workspaceLayout,
} from '../../base/index.js';
import { encodingOf } from '../text/decode.js';
import { whenDone, workOrWait } from '../read/thread.js';
import { LIMITS } from '../text/read-bytes.js';

/** Where a writer may write. */
export interface Ground {
  root: string;
  /** The real directories that are the workspace (`rootsOf`); asked anew when absent. */
  roots?: readonly string[] | undefined;
}

/** A change of a file of the workspace. `name` is what an error calls it. */
export interface TargetEdit extends Pick<FileEdit, 'path' | 'kind' | 'edit' | 'settleMs'> {
  name: string;
}

/**
 * Changes a file of the workspace, or begins it, in a directory that is there. Links are followed within the workspace.
 * @throws McError `workspace.missing`: what has vanished is not begun anew by who only wants to add to it; `file.refused` for
 *   what leads out; `state.unreadable` for what is not a readable file; `busy`; what the file system refuses, each by its
 *   own name
 */
export async function editTarget({ root, roots }: Ground, { name, ...edit }: TargetEdit): Promise<void> {
  const layout = workspaceLayout(root);
  try {
    const checked: TargetEdit['edit'] = (old, settled) => {
      if (old !== null && !isBlank(old)) requireUtf8(old, name);
      return edit.edit(old, settled);
    };
    await editFile({ ...edit, edit: checked, within: roots ?? (await rootsOf(layout)), limit: LIMITS.json });
  } catch (error) {
    if (isNoDirectory(error)) await requireWorkspace(root);
    throw named(toMcError(error, layout.root), layout.root, edit.path, name);
  }
}

/** The same for a file whose directory is made when it is missing. */
export async function editOrBegin(ground: Ground, edit: TargetEdit): Promise<void> {
  try {
    await editTarget(ground, edit);
  } catch (error) {
    if (!(error instanceof McError) || !isNoDirectory(error.cause)) throw error;
    const layout = workspaceLayout(ground.root);
    await makeDirectory(dirname(edit.path), layout.missionControl).catch((reason: unknown) => {
      throw toMcError(reason, layout.root);
    });
    await editTarget(ground, edit);
  }
}

/** True when it is the directory that is missing, or is none, and not the file. */
export function isNoDirectory(error: unknown): boolean {
  return errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR';
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
 * An edit of a file that must hold a JSON object, or nothing: a file that was made and never filled (a crash leaves such) is
 * begun anew. Everything else is never overwritten.
 * @throws McError (the edit) `state.unreadable`
 */
export function jsonEdit(name: string, change: TargetEdit['edit']): TargetEdit['edit'] {
  return (old, settled) => {
    if (old === null || (settled && isBlank(old))) return change(null, settled);
    return whenDone(workOrWait('againstObject', old.length, old), (reason) => {
      if (reason === null) return change(old, settled);
      throw new McError('state.unreadable', `${name}: ${reason}`, { hint: 'mend or remove the file, then try again' });
    });
  };
}

async function requireWorkspace(root: string): Promise<void> {
  if ((await stat(root).catch(() => null))?.isDirectory()) return;
  throw new McError('workspace.missing', 'the workspace is missing', {
    hint: 'bring its directory back, then try again',
  });
}

/** Base knows paths only; people know `state.json of builder`, and files by where they are in the workspace. */
function named(error: McError, root: string, path: string, name: string): McError {
  const { code, hint, cause, message } = error;
  const known = message.startsWith(`${path}: `) ? name + message.slice(path.length) : message.replace(root + sep, '');
  return known === message ? error : new McError(code, known, { ...(hint === null ? {} : { hint }), cause });
}

/** Nothing but blanks, or the zeros of a file whose bytes a crash has lost. */
function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0 || byte === 0x20 || (byte >= 0x09 && byte <= 0x0d));
}

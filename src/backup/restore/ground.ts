import { lstatSync, type Stats } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, isWithin, McError, type WorkspaceLayout } from '../../base/index.js';
import { LINKABLE } from '../tree/links.js';

/** Where a restore writes. */
export interface Ground {
  /** The directory restored into. */
  root: string;
  /** Where the operator's own links lead (`mission-control` and `mission-control/agents`, no others): by path, real paths. */
  links: Record<string, string>;
}

const INNER_FIRST = LINKABLE.toReversed();

/** Where a path of the workspace lies on disk. */
export function at({ root, links }: Ground, path: string): string {
  for (const link of INNER_FIRST) {
    const target = links[link];
    if (target !== undefined && (path === link || path.startsWith(`${link}/`)))
      return join(target, path.slice(link.length));
  }
  return join(root, path);
}

/**
 * The ground of a workspace. `roots`: its real roots as they were when the server or the command began (`rootsOf`): a link
 * that leads elsewhere by now is an agent's, and is not followed.
 * @throws McError `file.refused` when one of the links leads nowhere
 */
export async function groundOf(layout: WorkspaceLayout, roots: readonly string[]): Promise<Ground> {
  const links: Record<string, string> = {};
  for (const path of LINKABLE) {
    const full = join(layout.root, path);
    const found = await lstat(full).catch(() => null);
    if (!found?.isSymbolicLink()) continue;
    const real = await realpath(full).catch(() => null);
    if (real === null) {
      throw new McError(
        'file.refused',
        `${path} is a symbolic link that leads nowhere: nothing is restored through it`,
        {
          hint: 'is its disk mounted? mount it, or put a directory in its place, then try again',
        },
      );
    }
    if (isWithin(real, roots)) links[path] = real;
  }
  return { root: layout.root, links };
}

/** The ground of a directory that is not the workspace: no link in it is followed. */
export function groundElsewhere(root: string): Ground {
  return { root, links: {} };
}

/** What an error says when nothing can be there: no such name, or one that this file system cannot have. */
const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'EINVAL', 'EILSEQ']);

/** A path's own stat; null when nothing is there, or could be. */
export function lstatOf(path: string): Stats | null {
  try {
    // Most names that a restore asks for are free: an error for each would cost ten times as much as the look.
    return lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    if (ABSENT.has(errnoOf(error) ?? '')) return null;
    throw error;
  }
}

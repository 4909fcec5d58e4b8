import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { HeldDirectory } from './held-directory.js';

/** Whose a file is and who may do what with it. */
export interface Ownership {
  mode: number;
  uid: number;
  gid: number;
}

/** A file that is complete but has no name of its own yet; open until it is closed. */
export interface Aside {
  path: string;
  handle: FileHandle;
}

export interface AsideOptions {
  /** The file that it will replace: owner, group and permission bits are taken from it. */
  like: Ownership | null;
  /** Permission bits; those of `like`, else 0644 under the umask. */
  mode?: number | undefined;
  /** False: its bytes may still be lost with the power when this resolves. */
  sync: boolean;
}

/**
 * Writes a file aside in a directory, under a name that watchers pass over.
 * @throws the system's error; nothing is left behind then
 */
export async function writeAside(
  held: HeldDirectory,
  name: string,
  data: string | Uint8Array,
  { like, mode, sync }: AsideOptions,
): Promise<Aside> {
  const path = join(held.path, asideName(name));
  const handle = await open(path, 'wx', mode ?? (like === null ? 0o644 : 0o600));
  try {
    await handle.writeFile(data);
    if (like !== null) await takeOver(handle, like, mode);
    if (sync) await handle.sync();
    return { path, handle };
  } catch (error) {
    await dropAside({ path, handle });
    throw error;
  }
}

/** Closes it and takes its name away, if it still has that. */
export async function dropAside({ path, handle }: Aside): Promise<void> {
  await handle.close();
  await rm(path, { force: true }).catch(() => {
    // Its directory is gone or has become read-only: the error that led here says more.
  });
}

/** True for names that writers of ours use for files aside: watchers and readers pass them over. */
export function isAsideName(name: string): boolean {
  return name.startsWith('.') && name.endsWith('.mc-tmp');
}

/** A name aside for a file of this name. */
function asideName(name: string): string {
  // Long names are cut so that the name aside still fits into the 255 bytes a file system takes.
  let start = name.slice(0, 60);
  while (Buffer.byteLength(start) > 120) start = start.slice(0, -1);
  return `.${start}.${randomBytes(6).toString('hex')}.mc-tmp`;
}

/**
 * Owner, group and mode of the file that is replaced. Only root may give a file away, and others a group they are in: where
 * the group cannot stay, the new one may do what everybody might before, and no more.
 */
async function takeOver(handle: FileHandle, like: Ownership, mode: number | undefined): Promise<void> {
  const own = await handle.stat();
  const given = (own.uid === like.uid && own.gid === like.gid) || (await succeeds(handle.chown(like.uid, like.gid)));
  const grouped = given || own.gid === like.gid || (await succeeds(handle.chown(own.uid, like.gid)));
  let bits = mode ?? like.mode & 0o7777;
  if (!given) bits &= ~0o4000;
  if (!grouped) bits = (bits & ~0o2070) | (bits & 0o070 & (bits << 3));
  // File systems without modes refuse every change of them.
  await succeeds(handle.chmod(bits));
}

function succeeds(step: Promise<void>): Promise<boolean> {
  return step.then(
    () => true,
    () => false,
  );
}

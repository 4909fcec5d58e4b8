import { chmod, lstat } from 'node:fs/promises';
import { makeDirectory } from './atomic.js';
import { McError } from './errors.js';
import { readRegular, wasRead } from './open-file.js';

const OTHERS_MAY_WRITE = 0o022;
/** Records are some hundred bytes. */
const LIMIT = 64 * 1024;

/**
 * Makes a directory of this user's own, mode 0700, unless it is there.
 * @throws McError `config.invalid` for one that others can write; the system's error where it cannot be made
 */
export async function makeOwnDirectory(directory: string): Promise<void> {
  await makeDirectory(directory);
  const { mode, uid } = await lstat(directory);
  if (uid === process.getuid?.()) await chmod(directory, 0o700);
  else if ((mode & OTHERS_MAY_WRITE) !== 0) {
    throw new McError('config.invalid', `${directory} can be written by others`, { hint: `chmod 700 ${directory}` });
  }
}

/** What a JSON file of this user's own says; null when there is none, or somebody else could have written it. */
export async function readOwn(path: string): Promise<unknown> {
  const file = await readRegular(path, { limit: LIMIT });
  if (!wasRead(file) || !isOwn(file.stats)) return null;
  try {
    return JSON.parse(file.bytes.toString('utf8')) as unknown;
  } catch {
    return null;
  }
}

function isOwn({ uid, mode }: { uid: number; mode: number }): boolean {
  const own = process.getuid?.();
  return own === undefined || (uid === own && (mode & OTHERS_MAY_WRITE) === 0);
}

import { lstat, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errnoOf } from '../../base/index.js';

/** One file of a log. */
export interface LogPart {
  path: string;
  /** Tells it from another that has its name by now. */
  ino: number;
  size: number;
  /** When something was last written to it, milliseconds since the epoch. */
  changedAt: number;
}

/**
 * The files of a log, oldest first: `server.log.2`, `server.log.1`, `server.log`. Links and other things beside them are none.
 * @throws the system's error, but for a directory that is not there
 */
export async function logParts(path: string): Promise<LogPart[]> {
  const name = basename(path);
  const names = await readdir(dirname(path)).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  });
  const found = names.flatMap((entry) => {
    if (entry === name) return [{ entry, age: 0 }];
    const number = entry.startsWith(`${name}.`) ? entry.slice(name.length + 1) : '';
    return /^[1-9]\d{0,3}$/.test(number) ? [{ entry, age: Number(number) }] : [];
  });
  const parts = await Promise.all(
    found
      .sort((one, other) => other.age - one.age)
      .map(async ({ entry }): Promise<LogPart | null> => {
        const stats = await lstat(join(dirname(path), entry)).catch(() => null);
        if (!stats?.isFile()) return null;
        return { path: join(dirname(path), entry), ino: stats.ino, size: stats.size, changedAt: stats.mtimeMs };
      }),
  );
  return parts.flatMap((part) => part ?? []);
}

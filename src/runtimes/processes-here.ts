import { readFileSync, statSync } from 'node:fs';
import { errnoOf } from '../base/index.js';
import type { Processes } from './processes.js';

/** The processes of this machine. What it knows of locks is of the moment in which it was made: make one per look. */
export function processesHere(platform: NodeJS.Platform = process.platform): Processes {
  if (platform !== 'linux') return { startOf: () => undefined, holdsLock: () => null };
  let locks: Set<string> | null | undefined;
  return {
    startOf: linuxStart,
    holdsLock(path) {
      locks ??= readLocks();
      if (locks === null) return null;
      try {
        const { dev, ino } = statSync(path, { bigint: true });
        return locks.has(lockKey(dev, ino));
      } catch {
        return false;
      }
    },
  };
}

/** Field 22 of /proc/<pid>/stat. The second field, a name in parentheses, may hold spaces and parentheses itself. */
function linuxStart(pid: number): string | null | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  } catch (error) {
    return errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ESRCH' ? null : undefined;
  }
}

/** `major:minor:inode` of every file with a lock of flock or fcntl; null: this system does not say. */
function readLocks(): Set<string> | null {
  try {
    const found = readFileSync('/proc/locks', 'latin1').matchAll(/ ([0-9a-f]+):([0-9a-f]+):(\d+) /g);
    return new Set(
      [...found].map(
        ([, major, minor, inode]) =>
          `${Number.parseInt(major as string, 16)}:${Number.parseInt(minor as string, 16)}:${inode as string}`,
      ),
    );
  } catch {
    return null;
  }
}

/** The kernel shows a device by its major and minor number, `stat` as one number of both. */
function lockKey(dev: bigint, ino: bigint): string {
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);
  const minor = (dev & 0xffn) | ((dev >> 12n) & ~0xffn);
  return `${major}:${minor}:${ino}`;
}

import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { McError } from './errors.js';
import { isWithin, LEADS_OUT, linksLeadOut } from './leads.js';
import { realPathOf } from './open-file.js';

/** A directory that is held open: whatever is done to its name meanwhile, what is written through it goes into it. */
export interface HeldDirectory {
  /** What to put before a name in it. On Linux this names the open directory itself, elsewhere its real path. */
  path: string;
  /** Where it lay when it was opened, without links. */
  real: string;
  stats: Stats;
  /** Makes a rename in it survive a power cut; left out where the system cannot. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a directory and makes sure that it lies in one of the real paths `within` (absent: anywhere).
 * @throws McError `file.refused` when it leads out; the system's error (ENOENT, ENOTDIR, EACCES …)
 */
export async function holdDirectory(path: string, within?: readonly string[]): Promise<HeldDirectory> {
  const handle = await openDirectory(path, within);
  try {
    const stats = await handle.stat();
    const real = await realPathOf(handle.fd, path, stats);
    if (!isWithin(real, within)) throw leadsOut(path);
    return held(handle, real, stats);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function openDirectory(path: string, within: readonly string[] | undefined): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    // Whether it is there, and whether it may be opened, is nobody's concern where it leads out.
    throw linksLeadOut(path, within) ? leadsOut(path) : error;
  }
}

function leadsOut(path: string): McError {
  return new McError('file.refused', `${path}: ${LEADS_OUT}`);
}

function held(handle: FileHandle, real: string, stats: Stats): HeldDirectory {
  return {
    path: process.platform === 'linux' ? `/proc/self/fd/${handle.fd}` : real,
    real,
    stats,
    async sync() {
      await handle.sync().catch(() => {
        // Some file systems cannot sync a directory; the rename itself has happened.
      });
    },
    close: () => handle.close(),
  };
}

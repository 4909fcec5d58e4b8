/** The running server writes it all the time: it is copied, and does not count as a change. */
export const METRICS_DATABASE = 'mission-control/backend/data/metrics.db';

/** What must be known of an entry to judge its place. */
export interface Placed {
  path: string;
  type: 'file' | 'directory' | 'symlink';
}

/** The directories that make a workspace: the rest of it, its backups and a running server's files lie in them. */
const DIRECTORIES = new Set([
  'mission-control',
  'mission-control/agents',
  'mission-control/backups',
  'mission-control/backend',
  'mission-control/backend/data',
  'mission-control/backend/logs',
  'mission-control/backend/pids',
]);
/** The metrics database, and what SQLite keeps beside it. */
const FILES = new Set(['', '-wal', '-shm', '-journal'].map((ending) => METRICS_DATABASE + ending));

/**
 * Whether an entry stands in the place of what the workspace itself is made of and is something else: a link or a file
 * where one of its directories belongs, anything but a file where its database does. Put there it would take all agents,
 * backups or metrics away, or lead whoever writes there elsewhere.
 */
export function isFurniture({ path, type }: Placed): boolean {
  return DIRECTORIES.has(path) ? type !== 'directory' : FILES.has(path) && type !== 'file';
}

/** What is wrong with such an entry, in words; null: nothing. */
export function furnitureFault(entry: Placed): string | null {
  if (!isFurniture(entry)) return null;
  const wanted = DIRECTORIES.has(entry.path) ? 'a directory' : 'a file';
  const found = entry.type === 'symlink' ? 'a symbolic link' : `a ${entry.type}`;
  return `${entry.path}: is ${found} where the workspace itself has ${wanted}`;
}

import { setPriority } from 'node:os';

/**
 * Lets whoever serves requests go first, a little: on a busy machine much more would starve the backup. On Linux this lowers
 * only the thread that calls it; elsewhere nothing is done.
 */
export function lowerPriority(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(0, 3);
  } catch {
    // Without the right to do so, work goes on at the usual priority.
  }
}

import type { Processes } from './processes.js';

/** Processes that stand in for those of the machine, in tests of the whole. */
export interface GivenProcesses {
  /** Start by pid, as `startOf` answers. */
  starts: Record<number, string>;
  /** Absolute paths of files that are locked. */
  held: string[];
}

/** `Processes` of a table. */
export function processesGiven({ starts, held }: GivenProcesses): Processes {
  const locked = new Set(held);
  return { startOf: (pid) => starts[pid] ?? null, holdsLock: (path) => locked.has(path) };
}

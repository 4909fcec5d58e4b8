import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../../base/index.js';

/** A directory of this process alone below `base`; those of processes that are gone are removed. It is not made here. */
export function ownScratch(base: string): string {
  for (const name of namesIn(base)) {
    if (/^[1-9]\d*$/.test(name) && !isThere(Number(name))) remove(join(base, name));
  }
  return join(base, String(process.pid));
}

/** Best effort: what stays goes with the next start. */
export function remove(directory: string): void {
  try {
    rmSync(directory, { recursive: true, force: true });
  } catch (error) {
    if (errnoOf(error) === null) throw error;
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) !== 'ESRCH';
  }
}

import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { onTestFinished } from 'vitest';

/** A directory that can be made read-only, for root too. */
export interface Lockable {
  readOnly(): void;
  writable(): void;
}

/** Null where root may not mount: nothing else keeps root from writing. */
export function lockable(directory: string): Lockable | null {
  if (process.getuid?.() !== 0) {
    return { readOnly: () => chmodSync(directory, 0o555), writable: () => chmodSync(directory, 0o755) };
  }
  const mount = (options: string) => execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'none', directory]);
  try {
    mount('size=1m');
  } catch {
    return null;
  }
  onTestFinished(() => {
    execFileSync('umount', ['-l', directory]);
  });
  return { readOnly: () => mount('remount,ro'), writable: () => mount('remount,rw') };
}

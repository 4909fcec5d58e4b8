import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The directory that holds package.json, wherever this module was built to. */
export function packageRoot(from: string = import.meta.url): string {
  let directory = dirname(fileURLToPath(from));
  while (!existsSync(join(directory, 'package.json')) && dirname(directory) !== directory) {
    directory = dirname(directory);
  }
  return directory;
}

let known: string | undefined;

/** The version of this program. */
export function packageVersion(): string {
  known ??= (JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string }).version;
  return known;
}

/** How often it is looked what is installed, in milliseconds. */
const LOOK_MS = 10_000;

/**
 * The version that is installed under `root` now, which is another one than `packageVersion` after an update; null while it
 * cannot be read. May be asked as often as one likes.
 */
export function installedVersion(monotonic: () => number, root: string = packageRoot()): () => string | null {
  let version: string | null = null;
  let lookedAt = Number.NEGATIVE_INFINITY;
  return () => {
    const now = monotonic();
    if (now - lookedAt < LOOK_MS) return version;
    lookedAt = now;
    try {
      const value: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
      const found = (value as { version?: unknown } | null)?.version;
      version = typeof found === 'string' ? found : null;
    } catch {
      version = null;
    }
    return version;
  };
}

/** The built file of a worker thread. `src/<room>/<name>.worker.ts` is built to `dist/bundle/workers/<name>.worker.cjs`. */
export function workerFile(name: string): string {
  return join(packageRoot(), 'dist', 'bundle', 'workers', `${name}.worker.cjs`);
}

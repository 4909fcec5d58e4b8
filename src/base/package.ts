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

/** The built file of a worker thread. `src/<room>/<name>.worker.ts` is built to `dist/bundle/workers/<name>.worker.cjs`. */
export function workerFile(name: string): string {
  return join(packageRoot(), 'dist', 'bundle', 'workers', `${name}.worker.cjs`);
}

import { McError, toMcError } from '../../base/index.js';
import type { Look } from '../catalog/catalog.js';
import type { CachedArchive, OldEntry } from '../catalog/metadata.js';
import type { TaskRunner } from './runner.js';

/** Archives that one thread reads before the next begins: what one of them does to it concerns few others. */
const AT_ONCE = 64;

/** What reading an archive for the list gave: what it is, or why it cannot be read. */
export type Looked = { found: CachedArchive } | { error: { code: McError['code']; message: string } };

interface Waiting {
  path: string;
  old: OldEntry | null;
  resolve: (found: CachedArchive) => void;
  reject: (error: unknown) => void;
}

/**
 * Reads archives that the list does not know yet, those asked for together in one thread after the other, and each once
 * however many wait for it: a thread for each of thousands would take minutes.
 */
export function createLooks(runner: TaskRunner): Look {
  const waiting: Waiting[] = [];
  const underWay = new Map<string, Promise<CachedArchive>>();
  let working = false;
  const work = async () => {
    working = true;
    while (waiting.length > 0) await readSome(runner, waiting.splice(0, AT_ONCE));
    working = false;
  };
  return (path, old) => {
    const known = underWay.get(path);
    if (known) return known;
    const promise = new Promise<CachedArchive>((resolve, reject) => {
      waiting.push({ path, old, resolve, reject });
    }).finally(() => underWay.delete(path));
    underWay.set(path, promise);
    // All that are asked for in this turn go together.
    if (!working) {
      working = true;
      queueMicrotask(() => void work());
    }
    return promise;
  };
}

async function readSome(runner: TaskRunner, some: Waiting[]): Promise<void> {
  try {
    const looked = await runner.run('look', { archives: some.map(({ path, old }) => ({ path, old })) });
    for (const [index, each] of some.entries()) {
      const result = looked[index];
      if (result && 'found' in result) each.resolve(result.found);
      else each.reject(result ? new McError(result.error.code, result.error.message) : new Error('not read'));
    }
  } catch (error) {
    const [only] = some;
    if (some.length === 1 && only) only.reject(tooLarge(error));
    else if (toMcError(error).code === 'interrupted') for (const each of some) each.reject(error);
    // One of them was too much for the thread: which one, each will show by itself.
    else for (const each of some) await readSome(runner, [each]);
  }
}

function isTooLarge(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}

function tooLarge(error: unknown): unknown {
  return isTooLarge(error) ? new McError('io', 'reading what is in it needs more memory than a list may take') : error;
}

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { McError } from './errors.js';

/** What an addon calls that was compiled against headers whose objects unregister themselves when they are collected. */
const UNREGISTERS = 'RemoveEnvironmentCleanupHook';
/** The line of Node whose headers do so (from 24.19) and whose runtime ends the process when it happens at a bad moment. */
const BROKEN_MAJOR = 24;

/**
 * Why this Node.js would end the process in the middle of its work, or null. Known is one reason (nodejs/node#65446): an
 * addon that was compiled against the headers of Node 24.19 or a later 24.x aborts on any 24.x as soon as garbage is
 * collected between two calls. The addon itself shows what it was compiled against.
 */
export function nodeFault(
  version: string = process.versions.node,
  addon: () => Buffer | null = readSqliteAddon,
): McError | null {
  if (Number(version.split('.')[0]) !== BROKEN_MAJOR || !addon()?.includes(UNREGISTERS)) return null;
  return new McError(
    'internal',
    `SQLite, compiled for Node.js ${version}, ends the whole process within a moment here`,
    {
      hint:
        'use Node.js 20, 22 or 26 and install mc again with it; the fault is nodejs/node#65446. ' +
        'MC_TRY_ANYWAY=1 starts all the same',
    },
  );
}

/** Null when there is none: then loading it says so better. */
function readSqliteAddon(): Buffer | null {
  try {
    const require = createRequire(import.meta.url);
    const root = dirname(require.resolve('better-sqlite3/package.json'));
    return readFileSync(join(root, 'build', 'Release', 'better_sqlite3.node'));
  } catch {
    return null;
  }
}

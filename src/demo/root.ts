import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { acquireLock, isAlive, readLock } from '../base/index.js';

const PREFIX = 'mc-demo-';
/** Says who plays here, so that a leftover of a killed process is known for one. */
const MARKER = '.mc-demo.json';

/** A new throw-away directory with its marker. `parent` defaults to the system's temporary directory. */
export async function createDemoRoot(parent: string = tmpdir()): Promise<string> {
  const root = await mkdtemp(join(parent, PREFIX));
  await acquireLock(join(root, MARKER), 'demo');
  return root;
}

/** Removes a demo's directory; one without a marker is not ours and stays. */
export async function removeDemoRoot(root: string): Promise<void> {
  if (await readLock(join(root, MARKER))) await rm(root, { recursive: true, force: true, maxRetries: 3 });
}

/** Removes what killed demos of this machine left behind. Returns the directories that are gone. */
export async function removeLeftovers(parent: string = tmpdir()): Promise<string[]> {
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
  const removed: string[] = [];
  for (const entry of entries) {
    if (!entry.isDirectory() || !entry.name.startsWith(PREFIX)) continue;
    const root = join(parent, entry.name);
    const holder = await readLock(join(root, MARKER));
    if (!holder || holder.host !== hostname() || (await isAlive(holder))) continue;
    // The leftover of another user cannot be removed by us: it is left to them.
    const gone = await rm(root, { recursive: true, force: true }).then(
      () => true,
      () => false,
    );
    if (gone) removed.push(root);
  }
  return removed;
}

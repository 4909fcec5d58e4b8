import { chmod, lstat } from 'node:fs/promises';
import { quote } from '../quote.js';
import { failed, type Looked, type Mend, some, skipped, passed } from './finding.js';

const OTHERS = 0o077;
const OWN_ONLY = 0o600;

/** Files with secrets that others on this machine can read. `files`: where they would lie. */
export async function secretsFinding(files: readonly string[]): Promise<Looked> {
  const open: string[] = [];
  let there = 0;
  for (const path of new Set(files)) {
    const stats = await lstat(path).catch(() => null);
    if (!stats?.isFile()) continue;
    there += 1;
    if (process.platform !== 'win32' && (stats.mode & OTHERS) !== 0) open.push(path);
  }
  if (there === 0) return { finding: skipped('secrets', 'no file of yours holds any'), mends: [] };
  if (open.length === 0) return { finding: passed('secrets', 'only you can read the files that hold them'), mends: [] };
  const mends = open.map((path): Mend => {
    const run = async () => {
      // A link that took its place meanwhile is not followed to another's file.
      if ((await lstat(path)).isFile()) await chmod(path, OWN_ONLY);
    };
    return { name: 'secrets', does: `makes ${path} yours alone (mode 600)`, run };
  });
  const message = `others on this machine can read or write ${some(open, ', ')}`;
  return { finding: failed('secrets', message, `chmod 600 ${open.map(quote).join(' ')}`), mends };
}

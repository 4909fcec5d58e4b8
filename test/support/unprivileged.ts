import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, existsSync, lchownSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** How a command is run by somebody whom permission bits stop, also where the tests are run by root. */
export interface Unprivileged {
  /** What to put before the command. */
  prefix: string[];
  /** Gives a directory and all in it to that user. */
  give(directory: string): void;
}

const NOBODY = 65_534;

/** Null where root has no way to be somebody else, or that user may not read the program. */
export function unprivileged(program: string): Unprivileged | null {
  if (process.getuid?.() !== 0) return { prefix: [], give: () => {} };
  const prefix = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
  const script = `require('fs').readFileSync(${JSON.stringify(program)})`;
  const args = [...prefix.slice(1), process.execPath, '-e', script];
  if (!existsSync(program) || spawnSync('setpriv', args).status !== 0) return null;
  return { prefix, give: (directory) => give(directory) };
}

/** Runs a program of Node's as that user. @throws with its output when it fails */
export function runAs({ prefix }: Unprivileged, args: string[], env: Record<string, string>): string {
  const [command = '', ...rest] = [...prefix, process.execPath, ...args];
  return execFileSync(command, rest, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function give(path: string): void {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return lchownSync(path, NOBODY, NOBODY);
  chownSync(path, NOBODY, NOBODY);
  if (stat.isDirectory()) for (const name of readdirSync(path)) give(join(path, name));
}

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Processes } from '../../src/runtimes/processes.js';
import { scratch } from './scratch.js';

const ROOT = join(import.meta.dirname, '..', '..');
const MAKE = join(ROOT, 'test', 'fixtures', 'homes', 'make.mjs');

/** A home directory with the records of all runtimes, and what is true of it. */
export interface Home {
  /** The directory that holds `home`, `tmp`, `prices.json` and the rest. */
  root: string;
  home: string;
  /** As `expected.json` has it. */
  // biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects
  expected: any;
  /** What it was made for: milliseconds since the epoch. */
  now: number;
  processes: Processes;
  /** Variables of the environment that name the roots; absolute. */
  env: Record<string, string>;
  /** Does step 1 to 5 of `expected.steps`. */
  apply(step: number): void;
}

/** Makes one, in a scratch directory unless a directory is named. The same seed gives the same records. */
export function makeHome(seed = 1, directory = scratch()): Home {
  const root = join(directory, 'fixture');
  const make = (...args: string[]) =>
    execFileSync(process.execPath, [MAKE, ...args, '--modules', ROOT], { stdio: ['ignore', 'ignore', 'inherit'] });
  make(root, '--seed', String(seed));
  const read = (name: string) => JSON.parse(readFileSync(join(root, name), 'utf8'));
  const expected = read('expected.json');
  const table = read('process-table.json');
  const home = join(root, 'home');
  const held = new Set<string>(table.held_locks.map(({ path }: { path: string }) => path));
  const absolute = (list: string) =>
    list
      .split(',')
      .map((path) => join(root, path))
      .join(',');
  return {
    root,
    home,
    expected,
    now: Date.parse(expected.now),
    processes: {
      startOf: (pid) => {
        const found = table.pids[pid];
        return found?.alive ? String(found.start_ticks) : null;
      },
      holdsLock: (path) => held.has(relative(home, path)),
    },
    env: Object.fromEntries(
      Object.entries(expected.env as Record<string, string>).map(([name, value]) => [name, absolute(value)]),
    ),
    apply: (step) => make('--apply', String(step), root),
  };
}

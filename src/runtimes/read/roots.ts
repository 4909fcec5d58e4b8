import { realpathSync, statSync } from 'node:fs';
import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { errnoOf, reasonOf } from '../../base/index.js';
import type { RuntimeName } from '../../protocol/index.js';

/** Where runtimes keep their records, as a person, the environment or habit names it. */
export interface RootNames {
  home: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Of the user's config file; absent: it names none. They count before the environment. */
  configured?: readonly string[] | undefined;
}

/** A directory of records that is there. */
export interface Root {
  /** The real path: no link is on the way. */
  path: string;
  /** How it is called where people read: relative to the home directory, else its last part. With `/`. */
  label: string;
}

interface Habit {
  variable: string;
  /** Relative to the home directory. */
  places: readonly string[];
}

const HABITS: Record<RuntimeName, Habit> = {
  'claude-code': { variable: 'CLAUDE_CONFIG_DIR', places: ['.claude', '.config/claude'] },
  codex: { variable: 'CODEX_HOME', places: ['.codex'] },
  openclaw: { variable: 'OPENCLAW_STATE_DIR', places: ['.openclaw', '.clawdbot', '.moltbot'] },
};

/** Where the records of a runtime would lie: absolute paths, there or not. */
export function rootNames(runtime: RuntimeName, { home, env, configured }: RootNames): string[] {
  const { variable, places } = HABITS[runtime];
  const named = configured ?? listed(env[variable]);
  return (named.length > 0 ? named : places).map((path) => absolute(path, home));
}

/** Those of them that are there, each once whatever leads to it. `warn` hears of one that cannot be looked at. */
export function findRoots(names: readonly string[], home: string, warn: (reason: string) => void): Root[] {
  const found = new Map<string, Root>();
  for (const name of names) {
    try {
      const path = realpathSync(name);
      if (statSync(path).isDirectory()) found.set(path, { path, label: labelOf(name, home) });
      else warn(`${labelOf(name, home)}: is not a directory`);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') continue;
      warn(`${labelOf(name, home)}: ${reasonOf(error)}`);
    }
  }
  return [...found.values()];
}

/** A path as people read it: relative to the home directory where it lies there, else its last part. */
export function labelOf(path: string, home: string): string {
  const below = relative(home, path);
  const isBelow = below !== '' && below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below);
  return isBelow ? below.split(sep).join('/') : basename(path);
}

function listed(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((path) => path.trim())
    .filter((path) => path !== '');
}

function absolute(path: string, home: string): string {
  if (path === '~' || path.startsWith('~/')) return join(home, path.slice(1));
  return resolve(home, path);
}

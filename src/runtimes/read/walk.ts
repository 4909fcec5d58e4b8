import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, kindOfFile, reasonOf } from '../../base/index.js';

/** A file of records as a directory shows it. */
export interface FoundFile {
  /** Relative to the root, with `/`. */
  path: string;
  dev: number;
  ino: number;
  size: number;
  mtimeMs: number;
}

export interface WalkOptions {
  /** Real path. */
  root: string;
  /** Whether files may lie below this directory (relative, with `/`); asked for none below one that was left out. */
  into(path: string): boolean;
  wants(path: string): boolean;
  /** Files that are taken at most, and directories that are listed at most. */
  limit: number;
  /** What cannot be used. The path is relative to the root, `''` the root itself. */
  warn(path: string, reason: string): void;
}

interface Listed {
  mtimeMs: number;
  directories: string[];
  files: string[];
}

/** What a walk comes to, a step (some files) at a time: so that others have their turn in between. */
export type Walking = Generator<undefined, FoundFile[]>;

/** The files below a root. Links are not followed; what is no file is not opened. */
export interface Walk {
  /** Lists all directories and looks at all files. */
  whole(): Walking;
  /** Lists directories that changed since they were listed, and looks at the files in them. */
  changed(): Walking;
}

const STEP = 256;

/** A walk that has seen nothing yet. */
export function createWalk(options: WalkOptions): Walk {
  const known = new Map<string, Listed>();
  let told = false;

  function* walk(all: boolean): Walking {
    const found: FoundFile[] = [];
    const seen = new Set<string>();
    const waiting = [''];
    let looked = 0;
    const tell = (what: string): void => {
      if (!told) options.warn('', `holds more than ${options.limit} ${what}: the others are not read`);
      told = true;
    };
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      const before = known.get(path);
      const listed = list(options, path, all ? undefined : before);
      if (++looked % STEP === 0) yield undefined;
      if (listed === null) continue;
      if (seen.size >= options.limit) {
        tell('directories');
        return found;
      }
      seen.add(path);
      known.set(path, listed);
      waiting.push(...listed.directories);
      if (listed === before) continue;
      for (const name of listed.files) {
        if (found.length >= options.limit) {
          tell('files');
          return found;
        }
        if (++looked % STEP === 0) yield undefined;
        const file = fileAt(options.root, name);
        if (file) found.push(file);
      }
    }
    for (const path of known.keys()) if (!seen.has(path)) known.delete(path);
    return found;
  }
  return { whole: () => walk(true), changed: () => walk(false) };
}

/** A file as it is now; null: it is there no more, or is no file. */
export function fileAt(root: string, path: string): FoundFile | null {
  try {
    const stats = lstatSync(join(root, path), { throwIfNoEntry: false });
    if (!stats?.isFile()) return null;
    return { path, dev: stats.dev, ino: stats.ino, size: stats.size, mtimeMs: stats.mtimeMs };
  } catch {
    // Its directory may not be looked into any more: that is said where the directory is listed.
    return null;
  }
}

/** What a directory holds; what is known of it when it has not changed since; null: it cannot be listed. */
function list(options: WalkOptions, path: string, known: Listed | undefined): Listed | null {
  try {
    const stats = lstatSync(join(options.root, path), { throwIfNoEntry: false });
    if (!stats?.isDirectory()) return null;
    if (known?.mtimeMs === stats.mtimeMs) return known;
    const entries = readdirSync(join(options.root, path), { withFileTypes: true });
    return { mtimeMs: stats.mtimeMs, ...sorted(options, path, entries) };
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') options.warn(path, reasonOf(error));
    return null;
  }
}

function sorted(options: WalkOptions, directory: string, entries: Dirent[]): Omit<Listed, 'mtimeMs'> {
  const directories: string[] = [];
  const files: string[] = [];
  for (const entry of entries) {
    const path = directory === '' ? entry.name : `${directory}/${entry.name}`;
    if (entry.isDirectory()) {
      if (options.into(path)) directories.push(path);
    } else if (options.wants(path)) {
      if (entry.isFile()) files.push(path);
      else options.warn(path, `is ${kindOfFile(entry)}, not read`);
    }
  }
  return { directories, files };
}

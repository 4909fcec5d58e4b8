import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, sep } from 'node:path';
import { isWithin } from '../../base/index.js';
import type { OpenPost, Post } from './post.js';

export interface LinkOptions {
  openPost: OpenPost;
  /** False: nothing is watched, whoever looks round finds the changes. */
  isNative: () => boolean;
  /** Real paths: what lies elsewhere is not watched. */
  within: () => readonly string[];
  onError: (error: unknown) => void;
}

/**
 * Watches where symbolic links lead: a change of a linked file is reported by the directory that its bytes lie in, and the swap of
 * a link on the way by that link's directory.
 */
export interface Links {
  /**
   * Looks where the link at `path` leads now, and calls `changed` when anything on the way may have. One owner follows one
   * path; null: it is not a link (any more).
   */
  follow(owner: string, path: string | null, changed: () => void): void;
  /** How many directories are watched for the sake of links. */
  count(): number;
  /** Gives all watches back. */
  dropWatches(): void;
  close(): Promise<void>;
}

/** Links are followed so far by the system as well. */
const MOST_LINKS = 40;
/** Changes in so many directories are reported at once; those of further ones are found by whoever looks round. */
const MOST_DIRECTORIES = 2000;
/** Changes on the way within this time are looked at together, in milliseconds. */
const JOIN_MS = 20;

/** A name on the way, and the real directory that it stands in. */
interface Step {
  directory: string;
  name: string;
}

interface Followed {
  path: string;
  changed: () => void;
  steps: Step[];
}

interface Watch {
  post: Post;
  /** Who passes through which name. */
  owners: Map<string, Set<string>>;
}

export function createLinks({ openPost, isNative, within, onError }: LinkOptions): Links {
  const followed = new Map<string, Followed>();
  const watches = new Map<string, Watch>();
  const closing = new Set<Promise<void>>();
  const heard = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  return {
    follow,
    count: () => watches.size,
    dropWatches() {
      for (const directory of watches.keys()) giveBack(directory);
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      followed.clear();
      for (const directory of watches.keys()) giveBack(directory);
      await Promise.all(closing);
    },
  };

  function follow(owner: string, path: string | null, changed: () => void): void {
    const before = followed.get(owner);
    if (closed || (path === null && !before)) return;
    const steps = path === null || !isNative() ? [] : stepsOf(path, within());
    // The new ones first: a directory that both pass through keeps its watch.
    for (const step of steps) pass(owner, step);
    for (const old of before?.steps ?? []) if (!steps.some((step) => isSame(step, old))) leave(owner, old);
    if (path === null) followed.delete(owner);
    else followed.set(owner, { path, changed, steps });
  }

  function pass(owner: string, { directory, name }: Step): void {
    let watch = watches.get(directory);
    if (!watch) {
      if (watches.size >= MOST_DIRECTORIES) return;
      watch = { post: openPost([directory], { onRaw: (...raw) => onRaw(...raw), onError }), owners: new Map() };
      const { post } = watch;
      watches.set(directory, watch);
      // What happened before it was watched was not reported.
      void post.ready.then(() => watches.get(directory)?.post === post && hear(directory, null));
    }
    const owners = watch.owners.get(name) ?? new Set();
    watch.owners.set(name, owners.add(owner));
  }

  function leave(owner: string, { directory, name }: Step): void {
    const watch = watches.get(directory);
    const owners = watch?.owners.get(name);
    if (!watch || !owners?.delete(owner) || owners.size > 0) return;
    watch.owners.delete(name);
    if (watch.owners.size === 0) giveBack(directory);
  }

  function giveBack(directory: string): void {
    const watch = watches.get(directory);
    if (!watch) return;
    watches.delete(directory);
    const done = watch.post.close().finally(() => closing.delete(done));
    closing.add(done);
  }

  function onRaw(event: string, directory: string, name: string | null): void {
    const isOwn = name === basename(directory);
    hear(directory, isOwn ? null : name);
    // Its own end: whatever has its name now is watched anew.
    if (isOwn && event === 'rename') giveBack(directory);
  }

  function hear(directory: string, name: string | null): void {
    const owners = watches.get(directory)?.owners;
    if (!owners || closed) return;
    for (const [passed, some] of owners)
      if (name === null || name === passed) for (const owner of some) heard.add(owner);
    if (heard.size > 0) timer ??= setTimeout(look, JOIN_MS);
  }

  function look(): void {
    timer = undefined;
    const owners = [...heard];
    heard.clear();
    for (const owner of owners) {
      const known = followed.get(owner);
      if (!known) continue;
      follow(owner, known.path, known.changed);
      known.changed();
    }
  }
}

/** All names that decide where the link at `path` leads, but its own, as far as they lie in the real paths `within`. Never throws. */
function stepsOf(path: string, within: readonly string[]): Step[] {
  const steps: Step[] = [];
  try {
    let directory = realpathSync.native(dirname(path));
    const rest = [basename(path)];
    for (let links = 0; rest.length > 0; ) {
      const name = rest.shift() ?? '';
      if (name === '..') directory = dirname(directory);
      if (name === '' || name === '.' || name === '..') continue;
      const full = join(directory, name);
      const stats = lstatSync(full, { throwIfNoEntry: false });
      const decides = rest.length === 0 || !stats?.isDirectory();
      if (decides && links > 0 && isWithin(directory, within)) steps.push({ directory, name });
      if (stats?.isSymbolicLink()) {
        links += 1;
        if (links > MOST_LINKS) break;
        const target = readlinkSync(full);
        if (isAbsolute(target)) directory = sep;
        rest.unshift(...target.split(sep));
      } else if (stats?.isDirectory()) directory = full;
      else break;
    }
  } catch {
    // The path changes just now, or may not be looked at: what was found so far is watched.
  }
  return steps;
}

function isSame(one: Step, other: Step): boolean {
  return one.directory === other.directory && one.name === other.name;
}
